package emulator_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// rollingGroup is a stack with a group whose instances are replaced in an update.
const rollingGroup = `
Parameters: {InstanceType: {Type: String}}
Resources:
  Configuration:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties: {ImageId: ami-0123456789abcdef0, InstanceType: !Ref InstanceType}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy:
      AutoScalingRollingUpdate: {MinInstancesInService: 2, WaitOnResourceSignals: true, SuspendProcesses: [AZRebalance]}
    Properties:
      MinSize: '1'
      MaxSize: '3'
      DesiredCapacity: '2'
      VPCZoneIdentifier: [subnet-0ec5e3a1a70000001]
      LaunchConfigurationName: !Ref Configuration
`

// An emulator that is killed in a rolling update, at any write, goes on with it after its next start: it tells the same events as one
// that was not, each once, and no instance is replaced that need not be.
func TestRollingUpdatesOutliveACrash(t *testing.T) {
	t.Parallel()
	want, killed := rollAndDie(t, 1<<30)
	if killed || len(want) < 12 {
		t.Fatalf("an update tells %d events, killed %t", len(want), killed)
	}
	step := int64(3)
	if testing.Short() {
		step = 13
	}
	for writes := int64(1); ; writes += step {
		got, killed := rollAndDie(t, writes)
		if !slices.Equal(got, want) {
			t.Errorf("killed after %d writes: events are\n%s\nwant\n%s", writes, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !killed {
			if writes < 20 {
				t.Errorf("there are %d writes only", writes)
			}
			return
		}
	}
}

var instanceID = regexp.MustCompile(`i-[0-9a-f]{17}`)

// rollAndDie updates the stack, and dies after some writes of it, if it comes to that; then another emulator goes on. It returns what
// is told of the group in the update, without the ids of instances.
func rollAndDie(t *testing.T, writes int64) (events []string, killed bool) {
	t.Helper()
	var room atomic.Int64
	room.Store(1 << 40)
	o := emulator.WithDisk(emulator.Options{DataDir: t.TempDir(), InProcess: true}, func() error {
		if room.Add(-1) >= 0 {
			return nil
		}
		return errors.New("the disk is gone")
	})
	w := start(t, o)
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	status := func() types.StackStatus {
		out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("shop")})
		if err != nil {
			return ""
		}
		return out.Stacks[0].StackStatus
	}
	parameter := func(value string) []types.Parameter {
		return []types.Parameter{{ParameterKey: aws.String("InstanceType"), ParameterValue: &value}}
	}
	_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("shop"), TemplateBody: aws.String(rollingGroup), Parameters: parameter("t3.small"),
	})
	w.must(err)
	w.eventually("the stack is made", func() bool { return status() == types.StackStatusCreateComplete })
	_, err = stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: aws.String("shop"), UsePreviousTemplate: aws.Bool(true), Parameters: parameter("t3.medium"),
	})
	w.must(err)
	room.Store(writes)
	over := func() bool { return status() == types.StackStatusUpdateComplete }
	w.eventually("the update is over, or the disk is gone", func() bool { return room.Load() < 0 || over() })
	if killed = room.Load() < 0 || room.Swap(1<<40) < 0; killed {
		w.srv.Die()
		room.Store(1 << 40)
		w = start(t, o)
		stacks = cloudformation.NewFromConfig(w.srv.Config())
		w.eventually("the update is over", over)
	}
	groups, err := autoscaling.NewFromConfig(w.srv.Config()).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	w.must(err)
	g := groups.AutoScalingGroups[0]
	if *g.MinSize != 1 || *g.DesiredCapacity != 2 || len(g.Instances) != 2 || len(g.SuspendedProcesses) > 0 {
		t.Errorf("killed after %d writes: the group has %d instances of %d, at least %d, suspended %v", writes, len(g.Instances), *g.DesiredCapacity, *g.MinSize, g.SuspendedProcesses)
	}
	for _, i := range g.Instances {
		if aws.ToString(i.InstanceType) != "t3.medium" {
			t.Errorf("killed after %d writes: %s is a %s", writes, *i.InstanceId, *i.InstanceType)
		}
	}
	out, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: aws.String("shop")})
	w.must(err)
	for _, e := range slices.Backward(out.StackEvents) {
		if *e.LogicalResourceId == "Group" && strings.HasPrefix(string(e.ResourceStatus), "UPDATE") {
			events = append(events, string(e.ResourceStatus)+" "+instanceID.ReplaceAllString(aws.ToString(e.ResourceStatusReason), "i-…"))
		}
	}
	w.must(w.srv.Close())
	return events, killed
}
