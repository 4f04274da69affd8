package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// A stack's policy denies updates, unless another one acts during the update (CFN-96, CFN-97).
func TestStackPolicies(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const deny = `{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*"}]}`
	const allow = `{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}`
	web := aws.String("web")
	policy := func() string {
		return aws.ToString(ok(s, s.GetStackPolicy, &sdk.GetStackPolicyInput{StackName: web}).StackPolicyBody)
	}
	made := s.create("web", one(`{"Size":1}`))
	if got := policy(); got != "" {
		t.Error(got)
	}
	ok(s, s.SetStackPolicy, &sdk.SetStackPolicyInput{StackName: web, StackPolicyBody: aws.String(deny)})
	if got := policy(); got != deny {
		t.Error(got)
	}
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: web, TemplateBody: one(`{"Size":2}`)})
	s.settle(made.ID)
	s.expect(made.ID, cfn.UpdateRollbackComplete)
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: web, TemplateBody: one(`{"Size":2}`), StackPolicyDuringUpdateBody: aws.String(allow)})
	s.settle(made.ID)
	s.expect(made.ID, cfn.UpdateComplete)
	if got := policy(); got != deny {
		t.Error(got)
	}
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{
		StackName: web, TemplateBody: one(`{"Size":3}`), StackPolicyDuringUpdateBody: aws.String(allow), StackPolicyBody: aws.String("{}"),
	})
	s.settle(made.ID)
	s.expect(made.ID, cfn.UpdateComplete)
	if got := policy(); got != "{}" {
		t.Error(got)
	}
	other := s.create("other", one(`{}`), func(in *sdk.CreateStackInput) { in.StackPolicyBody = aws.String(deny) })
	if other.Policy != deny {
		t.Errorf("%+v", other)
	}
}

func TestStackPoliciesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.create("web", one(`{}`))
	for text, in := range map[string]*sdk.SetStackPolicyInput{
		"Stack [no] does not exist":                                   {StackName: aws.String("no"), StackPolicyBody: aws.String("{}")},
		"Error validating stack policy: Invalid stack policy":         {StackPolicyBody: aws.String("nonsense")},
		"You cannot specify both StackPolicyURL and StackPolicyBody":  {StackPolicyBody: aws.String("{}"), StackPolicyURL: aws.String("https://b/p")},
		"Either StackPolicyURL or StackPolicyBody must be specified.": {},
		"1 validation error detected: Value '" + strings.Repeat(" ", 16_385) + "' at 'stackPolicyBody' failed to satisfy constraint: Member must have length less than or equal to 16384": {StackPolicyBody: aws.String(strings.Repeat(" ", 16_385))},
	} {
		if in.StackName == nil {
			in.StackName = aws.String("web")
		}
		invalid(s, s.SetStackPolicy, in, text)
	}
	unbuilt(s, s.SetStackPolicy, &sdk.SetStackPolicyInput{StackName: aws.String("web"), StackPolicyURL: aws.String("https://b.s3.amazonaws.com/p")}, "a StackPolicyURL"+withoutS3)
}
