package autoscaling_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Members and their values were recorded.
func TestGroupIsDescribed(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 3)
	in.DefaultCooldown, in.HealthCheckGracePeriod, in.NewInstancesProtectedFromScaleIn = aws.Int32(7), aws.Int32(2), aws.Bool(true)
	in.Tags = []types.Tag{
		{Key: aws.String("probe"), Value: aws.String("1"), PropagateAtLaunch: aws.Bool(false)},
		{Key: aws.String("inherited"), Value: aws.String("group"), PropagateAtLaunch: aws.Bool(true)},
	}
	ok(s, s.CreateAutoScalingGroup, in)
	s.launched("web", "i-0a")
	got := s.described("web")
	if !regexp.MustCompile(`^arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName/web$`).MatchString(*got.AutoScalingGroupARN) {
		t.Errorf("ARN %s", *got.AutoScalingGroupARN)
	}
	tag := func(key, value string, propagate bool) types.TagDescription {
		return types.TagDescription{ResourceId: aws.String("web"), ResourceType: aws.String("auto-scaling-group"), Key: &key, Value: &value, PropagateAtLaunch: &propagate}
	}
	want := types.AutoScalingGroup{
		AutoScalingGroupName: aws.String("web"), AutoScalingGroupARN: got.AutoScalingGroupARN, CreatedTime: &s.Now,
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &template.ID, LaunchTemplateName: &template.Name, Version: aws.String("$Latest")},
		MinSize:        aws.Int32(0), MaxSize: aws.Int32(3), DesiredCapacity: aws.Int32(0), DefaultCooldown: aws.Int32(7),
		AvailabilityZones: []string{"us-east-1a", "us-east-1c"}, AvailabilityZoneIds: []string{"use1-az1", "use1-az3"},
		LoadBalancerNames: []string{}, TargetGroupARNs: []string{}, HealthCheckType: aws.String("EC2"), HealthCheckGracePeriod: aws.Int32(2),
		Instances: []types.Instance{{
			InstanceId: aws.String("i-0a"), InstanceType: aws.String("t3.micro"), AvailabilityZone: aws.String("us-east-1a"), AvailabilityZoneId: aws.String("use1-az1"),
			LifecycleState: types.LifecycleStateInService, HealthStatus: aws.String("Healthy"), ProtectedFromScaleIn: aws.Bool(false),
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &template.ID, LaunchTemplateName: &template.Name, Version: aws.String("2")},
		}},
		SuspendedProcesses: []types.SuspendedProcess{}, VPCZoneIdentifier: aws.String("subnet-0ec5e3a1a70000001,subnet-0ec5e3a1a70000003"),
		EnabledMetrics: []types.EnabledMetric{}, Tags: []types.TagDescription{tag("inherited", "group", true), tag("probe", "1", false)},
		TerminationPolicies: []string{"Default"}, NewInstancesProtectedFromScaleIn: aws.Bool(true),
		ServiceLinkedRoleARN:             aws.String("arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
		TrafficSources:                   []types.TrafficSourceIdentifier{},
		AvailabilityZoneDistribution:     &types.AvailabilityZoneDistribution{CapacityDistributionStrategy: types.CapacityDistributionStrategyBalancedBestEffort},
		CapacityReservationSpecification: &types.CapacityReservationSpecification{CapacityReservationPreference: types.CapacityReservationPreferenceDefault},
		InstanceLifecyclePolicy:          &types.InstanceLifecyclePolicy{RetentionTriggers: &types.RetentionTriggers{TerminateHookAbandon: types.RetentionActionTerminate}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.AutoScalingGroup{}, types.LaunchTemplateSpecification{}, types.TagDescription{}, types.Instance{},
		types.AvailabilityZoneDistribution{}, types.CapacityReservationSpecification{}, types.InstanceLifecyclePolicy{}, types.RetentionTriggers{})); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
	refused(s, s.CreateAutoScalingGroup, in, "AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name web already exists")
}

// What was recorded of bounds; nothing changes where one is refused.
func TestBoundsOfGroups(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	web := aws.String("web")
	set := func(n int32) *sdk.SetDesiredCapacityInput {
		return &sdk.SetDesiredCapacityInput{AutoScalingGroupName: web, DesiredCapacity: &n}
	}
	bounds := func(least, most int32) *sdk.UpdateAutoScalingGroupInput {
		return &sdk.UpdateAutoScalingGroupInput{AutoScalingGroupName: web, MinSize: &least, MaxSize: &most}
	}
	has := func(least, most, desired int32) {
		t.Helper()
		if g := s.described("web"); *g.MinSize != least || *g.MaxSize != most || *g.DesiredCapacity != desired {
			t.Errorf("min %d, max %d, desired %d; want %d, %d, %d", *g.MinSize, *g.MaxSize, *g.DesiredCapacity, least, most, desired)
		}
	}
	ok(s, s.SetDesiredCapacity, set(2))
	refused(s, s.SetDesiredCapacity, set(4), "ValidationError", "New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup.")
	has(0, 3, 2)
	refused(s, s.UpdateAutoScalingGroup, bounds(3, 1), "ValidationError", "Max bound, 1, must be greater than or equal to min bound, 3")
	has(0, 3, 2)
	ok(s, s.UpdateAutoScalingGroup, bounds(3, 3))
	has(3, 3, 3)
	refused(s, s.SetDesiredCapacity, set(1), "ValidationError", "New SetDesiredCapacity value 1 is below min value 3 for the AutoScalingGroup.")
	ok(s, s.UpdateAutoScalingGroup, bounds(0, 0))
	has(0, 0, 0)
}

// One request cannot make the emulator keep millions of instances. A high maximum is none.
func TestGroupsOfTooManyInstances(t *testing.T) {
	s := newScene(t)
	const tooMany = "ecs-emulator does not implement groups of more than 1000 instances of EC2 Auto Scaling; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/autoscaling.md."
	refused(s, s.CreateAutoScalingGroup, s.input("web", 2_000_000, 1<<31-1), "NotImplementedException", tooMany)
	s.group("web", 0, 1<<31-1)
	web := aws.String("web")
	refused(s, s.SetDesiredCapacity, &sdk.SetDesiredCapacityInput{AutoScalingGroupName: web, DesiredCapacity: aws.Int32(1001)}, "NotImplementedException", tooMany)
	refused(s, s.UpdateAutoScalingGroup, &sdk.UpdateAutoScalingGroupInput{AutoScalingGroupName: web, DesiredCapacity: aws.Int32(1001)}, "NotImplementedException", tooMany)
	ok(s, s.SetDesiredCapacity, &sdk.SetDesiredCapacityInput{AutoScalingGroupName: web, DesiredCapacity: aws.Int32(1000)})
}

func TestGroupsThatAreRefused(t *testing.T) {
	s := newScene(t)
	with := func(change func(*sdk.CreateAutoScalingGroupInput)) *sdk.CreateAutoScalingGroupInput {
		in := s.input("web", 0, 1)
		change(in)
		return in
	}
	for _, c := range []struct {
		code, text string
		change     func(*sdk.CreateAutoScalingGroupInput)
	}{
		{"ValidationError", "1 validation error detected: Value '' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
			func(in *sdk.CreateAutoScalingGroupInput) { in.AutoScalingGroupName = aws.String("") }},
		{"ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.LaunchTemplate = nil }},
		{"ValidationError", "At least one Availability Zone or VPC Subnet is required.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = nil }},
		{"ValidationError", "The subnet ID 'subnet-1' does not exist",
			func(in *sdk.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = aws.String("subnet-1") }},
		{"ValidationError", "You must use a valid fully-formed launch template. Could not find the specified version 9 for the launch template with ID lt-0fedcba9876543210.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.LaunchTemplate.Version = aws.String("9") }},
		{"ValidationError", "Launch configuration name not found - Launch configuration old not found",
			func(in *sdk.CreateAutoScalingGroupInput) {
				in.LaunchTemplate, in.LaunchConfigurationName = nil, aws.String("old")
			}},
		{"ValidationError", "Desired capacity:2 must be between the specified min size:0 and max size:1",
			func(in *sdk.CreateAutoScalingGroupInput) { in.DesiredCapacity = aws.Int32(2) }},
		{"NotImplementedException", "ecs-emulator does not implement TargetGroupARNs of EC2 Auto Scaling; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/autoscaling.md.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.TargetGroupARNs = []string{"arn"} }},
		{"NotImplementedException", "ecs-emulator does not implement MaxInstanceLifetime of EC2 Auto Scaling; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/autoscaling.md.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.MaxInstanceLifetime = aws.Int32(86400) }},
		{"ValidationError", "Invalid Spot max price: cheap",
			func(in *sdk.CreateAutoScalingGroupInput) {
				in.MixedInstancesPolicy = &types.MixedInstancesPolicy{
					LaunchTemplate:        &types.LaunchTemplate{LaunchTemplateSpecification: in.LaunchTemplate},
					InstancesDistribution: &types.InstancesDistribution{SpotMaxPrice: aws.String("cheap")},
				}
				in.LaunchTemplate = nil
			}},
		{"ValidationError", "2 validation errors detected: Value 'any' at 'mixedInstancesPolicy.instancesDistribution.onDemandAllocationStrategy' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [lowest-price, prioritized]; Value '200' at 'mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity' " +
			"failed to satisfy constraint: Member must have value less than or equal to 100",
			func(in *sdk.CreateAutoScalingGroupInput) {
				in.MixedInstancesPolicy = &types.MixedInstancesPolicy{
					LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: in.LaunchTemplate},
					InstancesDistribution: &types.InstancesDistribution{
						OnDemandPercentageAboveBaseCapacity: aws.Int32(200), OnDemandAllocationStrategy: aws.String("any"),
					},
				}
				in.LaunchTemplate = nil
			}},
		{"ValidationError", "1 validation error detected: Value 'some' at 'capacityReservationSpecification.capacityReservationPreference' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [capacity-reservations-only, capacity-reservations-first, none, default]",
			func(in *sdk.CreateAutoScalingGroupInput) {
				in.CapacityReservationSpecification = &types.CapacityReservationSpecification{CapacityReservationPreference: "some"}
			}},
		{"ValidationError", "1 validation error detected: Value '' at 'vPCZoneIdentifier' failed to satisfy constraint: Member must have length greater than or equal to 1",
			func(in *sdk.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = aws.String("") }},
		{"ValidationError", "At least one Availability Zone or VPC Subnet is required.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = aws.String(" ,") }},
		{"ValidationError", "1 validation error detected: Value 'an ecs' at 'launchTemplate.launchTemplateName' failed to satisfy constraint: " +
			`Member must satisfy regular expression pattern: [a-zA-Z0-9\(\)\.\-/_]+`,
			func(in *sdk.CreateAutoScalingGroupInput) { in.LaunchTemplate.LaunchTemplateName = aws.String("an ecs") }},
		{"ValidationError", "The name of an AutoScalingGroup cannot contain a colon.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.AutoScalingGroupName = aws.String("a:b") }},
		{"ValidationError", "Invalid health check type: nonsense",
			func(in *sdk.CreateAutoScalingGroupInput) { in.HealthCheckType = aws.String("EC2,nonsense") }},
		{"ValidationError", "Specifying EC2 in addition to other health check types is not supported. Remove EC2 from HealthCheckType and try again.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.HealthCheckType = aws.String("EC2, EBS") }},
		{"ValidationError", "[Any] is not a valid termination policy. Valid termination policies are: [AllocationStrategy, ClosestToNextInstanceHour, Default, Lambda, " +
			"NewestInstance, OldestInstance, OldestLaunchConfiguration, OldestLaunchTemplate].",
			func(in *sdk.CreateAutoScalingGroupInput) { in.TerminationPolicies = []string{"Any"} }},
		{"ValidationError", "You must use a valid fully-formed launch template. Invalid availability zone: [eu-west-1a]",
			func(in *sdk.CreateAutoScalingGroupInput) { in.AvailabilityZones = []string{"eu-west-1a"} }},
		{"LimitExceeded", "You tried to create more tags than allowed",
			func(in *sdk.CreateAutoScalingGroupInput) {
				for n := range 51 {
					in.Tags = append(in.Tags, types.Tag{Key: aws.String(fmt.Sprint("k", n))})
				}
			}},
		{"ValidationError", "1 validation error detected: Value '-5' at 'defaultCooldown' failed to satisfy constraint: Member must have value greater than or equal to 0",
			func(in *sdk.CreateAutoScalingGroupInput) { in.DefaultCooldown = aws.Int32(-5) }},
		{"ValidationError", "Grace period must be a positive integer.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.HealthCheckGracePeriod = aws.Int32(-5) }},
		{"ValidationError", "The default instance warmup must not be negative.",
			func(in *sdk.CreateAutoScalingGroupInput) { in.DefaultInstanceWarmup = aws.Int32(-7) }},
	} {
		refused(s, s.CreateAutoScalingGroup, with(c.change), c.code, c.text)
	}
	if groups := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{}).AutoScalingGroups; len(groups) > 0 {
		t.Errorf("%d groups were made", len(groups))
	}
}

func TestSubnetsThatAreMadeUp(t *testing.T) {
	const subnet = "subnet-0123456789abcdef0"
	s := newScene(t)
	in := s.input("web", 0, 1)
	in.VPCZoneIdentifier = aws.String(subnet)
	ok(s, s.CreateAutoScalingGroup, in)
	strict := startScene(t, true)
	refused(strict, strict.CreateAutoScalingGroup, in, "ValidationError", "The subnet ID '"+subnet+"' does not exist")
}

func TestMixedInstancesPolicy(t *testing.T) {
	s := newScene(t)
	in := s.input("mixed", 0, 1)
	in.MixedInstancesPolicy = &types.MixedInstancesPolicy{LaunchTemplate: &types.LaunchTemplate{
		LaunchTemplateSpecification: in.LaunchTemplate,
		Overrides:                   []types.LaunchTemplateOverrides{{InstanceType: aws.String("m5.large")}, {InstanceType: aws.String("m5.xlarge")}},
	}}
	in.LaunchTemplate = nil
	ok(s, s.CreateAutoScalingGroup, in)
	p := s.described("mixed").MixedInstancesPolicy
	if d := p.InstancesDistribution; *d.OnDemandPercentageAboveBaseCapacity != 100 || *d.OnDemandAllocationStrategy != "prioritized" || len(p.LaunchTemplate.Overrides) != 2 {
		t.Errorf("%+v", p)
	}
	update := &sdk.UpdateAutoScalingGroupInput{AutoScalingGroupName: in.AutoScalingGroupName, MixedInstancesPolicy: &types.MixedInstancesPolicy{
		InstancesDistribution: &types.InstancesDistribution{
			OnDemandBaseCapacity: aws.Int32(1), OnDemandPercentageAboveBaseCapacity: aws.Int32(0), SpotAllocationStrategy: aws.String("price-capacity-optimized"),
		},
	}}
	ok(s, s.UpdateAutoScalingGroup, update)
	update.MixedInstancesPolicy = &types.MixedInstancesPolicy{LaunchTemplate: in.MixedInstancesPolicy.LaunchTemplate}
	ok(s, s.UpdateAutoScalingGroup, update)
	if p := s.described("mixed").MixedInstancesPolicy; *p.InstancesDistribution.OnDemandBaseCapacity != 1 || *p.InstancesDistribution.OnDemandPercentageAboveBaseCapacity != 0 ||
		*p.InstancesDistribution.SpotAllocationStrategy != "price-capacity-optimized" || len(p.LaunchTemplate.Overrides) != 2 {
		t.Errorf("members that were left out are not kept: %+v", p)
	}
}

// ASG0004.4. 40 overrides are taken, and pools with lowest-price.
func TestMixedInstancesPoliciesThatAreRefused(t *testing.T) {
	s := newScene(t)
	source := s.input("mixed", 0, 1).LaunchTemplate
	policy := func(d *types.InstancesDistribution, names ...string) *sdk.CreateAutoScalingGroupInput {
		in := s.input("mixed", 0, 1)
		p := &types.MixedInstancesPolicy{LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: source}, InstancesDistribution: d}
		for i := range names {
			p.LaunchTemplate.Overrides = append(p.LaunchTemplate.Overrides, types.LaunchTemplateOverrides{InstanceType: &names[i]})
		}
		in.LaunchTemplate, in.MixedInstancesPolicy = nil, p
		return in
	}
	refused(s, s.CreateAutoScalingGroup, policy(nil, "m5.large", "t3.micro", "t3.micro", "t3.micro"), "ValidationError",
		"Cannot add same instance type override more than once. Remove these duplicates from the request and try again: [t3.micro]")
	refused(s, s.CreateAutoScalingGroup, policy(nil, slices.Repeat([]string{"m5.large"}, 41)...), "ValidationError",
		"The number of LaunchTemplateOverrides must be fewer than 40.")
	refused(s, s.CreateAutoScalingGroup, policy(nil, slices.Repeat([]string{"m5.large"}, 40)...), "ValidationError",
		"Cannot add same instance type override more than once. Remove these duplicates from the request and try again: [m5.large]")
	pools := types.InstancesDistribution{SpotInstancePools: aws.Int32(2), SpotAllocationStrategy: aws.String("capacity-optimized")}
	refused(s, s.CreateAutoScalingGroup, policy(&pools, "m5.large"), "ValidationError",
		"SpotInstancePools option is only available with the lowest-price allocation strategy.")
	pools.SpotAllocationStrategy = aws.String("lowest-price")
	ok(s, s.CreateAutoScalingGroup, policy(&pools, "m5.large", "t3.micro"))
}

// A group has one thing to launch from.
func TestGroupIsUpdatedWithOneSource(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 1)
	refused(s, s.UpdateAutoScalingGroup, &sdk.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), LaunchTemplate: s.input("", 0, 0).LaunchTemplate, LaunchConfigurationName: aws.String("old"),
	}, "ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
}

func TestGroupIsDeletedWithoutInstancesOrWithForce(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	web := aws.String("web")
	s.launched("web", "i-0a")
	refused(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: web}, "ResourceInUse",
		"You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: web, ForceDelete: aws.Bool(true)})
	if g := s.described("web"); aws.ToString(g.Status) != "Delete in progress" || *g.DesiredCapacity != 0 {
		t.Errorf("status %s, desired %d", aws.ToString(g.Status), *g.DesiredCapacity)
	}
	refused(s, s.SetDesiredCapacity, &sdk.SetDesiredCapacityInput{AutoScalingGroupName: web, DesiredCapacity: aws.Int32(0)}, "ValidationError",
		"AutoScalingGroup name not found - AutoScalingGroup 'web' not found")
	s.group("empty", 0, 3)
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("empty")})
	if rows.FindGroup(s.Store.Read(), scope, "empty") != nil {
		t.Error("a group without instances stays")
	}
}

// The alarms of managed scaling go with the group that they scale, also while its capacity provider is there.
func TestAlarmsOfManagedScalingGoWithTheGroup(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	p := &rows.Policy{Scope: scope, Group: "web", Name: "ECSManagedAutoScalingPolicy-1", ID: "1", Cluster: "shop", CapacityProvider: "machines", Target: 100}
	s.update(func(tx *store.Tx) {
		rows.PutPolicy(tx, p)
		for _, name := range []string{p.AlarmName(rows.AlarmHigh), p.AlarmName(rows.AlarmLow), "own"} {
			cloudwatch.Alarms.Put(tx, &cloudwatch.Alarm{Scope: scope, Name: name})
		}
	})
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("web")})
	for a := range cloudwatch.Alarms.Forward(s.Store.Read(), "") {
		if a.Name != "own" {
			t.Errorf("%s stays", a.Name)
		}
	}
	if cloudwatch.Alarms.Find(s.Store.Read(), scope, "own") == nil || len(rows.Policies(s.Store.Read(), scope, "web")) > 0 {
		t.Error("an alarm of the user goes, or the policy stays")
	}
}

func TestGroupsComeInPages(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"c", "a", "b"} {
		s.group(name, 0, 1)
	}
	first := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(2)})
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("b")}) // the last of the page
	rest := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{NextToken: first.NextToken})
	if len(first.AutoScalingGroups) != 2 || len(rest.AutoScalingGroups) != 1 || *rest.AutoScalingGroups[0].AutoScalingGroupName != "c" || rest.NextToken != nil {
		t.Errorf("first %d, then %+v", len(first.AutoScalingGroups), rest.AutoScalingGroups)
	}
}
