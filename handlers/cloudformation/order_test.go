package cloudformation_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What a request says of an operation reaches it.
func TestWhatOperationsAreTold(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(o *cloudformation.Options) {
		o.Principal = func(awsapi.Call) string { return "someone" }
	})
	name := 0
	create := func(change func(*sdk.CreateStackInput)) (*cfn.Stack, *cfn.Operation) {
		name++
		in := &sdk.CreateStackInput{StackName: aws.String(fmt.Sprintf("s%d", name)), TemplateBody: one(`{}`), ClientRequestToken: aws.String("t")}
		change(in)
		out, tx := ok(s, s.CreateStack, in), s.Store.Read()
		return cfn.StackAt(tx, *out.StackId), cfn.FindOperation(tx, *out.StackId)
	}
	for i, c := range []struct {
		change          func(*sdk.CreateStackInput)
		onFailure       cfn.OnFailure
		disableRollback bool
	}{
		{func(*sdk.CreateStackInput) {}, cfn.OnFailureRollback, false},
		{func(in *sdk.CreateStackInput) { in.DisableRollback = aws.Bool(true) }, cfn.OnFailureDoNothing, true},
		{func(in *sdk.CreateStackInput) { in.OnFailure = types.OnFailureDelete }, cfn.OnFailureDelete, false},
		{func(in *sdk.CreateStackInput) {
			in.DeploymentConfig = &types.DeploymentConfig{Mode: types.DeploymentConfigModeStandard, DisableRollback: aws.Bool(true)}
		}, cfn.OnFailureDoNothing, true},
	} {
		stack, o := create(c.change)
		if o.OnFailure != c.onFailure || stack.DisableRollback != c.disableRollback || o.Token != "t" || stack.Principal != "someone" || o.ID != stack.LastOperations[0].ID {
			t.Errorf("%d: %+v", i, o)
		}
	}
	stack, o := create(func(in *sdk.CreateStackInput) {
		in.RetainExceptOnCreate, in.TimeoutInMinutes, in.RoleARN = aws.Bool(true), aws.Int32(7), aws.String("arn:aws:iam::123456789012:role/deploy")
	})
	if !o.RetainExceptOnCreate || o.Deadline.Sub(o.Began).Minutes() != 7 || stack.RoleARN != "arn:aws:iam::123456789012:role/deploy" {
		t.Errorf("%+v", o)
	}
	// A delete of a stack that is being created waits for what is under way.
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: &stack.ID, ClientRequestToken: aws.String("d")})
	if r := cfn.FindRequest(s.Store.Read(), stack.ID); r == nil || !r.Delete || r.Token != "d" || r.Principal != "someone" {
		t.Errorf("%+v", r)
	}
	s.settle(stack.ID)
	s.expect(stack.ID, cfn.DeleteComplete)
}

// A request whose stack changes while its template is looked at stands on the stack as it is then.
func TestStacksThatChangeMeanwhile(t *testing.T) {
	t.Parallel()
	var meanwhile func()
	var s *scene
	s = newScene(t, func(o *cloudformation.Options) {
		o.Environment = func(_ context.Context, who cloudformation.Actor) template.Environment {
			if change := meanwhile; change != nil {
				meanwhile = nil
				change()
			}
			return world{s: s, who: who}
		}
	})
	made := s.create("web", one(`{"Size":1}`))
	size := 1
	other := func() {
		size++
		ok(s, s.UpdateStack, &sdk.UpdateStackInput{
			StackName: aws.String("web"), TemplateBody: one(fmt.Sprintf(`{"Size":%d}`, size)), Tags: []types.Tag{{Key: aws.String("n"), Value: aws.String(fmt.Sprint(size))}},
		})
		s.settle(made.ID)
	}
	meanwhile = other
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: aws.String("web"), TemplateBody: one(`{"Size":9}`)})
	if now := s.settle(made.ID); now.Tags[0].Value != "2" {
		t.Errorf("%+v", now.Tags)
	}
	meanwhile = other
	set := ok(s, s.CreateChangeSet, newSet("web", "c", "", one(`{"Size":3}`)))
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: set.Id}); got.Status != types.ChangeSetStatusFailed {
		t.Errorf("%+v", got)
	}
}

// What a delete lets go of is only told of one that has failed before (CFN-66).
func TestDeletesThatLetGo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.create("web", one(`{}`))
	invalid(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web"), RetainResources: []string{"A"}}, "Invalid operation on stack ["+made.ID+"]. "+
		"When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.")
	s.update(func(tx *store.Tx) {
		changed := *cfn.StackAt(tx, made.ID)
		changed.Status = cfn.DeleteFailed
		cfn.PutStack(tx, &changed)
	})
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web"), DeletionMode: types.DeletionModeForceDeleteStack})
	if o := cfn.FindOperation(s.Store.Read(), made.ID); !o.Force || o.Kind != cfn.DeleteStack {
		t.Errorf("%+v", o)
	}
}

// A template has its account's quotas, and no body of 51,200 bytes is too much.
func TestLimitsOfTemplates(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	many := func(n int, each string) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(each, i))
		}
		return strings.Join(list, ",")
	}
	resource := `"Resources":{"A":{"Type":"AWS::Fake::T"}}`
	for text, body := range map[string]string{
		"Number of resources, 501, is greater than maximum allowed, 500":  `{"Resources":{` + many(501, `"R%d":{"Type":"AWS::Fake::T"}`) + `}}`,
		"Number of parameters, 201, is greater than maximum allowed, 200": `{"Parameters":{` + many(201, `"P%d":{"Type":"String"}`) + `},` + resource + `}`,
		"Number of outputs, 201, is greater than maximum allowed, 200":    `{"Outputs":{` + many(201, `"O%d":{"Value":"x"}`) + `},` + resource + `}`,
		"JSON not well-formed. (line 1, column 10002)":                    strings.Repeat("[", 51_200), // deeper than is read
	} {
		invalid(s, s.CreateStack, &sdk.CreateStackInput{StackName: aws.String("web"), TemplateBody: &body}, "Template format error: "+text)
	}
}

// Stacks with tags are in the Resource Groups Tagging API.
func TestTagged(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.stands("web", func(c *cfn.Stack) { c.Tags = []cfn.Tag{{Key: "Team", Value: "red"}} })
	s.stands("gone", func(c *cfn.Stack) { c.Tags, c.Status = web.Tags, cfn.DeleteComplete })
	s.stands("plain")
	api := cloudformation.New(cloudformation.Options{Store: s.Store, Now: s.Clock})
	if found := api.Tagged()[0].Resources(s.Store.Read(), scope); len(found) != 1 || found[0].ARN != web.ID {
		t.Errorf("%+v", found)
	}
}
