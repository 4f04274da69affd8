package autoscaling_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	asgtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// keepSize does what the controller of groups does, at once: instances are i-1, i-2 and so on.
func (s *groups) keepSize() {
	s.change(func(tx *store.Tx) {
		for _, g := range rows.Groups(tx, typestest.Scope) {
			members := rows.Members.List(tx, g)
			stay := len(members)
			for _, m := range members {
				if m.Termination != "" {
					rows.Members.Delete(tx, m)
					stay--
				}
			}
			for _, m := range members { // the oldest go first
				if m.Termination == "" && stay > int(g.Desired) {
					rows.Members.Delete(tx, m)
					stay--
				}
			}
			for ; stay < int(g.Desired); stay++ {
				s.launched++
				rows.Members.Put(tx, &rows.Member{
					Scope: g.Scope, Group: g.Name, InstanceID: fmt.Sprintf("i-%02d", s.launched), State: "InService", Zone: "eu-west-1a", Type: "t3.micro",
					LaunchedAt: s.Time, LaunchConfiguration: g.Source.LaunchConfiguration,
				})
			}
		}
	})
}

// roll makes a group of a size, and updates its launch configuration with a policy.
func (s *groups) roll(size, most int, policy string) (told []string, failure *handler.Failure) {
	s.t.Helper()
	s.Passed = s.keepSize
	call := s.Call
	s.Call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		defer s.keepSize()
		return call(ctx, op, in, out)
	}
	s.Has("One", "AWS::AutoScaling::LaunchConfiguration", "{ImageId: ami-1, InstanceType: t3.micro}")
	s.Has("Two", "AWS::AutoScaling::LaunchConfiguration", "{ImageId: ami-1, InstanceType: t3.small}")
	properties := func(configuration string) string {
		return fmt.Sprintf("{MinSize: %d, MaxSize: %d, DesiredCapacity: %d, LaunchConfigurationName: '${%s}', AvailabilityZones: [eu-west-1a]}", size, most, size, configuration)
	}
	s.Has("Group", "AWS::AutoScaling::AutoScalingGroup", properties("One"))
	s.UpdatePolicy, s.Told, s.began = policy, nil, s.Time
	failure = s.Update("Group", properties("Two"))
	return s.Told, failure
}

func TestRollingUpdate(t *testing.T) {
	for name, c := range map[string]struct {
		size, most int
		policy     string
		want       []string
	}{
		"no policy":      {2, 4, "", nil},
		"another policy": {2, 4, "{AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}", nil},
		"one after the other": {2, 4, "{AutoScalingRollingUpdate: {MinInstancesInService: 1}}", []string{
			"Rolling update initiated. Terminating 2 obsolete instance(s) in batches of 1, while keeping at least 1 instance(s) in service.",
			"Terminating instance(s) [i-01]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-01] (Progress 50%).",
			"Terminating instance(s) [i-02]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-02] (Progress 100%).",
		}},
		"a group that grows": {3, 5, "{AutoScalingRollingUpdate: {MinInstancesInService: 3}}", []string{
			"Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 1, while keeping at least 3 instance(s) in service.",
			"Temporarily setting autoscaling group MinSize and DesiredCapacity to 4.",
			"Terminating instance(s) [i-01]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-01] (Progress 33%).",
			"Terminating instance(s) [i-02]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-02] (Progress 67%).",
			"Terminating instance(s) [i-03]; replacing with 0 new instance(s).", "Successfully terminated instance(s) [i-03] (Progress 100%).",
		}},
		"a group that doubles": {2, 4, "{AutoScalingRollingUpdate: {MinInstancesInService: 2, MaxBatchSize: 10, PauseTime: PT1M}}", []string{
			"Rolling update initiated. Terminating 2 obsolete instance(s) in batches of 2, while keeping at least 2 instance(s) in service. Pausing for PT1M when new instances are added to the autoscaling group.",
			"Temporarily setting autoscaling group MinSize and DesiredCapacity to 4.", "New instance(s) added to autoscaling group - Pausing for PT1M.",
			"Terminating instance(s) [i-01,i-02]; replacing with 0 new instance(s).", "Successfully terminated instance(s) [i-01,i-02] (Progress 100%).",
		}},
		"signals": {2, 4, "{AutoScalingRollingUpdate: {MinInstancesInService: 2, WaitOnResourceSignals: true, PauseTime: PT15M}}", []string{
			"Rolling update initiated. Terminating 2 obsolete instance(s) in batches of 1, while keeping at least 2 instance(s) in service. Waiting on resource signals with a timeout of PT15M when new instances are added to the autoscaling group.",
			"Temporarily setting autoscaling group MinSize and DesiredCapacity to 3.",
			"New instance(s) added to autoscaling group - Waiting on 1 resource signal(s) with a timeout of PT15M.", "Received SUCCESS signal with UniqueId i-03",
			"Terminating instance(s) [i-01]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-01] (Progress 50%).",
			"New instance(s) added to autoscaling group - Waiting on 1 resource signal(s) with a timeout of PT15M.", "Received SUCCESS signal with UniqueId i-04",
			"Terminating instance(s) [i-02]; replacing with 0 new instance(s).", "Successfully terminated instance(s) [i-02] (Progress 100%).",
		}},
		"at its bound": {3, 3, "{AutoScalingRollingUpdate: {MinInstancesInService: 1, MaxBatchSize: 3}}", []string{
			"Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 3, while keeping at least 1 instance(s) in service.",
			"Terminating instance(s) [i-01,i-02]; replacing with 2 new instance(s).", "Successfully terminated instance(s) [i-01,i-02] (Progress 67%).",
			"Terminating instance(s) [i-03]; replacing with 1 new instance(s).", "Successfully terminated instance(s) [i-03] (Progress 100%).",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newGroups(t)
			s.Ready = func(string) bool { return true }
			told, failure := s.roll(c.size, c.most, c.policy)
			if failure != nil || !slices.Equal(told, c.want) {
				t.Errorf("failure %v, told\n%s\nwant\n%s", failure, strings.Join(told, "\n"), strings.Join(c.want, "\n"))
			}
			configuration := "Two"
			if c.want == nil {
				configuration = "One"
			}
			s.rolled(c.size, configuration)
		})
	}
}

// rolled holds that a group has its sizes, and instances of one launch configuration alone.
func (s *groups) rolled(size int, configuration string) {
	s.t.Helper()
	var found sdk.DescribeAutoScalingGroupsOutput
	s.ask("DescribeAutoScalingGroups", &sdk.DescribeAutoScalingGroupsInput{}, &found)
	g := found.AutoScalingGroups[0]
	if int(*g.MinSize) != size || int(*g.DesiredCapacity) != size || len(g.SuspendedProcesses) > 0 || len(g.Instances) != size {
		s.t.Errorf("the group has %d to %d, %d instances of %d, suspended %v", *g.MinSize, *g.MaxSize, len(g.Instances), *g.DesiredCapacity, g.SuspendedProcesses)
	}
	for _, i := range g.Instances {
		if aws.ToString(i.LaunchConfigurationName) != s.Ref(configuration) {
			s.t.Errorf("%s is of %s", *i.InstanceId, aws.ToString(i.LaunchConfigurationName))
		}
	}
}

// TestRollingUpdateLosesNothing: whichever answer is lost, the update tells the same, once, and comes to the same.
func TestRollingUpdateLosesNothing(t *testing.T) {
	const policy = "{AutoScalingRollingUpdate: {MinInstancesInService: 3, MaxBatchSize: 2, WaitOnResourceSignals: true, SuspendProcesses: [AlarmNotification]}}"
	ready := func(string) bool { return true }
	whole := newGroups(t)
	whole.Ready = ready
	want, failure := whole.roll(3, 6, policy)
	if failure != nil {
		t.Fatal(failure.Message)
	}
	for _, lose := range []string{
		"DescribeAutoScalingGroups", "SuspendProcesses", "UpdateAutoScalingGroup", "TerminateInstanceInAutoScalingGroup", "ResumeProcesses",
	} {
		for _, crash := range []bool{false, true} {
			s := newGroups(t)
			s.Ready = ready
			s.Lose("Update "+lose, crash)
			told, failure := s.roll(3, 6, policy)
			if failure != nil || !slices.Equal(told, want) {
				t.Errorf("%s lost (crash %t): failure %v, told\n%s\nwant\n%s", lose, crash, failure, strings.Join(told, "\n"), strings.Join(want, "\n"))
			}
			s.rolled(3, "Two")
		}
	}
}

func TestRollingUpdateThatCannotBe(t *testing.T) {
	s := newGroups(t)
	_, failure := s.roll(2, 2, "{AutoScalingRollingUpdate: {MinInstancesInService: 2}}")
	if failure == nil || !strings.Contains(failure.Message, "MinInstancesInService must be less than the autoscaling group's MaxSize") {
		t.Errorf("failure is %v", failure)
	}
}

// TestSignalsThatDoNotCome count as failures, of which the policy allows some.
func TestSignalsThatDoNotCome(t *testing.T) {
	for percent, want := range map[int]string{
		50: "",
		51: "Received 1 SUCCESS signal(s) out of 4.  Unable to satisfy 51% MinSuccessfulInstancesPercent requirement",
	} {
		s := newGroups(t)
		s.Ready = func(id string) bool { return id != "i-05" && id != "i-07" }
		told, failure := s.roll(4, 4, fmt.Sprintf("{AutoScalingRollingUpdate: {WaitOnResourceSignals: true, PauseTime: PT10M, MinSuccessfulInstancesPercent: %d}}", percent))
		got := ""
		if failure != nil {
			got = failure.Message
		}
		if got != want || !slices.Contains(told, "Failed to receive 1 resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE.") {
			t.Errorf("failure is %q, want %q; told\n%s", got, want, strings.Join(told, "\n"))
		}
		if took := s.Time.Sub(s.began).Round(time.Second); took < 20*time.Minute || took > 21*time.Minute {
			t.Errorf("the update takes %s", took)
		}
	}
}

// TestObsoleteByVersion: of a launch template whose version has a name, instances of another number are obsolete.
func TestObsoleteByVersion(t *testing.T) {
	for version, want := range map[string]string{"$Latest": "i-01", "$Default": "i-02"} {
		s := newGroups(t)
		properties := "{MinSize: 2, MaxSize: %d, LaunchTemplate: {LaunchTemplateId: " + template + ", Version: '" + version + "'}, AvailabilityZones: [eu-west-1a]}"
		s.Passed = func() {
			s.change(func(tx *store.Tx) {
				g := rows.Groups(tx, typestest.Scope)[0]
				for n := range 2 {
					number := strconv.Itoa(n + 1)
					rows.Members.Put(tx, &rows.Member{
						Scope: g.Scope, Group: g.Name, InstanceID: "i-0" + number, State: "InService", Zone: "eu-west-1a", Type: "t3.micro", LaunchedAt: s.Time,
						LaunchTemplate: &asgtypes.LaunchTemplateSpecification{LaunchTemplateId: aws.String(template), LaunchTemplateName: aws.String("ecs"), Version: &number},
					})
				}
			})
		}
		s.Has("Group", "AWS::AutoScaling::AutoScalingGroup", fmt.Sprintf(properties, 3))
		call := s.Call
		s.Call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
			if op.Name == "DescribeLaunchTemplates" {
				found := ec2types.LaunchTemplate{LatestVersionNumber: aws.Int64(2), DefaultVersionNumber: aws.Int64(1)}
				out.(*ec2.DescribeLaunchTemplatesOutput).LaunchTemplates = []ec2types.LaunchTemplate{found}
				return nil
			}
			return call(ctx, op, in, out)
		}
		s.launched = 2
		s.Passed, s.UpdatePolicy, s.Told = s.keepSize, "{AutoScalingRollingUpdate: {}}", nil
		if failure := s.Update("Group", fmt.Sprintf(properties, 4)); failure != nil {
			t.Fatal(failure.Message)
		}
		if told := strings.Join(s.Told, " "); !strings.Contains(told, "Terminating 1 obsolete instance(s)") || !strings.Contains(told, "Terminating instance(s) ["+want+"]") {
			t.Errorf("%s: told %s", version, told)
		}
	}
}

// TestRolledBack: instances that are as they were stay, and go only where others have come in their place.
func TestRolledBack(t *testing.T) {
	const policy = "{AutoScalingRollingUpdate: {MinInstancesInService: 2, WaitOnResourceSignals: true, SuspendProcesses: [AZRebalance]}}"
	for ready, want := range map[string][]string{
		"i-01 i-02": {"i-01", "i-02"}, "i-03 i-05": {"i-02", "i-05"},
	} {
		s := newGroups(t)
		s.Ready = func(id string) bool { return strings.Contains(ready, id) }
		if _, failure := s.roll(2, 3, policy); failure == nil {
			t.Fatal("the update does not fail")
		}
		s.Ready = func(string) bool { return true }
		s.Restores = true
		if failure := s.Update("Group", "{MinSize: 2, MaxSize: 3, DesiredCapacity: 2, LaunchConfigurationName: '${One}', AvailabilityZones: [eu-west-1a]}"); failure != nil {
			t.Fatal(failure.Message)
		}
		s.rolled(2, "One")
		var got []string
		for _, m := range rows.AllMembers(s.rows.Read(), typestest.Scope) {
			got = append(got, m.InstanceID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s are ready: there are %v, want %v; told\n%s", ready, got, want, strings.Join(s.Told, "\n"))
		}
	}
}

// TestRollingUpdateWithoutNewInstances: none is launched, so the update fails, and the group has its MinSize again.
func TestRollingUpdateWithoutNewInstances(t *testing.T) {
	s := newGroups(t)
	s.Passed = s.keepSize
	s.Has("Group", "AWS::AutoScaling::AutoScalingGroup", "{MinSize: 1, MaxSize: 3, "+from+"}")
	s.Passed, s.UpdatePolicy = nil, "{AutoScalingRollingUpdate: {MinInstancesInService: 1, SuspendProcesses: [AZRebalance]}}"
	failure := s.Update("Group", "{MinSize: 1, MaxSize: 3, "+strings.Replace(from, "eu-west-1a", "eu-west-1a", 1)+", TerminationPolicies: [OldestInstance]}")
	if failure == nil || failure.Code != "" || failure.Message != "Group did not stabilize. {current/minimum/maximum group size: 1/2/3}." {
		t.Errorf("failure is %+v", failure)
	}
	var found sdk.DescribeAutoScalingGroupsOutput
	s.ask("DescribeAutoScalingGroups", &sdk.DescribeAutoScalingGroupsInput{}, &found)
	if g := found.AutoScalingGroups[0]; *g.MinSize != 1 || len(g.SuspendedProcesses) > 0 {
		t.Errorf("MinSize is %d, suspended %v", *g.MinSize, g.SuspendedProcesses)
	}
}

// TestUnmodifiedSizes: an update leaves sizes that the template has not changed, and that are others by now, if it is told to.
func TestUnmodifiedSizes(t *testing.T) {
	for policy, want := range map[string]string{"": "1-9 2", "{AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: 'true'}}": "0-9 4"} {
		s := newGroups(t)
		s.Passed = s.keepSize
		s.Has("Group", "AWS::AutoScaling::AutoScalingGroup", "{MinSize: 1, MaxSize: 8, DesiredCapacity: 2, "+from+"}")
		s.ask("UpdateAutoScalingGroup", &sdk.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String(s.Ref("Group")), MinSize: aws.Int32(0), DesiredCapacity: aws.Int32(4),
		}, nil)
		s.UpdatePolicy = policy
		if failure := s.Update("Group", "{MinSize: 1, MaxSize: 9, DesiredCapacity: 2, "+from+"}"); failure != nil {
			t.Fatal(failure.Message)
		}
		var found sdk.DescribeAutoScalingGroupsOutput
		s.ask("DescribeAutoScalingGroups", &sdk.DescribeAutoScalingGroupsInput{}, &found)
		g := found.AutoScalingGroups[0]
		if got := fmt.Sprintf("%d-%d %d", *g.MinSize, *g.MaxSize, *g.DesiredCapacity); got != want {
			t.Errorf("with %q sizes are %s, want %s", policy, got, want)
		}
	}
}
