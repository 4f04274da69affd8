package autoscaling_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestInstancesOfGroups(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	s.launched("web", "i-0b", "i-0a")
	id := aws.String("i-0a")
	ok(s, s.SetInstanceProtection, &sdk.SetInstanceProtectionInput{AutoScalingGroupName: aws.String("web"), InstanceIds: []string{"i-0a"}, ProtectedFromScaleIn: aws.Bool(true)})
	refused(s, s.SetInstanceProtection, &sdk.SetInstanceProtectionInput{AutoScalingGroupName: aws.String("web"), InstanceIds: []string{"i-0c"}, ProtectedFromScaleIn: aws.Bool(true)},
		"ValidationError", "The instance i-0c is not part of Auto Scaling group web.")
	ok(s, s.SetInstanceHealth, &sdk.SetInstanceHealthInput{InstanceId: aws.String("i-0b"), HealthStatus: aws.String("Unhealthy")})
	got := ok(s, s.DescribeAutoScalingInstances, &sdk.DescribeAutoScalingInstancesInput{}).AutoScalingInstances
	if len(got) != 2 || *got[0].InstanceId != *id || !*got[0].ProtectedFromScaleIn || *got[0].HealthStatus != "HEALTHY" || *got[1].HealthStatus != "UNHEALTHY" {
		t.Errorf("%+v", got)
	}
	if one := ok(s, s.DescribeAutoScalingInstances, &sdk.DescribeAutoScalingInstancesInput{InstanceIds: []string{"i-0a", "i-0f"}}).AutoScalingInstances; len(one) != 1 {
		t.Errorf("%d instances", len(one))
	}
}

func TestGracePeriodOfHealth(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 1)
	in.HealthCheckGracePeriod = aws.Int32(60)
	ok(s, s.CreateAutoScalingGroup, in)
	s.launched("web", "i-0a")
	unhealthy := func(respect bool, want string) {
		t.Helper()
		ok(s, s.SetInstanceHealth, &sdk.SetInstanceHealthInput{InstanceId: aws.String("i-0a"), HealthStatus: aws.String("Unhealthy"), ShouldRespectGracePeriod: &respect})
		if got := *s.described("web").Instances[0].HealthStatus; got != want {
			t.Errorf("respecting the grace period %t: %s", respect, got)
		}
	}
	unhealthy(true, "Healthy")
	unhealthy(false, "Unhealthy")
	s.Now = s.Now.Add(time.Minute)
	unhealthy(true, "Unhealthy")
}

func TestInstanceIsTerminatedOnRequest(t *testing.T) {
	s := newScene(t)
	s.group("web", 1, 3)
	s.launched("web", "i-0a", "i-0b")
	terminate := func(id string, decrement bool) *sdk.TerminateInstanceInAutoScalingGroupInput {
		return &sdk.TerminateInstanceInAutoScalingGroupInput{InstanceId: &id, ShouldDecrementDesiredCapacity: &decrement}
	}
	refused(s, s.TerminateInstanceInAutoScalingGroup, terminate("i-0a", true), "ValidationError",
		"Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group's min size constraint. "+
			"Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.")
	ok(s, s.SetDesiredCapacity, &sdk.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(2)})
	begun := ok(s, s.TerminateInstanceInAutoScalingGroup, terminate("i-0a", true)).Activity
	if *begun.Cause != "At 2026-11-20T12:00:00Z instance i-0a was taken out of service in response to a user request, shrinking the capacity from 2 to 1." ||
		*begun.Description != "Terminating EC2 instance: i-0a" || begun.StatusCode != types.ScalingActivityStatusCodeInProgress || *begun.Progress != 0 ||
		*begun.Details != `{"Availability Zone ID":"use1-az1","Subnet ID":"subnet-0ec5e3a1a70000001","Availability Zone":"us-east-1a"}` {
		t.Errorf("%+v", begun)
	}
	if again := ok(s, s.TerminateInstanceInAutoScalingGroup, terminate("i-0a", true)).Activity; *again.ActivityId != *begun.ActivityId {
		t.Error("asked again, another activity begins")
	}
	if g := s.described("web"); *g.DesiredCapacity != 1 {
		t.Errorf("desired %d", *g.DesiredCapacity)
	}
	refused(s, s.TerminateInstanceInAutoScalingGroup, terminate("i-0f", false), "ValidationError",
		"Instance Id not found - No managed instance found for instance ID: i-0f")
}

// What was recorded of the filters of activities.
func TestActivities(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	s.update(func(tx *store.Tx) {
		g := rows.FindGroup(tx, scope, "web")
		for n := range 3 {
			a := rows.NewActivity(g, s.Now.Add(time.Duration(n)*time.Second))
			a.Description = string(rune('a' + n))
			if n == 2 {
				a.GroupARN += "-before" // of a group of the same name
			}
			rows.PutActivity(tx, a)
		}
	})
	web := aws.String("web")
	list := func(in sdk.DescribeScalingActivitiesInput) (text string) {
		t.Helper()
		in.AutoScalingGroupName = web
		for _, a := range ok(s, s.DescribeScalingActivities, &in).Activities {
			text += *a.Description
		}
		return text
	}
	filter := func(name string, values ...string) []types.Filter {
		return []types.Filter{{Name: &name, Values: values}}
	}
	const lower, upper = "StartTimeLowerBound", "StartTimeUpperBound"
	for want, in := range map[string]sdk.DescribeScalingActivitiesInput{
		"ba":  {},
		"cba": {IncludeDeletedGroups: aws.Bool(true)},
		"b":   {Filters: filter(lower, " 2026-11-20T12:00:01.007Z ")},
		"a":   {Filters: filter(upper, "2026-11-20T13:00:00.007+01:00")},
		"":    {Filters: filter(lower, "2026-02-30T00:00:00Z"), ActivityIds: []string{"none"}},
	} {
		if got := list(in); got != want {
			t.Errorf("%+v: %s, want %s", in, got, want)
		}
	}
	bad := func(text string, filters []types.Filter) {
		t.Helper()
		refused(s, s.DescribeScalingActivities, &sdk.DescribeScalingActivitiesInput{AutoScalingGroupName: web, Filters: filters}, "ValidationError", "The filter configuration isn't valid. "+text)
	}
	bad("The specified timestamp isn't valid.", filter(lower, "2026-11-20T13:00:00+0800"))
	bad("The specified timestamp isn't valid.", filter(lower, "1790000000"))
	bad("Multiple values for StartTimeUpperBound aren't supported. Specify a single timestamp value.", filter(upper, "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"))
	bad("Multiple values for StartTimeUpperBound aren't supported. Specify a single timestamp value.", append(filter(upper, "2026-11-20T12:00:00Z"), filter(upper, "2026-11-20T12:00:00Z")...))

	first := ok(s, s.DescribeScalingActivities, &sdk.DescribeScalingActivitiesInput{AutoScalingGroupName: web, MaxRecords: aws.Int32(1)})
	rest := ok(s, s.DescribeScalingActivities, &sdk.DescribeScalingActivitiesInput{AutoScalingGroupName: web, NextToken: first.NextToken})
	if len(first.Activities) != 1 || len(rest.Activities) != 1 || *rest.Activities[0].Description != "a" {
		t.Errorf("pages of %d and %d", len(first.Activities), len(rest.Activities))
	}
}
