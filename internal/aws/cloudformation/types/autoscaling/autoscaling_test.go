package autoscaling_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	asgtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	api "github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groups is a stack at an endpoint with EC2 Auto Scaling, and a launch template.
type groups struct {
	*typestest.Stack
	t    *testing.T
	rows *store.Store
	call handler.Call
	// launched counts instances.
	launched int
	began    time.Time // the update
}

const template = "lt-0fedcba9876543210"

func newGroups(t *testing.T) *groups {
	t.Helper()
	all, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &groups{t: t, rows: all}
	s.change(func(tx *store.Tx) {
		ec2.PutLaunchTemplate(tx, &ec2.LaunchTemplate{Scope: typestest.Scope, ID: template, Name: "ecs", Default: 1, Latest: 1})
		ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{
			Scope: typestest.Scope, TemplateID: template, Number: 1, Data: &ec2types.ResponseLaunchTemplateData{},
		})
	})
	service := api.New(api.Options{Store: all, Now: func() time.Time { return s.Time }}).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, autoscaling.Types())
	return s
}

func (s *groups) change(by func(tx *store.Tx)) {
	s.t.Helper()
	if err := s.rows.Update(func(tx *store.Tx) error { by(tx); return nil }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *groups) ask(name string, in, out any) {
	s.t.Helper()
	if err := s.call(s.t.Context(), apiclient.Of("autoscaling", name), in, out); err != nil {
		s.t.Fatal(err)
	}
}

// inventory is all that there is, in words, without what is of an incarnation.
func (s *groups) inventory() (all []string) {
	s.t.Helper()
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	short := func(name string) string { n, _, _ := strings.Cut(strings.TrimPrefix(name, "shop-"), "-"); return n }
	var found sdk.DescribeAutoScalingGroupsOutput
	s.ask("DescribeAutoScalingGroups", &sdk.DescribeAutoScalingGroupsInput{}, &found)
	for _, g := range found.AutoScalingGroups {
		name := short(*g.AutoScalingGroupName)
		add("group %s %d-%d cooldown %d check %s subnets %s metrics %d policies %v", name, *g.MinSize, *g.MaxSize, *g.DefaultCooldown, *g.HealthCheckType,
			aws.ToString(g.VPCZoneIdentifier), len(g.EnabledMetrics), g.TerminationPolicies)
		for _, t := range g.Tags {
			add("tag %s of %s propagates %v", *t.Key, name, *t.PropagateAtLaunch)
		}
		var hooks sdk.DescribeLifecycleHooksOutput
		s.ask("DescribeLifecycleHooks", &sdk.DescribeLifecycleHooksInput{AutoScalingGroupName: g.AutoScalingGroupName}, &hooks)
		for _, h := range hooks.LifecycleHooks {
			add("hook %s of %s after %d", short(*h.LifecycleHookName), name, *h.HeartbeatTimeout)
		}
	}
	var configurations sdk.DescribeLaunchConfigurationsOutput
	s.ask("DescribeLaunchConfigurations", &sdk.DescribeLaunchConfigurationsInput{}, &configurations)
	for _, c := range configurations.LaunchConfigurations {
		add("configuration %s %s monitored %v", short(*c.LaunchConfigurationName), *c.InstanceType, *c.InstanceMonitoring.Enabled)
	}
	slices.Sort(all)
	return all
}

const from = "LaunchTemplate: {LaunchTemplateId: lt-0fedcba9876543210, Version: '1'}, AvailabilityZones: [eu-west-1a]"

var parts = []typestest.Part{
	typestest.Of("Configuration", "AWS::AutoScaling::LaunchConfiguration", "{ImageId: ami-1, InstanceType: t3.micro, InstanceMonitoring: false}", ""),
	typestest.Of("Group", "AWS::AutoScaling::AutoScalingGroup",
		"{MinSize: '0', MaxSize: 2, "+from+", Cooldown: '60', HealthCheckType: ELB, MetricsCollection: [{Granularity: 1Minute, Metrics: [GroupMinSize]}], TerminationPolicies: [OldestInstance], Tags: [{Key: a, Value: b, PropagateAtLaunch: false}, {Key: c, Value: d, PropagateAtLaunch: true}], LifecycleHookSpecificationList: [{LifecycleHookName: one, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING', HeartbeatTimeout: 60}, {LifecycleHookName: two, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING'}]}",
		"{MinSize: '0', MaxSize: 3, LaunchTemplate: {LaunchTemplateId: lt-0fedcba9876543210, Version: '1'}, VPCZoneIdentifier: [subnet-11111111], Tags: [{Key: a, Value: b, PropagateAtLaunch: true}], LifecycleHookSpecificationList: [{LifecycleHookName: one, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING', HeartbeatTimeout: 90}]}"),
	typestest.Of("Named", "AWS::AutoScaling::AutoScalingGroup", "{AutoScalingGroupName: named, MinSize: 0, MaxSize: 1, LaunchConfigurationName: '${Configuration}', AvailabilityZones: [eu-west-1a]}", ""),
	typestest.Of("Hook", "AWS::AutoScaling::LifecycleHook", "{AutoScalingGroupName: '${Named}', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING'}", "{AutoScalingGroupName: '${Named}', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', HeartbeatTimeout: 30}"),
}

func TestEachTypeLives(t *testing.T) {
	s := newGroups(t)
	s.Live(parts, s.inventory)
}

func TestLostAnswers(t *testing.T) {
	s := newGroups(t)
	s.LoseAnswers(parts, s.inventory)
}

func TestEveryProperty(t *testing.T) {
	typestest.EveryProperty(t, autoscaling.Types(), parts)
}

func TestChanges(t *testing.T) {
	s := newGroups(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	if failure := s.Update("Group", strings.Replace(parts[1].Changed, "VPCZoneIdentifier: [subnet-11111111]", "AvailabilityZones: [eu-west-1a]", 1)); failure != nil {
		t.Fatal(failure.Message)
	}
	got := s.inventory()
	for _, want := range []string{
		"group Group 0-3 cooldown 300 check EC2 subnets  metrics 0 policies [Default]", "tag a of Group propagates true", "hook one of Group after 90",
		"tag aws:cloudformation:stack-name of Group propagates true", "configuration Configuration t3.micro monitored false",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is\n%s\nwithout\n%s", strings.Join(got, "\n"), want)
		}
	}
	for _, line := range got {
		if strings.HasPrefix(line, "tag c of") || strings.HasPrefix(line, "hook two of") {
			t.Errorf("%s is there still", line)
		}
	}
	if got := s.Ref("Hook"); !strings.HasPrefix(got, "shop-Hook-") || s.Ref("Named") != "named" {
		t.Errorf("Refs are %s and %s", got, s.Ref("Named"))
	}
}

// TestGroupWaitsForItsInstances: it is stable when they are in service, and gone when they are.
func TestGroupWaitsForItsInstances(t *testing.T) {
	s := newGroups(t)
	passed := 0
	s.Passed = func() {
		if passed++; passed != 3 {
			return
		}
		s.change(func(tx *store.Tx) {
			g := rows.FindGroup(tx, typestest.Scope, "named")
			rows.Members.Put(tx, &rows.Member{
				Scope: g.Scope, Group: g.Name, InstanceID: "i-0123456789abcdef0", State: "InService", Zone: "eu-west-1a", Type: "t3.micro", LaunchedAt: s.Time,
				LaunchTemplate: &asgtypes.LaunchTemplateSpecification{LaunchTemplateId: aws.String(template), LaunchTemplateName: aws.String("ecs"), Version: aws.String("1")},
			})
		})
	}
	s.Has("Named", "AWS::AutoScaling::AutoScalingGroup", "{AutoScalingGroupName: named, MinSize: 1, MaxSize: 1, "+from+"}")
	if passed < 3 {
		t.Errorf("the group is stable after %d looks", passed)
	}
}
