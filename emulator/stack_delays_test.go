package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// TestStacksTakeTheTimeOfAWS (CFN-31): a change set, the begin of an operation, a role, and the delete of a stack.
func TestStacksTakeTheTimeOfAWS(t *testing.T) {
	t.Parallel()
	w := slow(t)
	stacks, name, set := cloudformation.NewFromConfig(w.srv.Config()), aws.String("web"), aws.String("first")
	changeSet, err := stacks.CreateChangeSet(t.Context(), &cloudformation.CreateChangeSetInput{
		StackName: name, ChangeSetName: set, ChangeSetType: types.ChangeSetTypeCreate, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
		TemplateBody: aws.String(`{"Resources":{
			"Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}}},
			"Group":{"Type":"AWS::Logs::LogGroup"}}}`),
	})
	w.must(err)
	described := func() string {
		out, err := stacks.DescribeChangeSet(t.Context(), &cloudformation.DescribeChangeSetInput{ChangeSetName: changeSet.Id})
		w.must(err)
		return string(out.Status)
	}
	w.advance(4900 * time.Millisecond)
	if got := described(); got != "CREATE_PENDING" {
		t.Errorf("the change set is %s", got)
	}
	w.advance(100 * time.Millisecond)
	if got := described(); got != "CREATE_COMPLETE" {
		t.Errorf("the change set is %s", got)
	}
	_, err = stacks.ExecuteChangeSet(t.Context(), &cloudformation.ExecuteChangeSetInput{ChangeSetName: changeSet.Id})
	w.must(err)
	w.advance(time.Minute)
	_, err = stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: changeSet.StackId})
	w.must(err)
	w.advance(time.Minute)
	out, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: changeSet.StackId})
	w.must(err)
	at := map[string]*time.Time{} // of the first event of a resource with a status
	for _, e := range out.StackEvents {
		at[*e.LogicalResourceId+" "+string(e.ResourceStatus)] = e.Timestamp
	}
	for _, want := range []struct {
		from, to string
		seconds  float64
	}{
		{"web CREATE_IN_PROGRESS", "Group CREATE_IN_PROGRESS", 3}, {"web CREATE_IN_PROGRESS", "Group CREATE_COMPLETE", 3},
		{"Role CREATE_IN_PROGRESS", "Role CREATE_COMPLETE", 18}, {"Role CREATE_COMPLETE", "web CREATE_COMPLETE", 0},
		{"web DELETE_IN_PROGRESS", "Role DELETE_IN_PROGRESS", 1.5},
	} {
		if got := after(at[want.from], at[want.to]); got != want.seconds {
			t.Errorf("%s comes %v s after %s, want %v", want.to, got, want.from, want.seconds)
		}
	}
}
