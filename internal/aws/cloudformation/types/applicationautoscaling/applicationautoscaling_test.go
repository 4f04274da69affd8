package applicationautoscaling_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	api "github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// scaling is a stack at an endpoint with Application Auto Scaling, and services web and api.
type scaling struct {
	*typestest.Stack
	t    *testing.T
	call handler.Call
}

func newScaling(t *testing.T) *scaling {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Update(func(tx *store.Tx) error {
		state.Clusters.Put(tx, &state.Cluster{ARN: typestest.Scope.Cluster("c"), Name: "c", Status: "ACTIVE"})
		for _, name := range []string{"web", "api"} {
			state.PutService(tx, &state.Service{
				ARN: typestest.Scope.Service("c", name), Name: name, ClusterARN: typestest.Scope.Cluster("c"), DesiredCount: 2,
				Deployments: []*state.Deployment{{Generation: state.Generation{Revision: &state.ServiceRevision{}}}},
			})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s := &scaling{t: t}
	service := api.New(rows, func() time.Time { return s.Time }).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(ctx, apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, applicationautoscaling.Types())
	return s
}

// inventory is all that is scaled, in words.
func (s *scaling) inventory() (all []string) {
	s.t.Helper()
	ask := func(name string, in, out any) {
		if err := s.call(s.t.Context(), apiclient.Of("application-autoscaling", name), in, out); err != nil {
			s.t.Fatal(err)
		}
	}
	var targets sdk.DescribeScalableTargetsOutput
	ask("DescribeScalableTargets", &sdk.DescribeScalableTargetsInput{ServiceNamespace: "ecs"}, &targets)
	for _, t := range targets.ScalableTargets {
		all = append(all, fmt.Sprintf("%s %d-%d suspended %v", *t.ResourceId, *t.MinCapacity, *t.MaxCapacity, *t.SuspendedState.DynamicScalingInSuspended))
	}
	var policies sdk.DescribeScalingPoliciesOutput
	ask("DescribeScalingPolicies", &sdk.DescribeScalingPoliciesInput{ServiceNamespace: "ecs"}, &policies)
	for _, p := range policies.ScalingPolicies {
		value := 0.0
		if c := p.TargetTrackingScalingPolicyConfiguration; c != nil {
			value = *c.TargetValue
		}
		all = append(all, fmt.Sprintf("%s of %s %v alarms %d", *p.PolicyName, *p.ResourceId, value, len(p.Alarms)))
	}
	var actions sdk.DescribeScheduledActionsOutput
	ask("DescribeScheduledActions", &sdk.DescribeScheduledActionsInput{ServiceNamespace: "ecs"}, &actions)
	for _, a := range actions.ScheduledActions {
		least := int32(-1)
		if a.ScalableTargetAction.MinCapacity != nil {
			least = *a.ScalableTargetAction.MinCapacity
		}
		all = append(all, fmt.Sprintf("%s %s zone %s least %d", *a.ScheduledActionName, *a.Schedule, aws.ToString(a.Timezone), least))
	}
	slices.Sort(all)
	return all
}

const (
	ofWeb = "ResourceId: service/c/web, ScalableDimension: 'ecs:service:DesiredCount', ServiceNamespace: ecs"
	ofAPI = "ResourceId: service/c/api, ScalableDimension: 'ecs:service:DesiredCount', ServiceNamespace: ecs"
)

var parts = []typestest.Part{
	typestest.Of("Target", "AWS::ApplicationAutoScaling::ScalableTarget",
		"{"+ofWeb+", MinCapacity: '1', MaxCapacity: 4, SuspendedState: {DynamicScalingInSuspended: true}, ScheduledActions: [{ScheduledActionName: a, Schedule: rate(1 hour), Timezone: Europe/Paris, ScalableTargetAction: {MinCapacity: 2, MaxCapacity: 3}}, {ScheduledActionName: b, Schedule: rate(1 day), ScalableTargetAction: {MaxCapacity: 3}}]}",
		"{"+ofWeb+", MinCapacity: 2, MaxCapacity: 5, ScheduledActions: [{ScheduledActionName: a, Schedule: rate(2 hours), ScalableTargetAction: {MaxCapacity: 3}}, {ScheduledActionName: c, Schedule: 'at(2027-01-01T00:00:00)', StartTime: '2026-06-01T00:00:00Z', ScalableTargetAction: {MaxCapacity: 3}}]}"),
	typestest.Of("Policy", "AWS::ApplicationAutoScaling::ScalingPolicy",
		"{PolicyName: cpu, PolicyType: TargetTrackingScaling, ScalingTargetId: '${Target}', TargetTrackingScalingPolicyConfiguration: {TargetValue: '75.5', ScaleInCooldown: '60', PredefinedMetricSpecification: {PredefinedMetricType: ECSServiceAverageCPUUtilization}}}",
		"{PolicyName: cpu, PolicyType: TargetTrackingScaling, ScalingTargetId: '${Target}', TargetTrackingScalingPolicyConfiguration: {TargetValue: 50, PredefinedMetricSpecification: {PredefinedMetricType: ECSServiceAverageMemoryUtilization}}}"),
	typestest.Of("Other", "AWS::ApplicationAutoScaling::ScalableTarget", "{"+ofAPI+", MinCapacity: 1, MaxCapacity: 4}", ""),
	typestest.Of("Steps", "AWS::ApplicationAutoScaling::ScalingPolicy",
		"{PolicyName: steps, PolicyType: StepScaling, "+ofAPI+", StepScalingPolicyConfiguration: {AdjustmentType: ChangeInCapacity, Cooldown: 60, MetricAggregationType: Average, StepAdjustments: [{MetricIntervalLowerBound: 0, ScalingAdjustment: 1}]}}", ""),
}

func TestEachTypeLives(t *testing.T) {
	s := newScaling(t)
	s.Live(parts, s.inventory)
}

func TestEveryProperty(t *testing.T) {

	typestest.EveryProperty(t, applicationautoscaling.Types(), parts, // the type table does not know its members
		"AWS::ApplicationAutoScaling::ScalingPolicy.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics.MetricStat.Metric")

}

func TestLostAnswers(t *testing.T) {
	s := newScaling(t)
	s.LoseAnswers(parts, s.inventory)
}

func TestRefAndChanges(t *testing.T) {
	s := newScaling(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	if got := s.Ref("Target"); got != "service/c/web|ecs:service:DesiredCount|ecs" {
		t.Errorf("Ref of a target is %s", got)
	}
	if got := s.Ref("Policy"); !strings.HasPrefix(got, "arn:aws:autoscaling:") || s.GetAtt("Policy", "Arn") != got {
		t.Errorf("Ref of a policy is %s", got)
	}
	for _, p := range parts[:2] {
		if failure := s.Update(p.Name, p.Changed); failure != nil {
			t.Fatal(failure.Message)
		}
	}
	want := []string{
		"a rate(2 hours) zone  least -1", "c at(2027-01-01T00:00:00) zone  least -1", "cpu of service/c/web 50 alarms 2",
		"service/c/api 1-4 suspended false", "service/c/web 2-5 suspended false", "steps of service/c/api 0 alarms 0",
	}
	if got := s.inventory(); !slices.Equal(got, want) {
		t.Errorf("there is %q, want %q", got, want)
	}
}

// TestWhatIsThereIsNotTheStacks: what others have made fails a create, and stays when that is taken back.
func TestWhatIsThereIsNotTheStacks(t *testing.T) {
	s := newScaling(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	before := s.inventory()
	for _, p := range parts {
		if failure := s.Create("Second", p.Kind, p.Properties); failure == nil || failure.Code != handler.AlreadyExists {
			t.Errorf("a second %s: %+v", p.Name, failure)
		}
		if failure := s.Delete("Second"); failure != nil {
			t.Error(failure.Message)
		}
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
	if failure := s.Create("Wrong", "AWS::ApplicationAutoScaling::ScalingPolicy", "{PolicyName: a, PolicyType: StepScaling, ScalingTargetId: web}"); failure == nil {
		t.Error("a policy of a wrong target is made")
	}
}
