package emulator_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestIgnoredTypesAreLeftOut: a stack has what is left out by its logical id, which is what Ref is, and the log tells of each resource once.
func TestIgnoredTypesAreLeftOut(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := start(t, emulator.Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)), InProcess: true, IgnoreTypes: []string{"AWS::Route53::RecordSet", "AWS::Logs::LogStream"},
	})
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	const head = `{"Resources":{"Record":{"Type":"AWS::Route53::RecordSet","Properties":{"Name":"x"}},"Stream":{"Type":"AWS::Logs::LogStream"},"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":`
	name := "shop"
	_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(head + `{"Fn::GetAtt":["Record","Name"]}}}}}`)})
	if err == nil || !strings.Contains(err.Error(), "Fn::GetAtt of Record.Name (resources of AWS::Route53::RecordSet are left out)") {
		t.Errorf("an attribute of what is left out: %v", err)
	}
	_, err = stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(head + `{"Fn::Sub":"/${Record}"}}}}}`)})
	w.ok(err)
	is := func(want types.StackStatus) func() bool {
		return func() bool {
			out, err := stacks.ListStacks(t.Context(), &cloudformation.ListStacksInput{})
			w.ok(err)
			return out.StackSummaries[0].StackStatus == want
		}
	}
	w.eventually("the stack is made", is(types.StackStatusCreateComplete))
	out, err := stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: &name})
	w.ok(err)
	for _, r := range out.StackResources {
		want := *r.LogicalResourceId
		if want == "Group" {
			want = "/Record"
		}
		if *r.PhysicalResourceId != want || r.ResourceStatus != types.ResourceStatusCreateComplete {
			t.Errorf("%s is %s, %s", *r.LogicalResourceId, *r.PhysicalResourceId, r.ResourceStatus)
		}
	}
	_, err = stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{StackName: &name, TemplateBody: aws.String(strings.Replace(head, `"x"`, `"y"`, 1) + `{"Fn::Sub":"/${Record}"}}}}}`)})
	w.ok(err)
	w.eventually("the stack is changed", is(types.StackStatusUpdateComplete))
	_, err = stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: &name})
	w.ok(err)
	w.eventually("the stack is deleted", is(types.StackStatusDeleteComplete))
	for _, resource := range []string{"Record", "Stream"} {
		if n := strings.Count(log.String(), `msg="a resource is left out of a stack, for its type is to be ignored" stack=shop resource=`+resource); n != 1 {
			t.Errorf("the log tells %d times that %s is left out", n, resource)
		}
	}
}
