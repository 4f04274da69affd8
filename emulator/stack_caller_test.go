package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// mayLog lets its user have stacks, and log groups that begin with a name.
func mayLog(prefix string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["cloudformation:*","logs:Describe*"],"Resource":"*"},
		{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::000000000000:role/deploy"},
		{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:us-east-1:000000000000:log-group:` + prefix + `*"}]}`)
}

const trustsStacks = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudformation.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// TestStacksActAsWhoMadeThem: a stack may what its role may, or without one, what the caller may who has made the change (CFN-109).
func TestStacksActAsWhoMadeThem(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce, InProcess: true})
	identities := iam.NewFromConfig(w.srv.Config())
	_, err := identities.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("dev")})
	w.ok(err)
	_, err = identities.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("own"), PolicyDocument: mayLog("/shop/")})
	w.ok(err)
	_, err = identities.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("deploy"), AssumeRolePolicyDocument: aws.String(trustsStacks)})
	w.ok(err)
	_, err = identities.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("deploy"), PolicyName: aws.String("own"), PolicyDocument: mayLog("/bank/")})
	w.ok(err)
	stacks := cloudformation.NewFromConfig(w.srv.As("user/dev"))
	for name, test := range map[string]struct {
		role, group, denied string
	}{
		"own":           {"", "/shop/own", ""},
		"not-own":       {"", "/bank/not-own", "User: arn:aws:iam::000000000000:user/dev is not authorized to perform: logs:CreateLogGroup"},
		"the-role":      {"deploy", "/bank/the-role", ""},
		"not-the-roles": {"deploy", "/shop/not-the-roles", "User: arn:aws:sts::000000000000:assumed-role/deploy/AWSCloudFormation is not authorized to perform: logs:CreateLogGroup"},
	} {
		in := &cloudformation.CreateStackInput{StackName: &name, OnFailure: cfn.OnFailureDoNothing, TemplateBody: aws.String(
			`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"` + test.group + `"}}}}`)}
		if test.role != "" {
			in.RoleARN = aws.String("arn:aws:iam::000000000000:role/" + test.role)
		}
		_, err := stacks.CreateStack(t.Context(), in)
		w.ok(err)
		status, reasons := w.madeStack(stacks, name)
		switch {
		case test.denied == "" && status != cfn.StackStatusCreateComplete, test.denied != "" && (status != cfn.StackStatusCreateFailed || !strings.Contains(reasons, test.denied)):
			t.Errorf("%s is %s: %s", name, status, reasons)
		}
	}
	// The name of the stack is on what it has made.
	logs := cloudwatchlogs.NewFromConfig(w.srv.Config())
	tags, err := logs.ListTagsForResource(t.Context(), &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:/shop/own")})
	if err != nil || tags.Tags["aws:cloudformation:stack-name"] != "own" || tags.Tags["aws:cloudformation:logical-id"] != "Group" {
		t.Errorf("the tags are %v, %v", tags, err)
	}
}

// madeStack waits until the create of a stack has ended, and returns the reasons of its events.
func (w *world) madeStack(stacks *cloudformation.Client, name string) (status cfn.StackStatus, reasons string) {
	w.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for status == "" || status == cfn.StackStatusCreateInProgress {
		if time.Now().After(deadline) {
			w.Fatalf("%s is still %s", name, status)
		}
		out, err := stacks.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
		w.ok(err)
		status = out.Stacks[0].StackStatus
	}
	events, err := stacks.DescribeStackEvents(w.Context(), &cloudformation.DescribeStackEventsInput{StackName: &name})
	w.ok(err)
	var texts []string
	for _, e := range events.StackEvents {
		texts = append(texts, aws.ToString(e.ResourceStatusReason))
	}
	return status, strings.Join(texts, "\n")
}
