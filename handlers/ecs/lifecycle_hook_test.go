package ecs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Ids of hooks.
const (
	pauseHook  = "ecs-pause-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
	otherPause = "ecs-pause-G123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
	lambdaHook = "ecs-lambda-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
)

// paused makes a service whose deployment waits for two hooks and for a function, and returns the ARN of
// the service deployment.
func (s *server) paused(t testing.TB, expires time.Time) string {
	t.Helper()
	s.register(t, "web")
	s.create(t, serviceInput("web", "web"))
	id := s.redeploy(t, "web", 0)[0]
	s.change(t, id, func(d *state.ServiceDeployment) {
		d.Status, d.StartedAt = ourtypes.ServiceDeploymentStatusInProgress, time.Now()
		d.Shift = &state.TrafficShift{Stage: state.StagePreProductionTrafficShift}
		d.Target.ProductionWeight, d.Target.TestWeight = aws.Float64(10.5), aws.Float64(100)
		d.Sources = []state.DeployedRevision{{ARN: "blue", ProductionWeight: aws.Float64(89.5), TestWeight: aws.Float64(0)}}
		d.Alarms = state.DeploymentAlarms{
			Status: ourtypes.ServiceDeploymentRollbackMonitorsStatusTriggered, Names: []string{"fast", "slow"}, Triggered: []string{"slow"},
		}
		for _, hook := range []string{pauseHook, otherPause} {
			d.Hooks = append(d.Hooks, state.LifecycleHook{
				ID: hook, TargetType: ourtypes.DeploymentLifecycleHookTargetTypePause, Status: ourtypes.DeploymentLifecycleHookStatusAwaitingAction,
				TimeoutAction: ourtypes.DeploymentLifecycleHookActionContinue, ExpiresAt: expires,
			})
		}
		d.Hooks = append(d.Hooks, state.LifecycleHook{
			ID: lambdaHook, TargetType: ourtypes.DeploymentLifecycleHookTargetTypeAwsLambda, TargetARN: hookFunction,
			Status: ourtypes.DeploymentLifecycleHookStatusInProgress, TimeoutAction: ourtypes.DeploymentLifecycleHookActionRollback, ExpiresAt: expires,
		})
	})
	return id
}

// change changes a service deployment as the scheduler would.
func (s *server) change(t testing.TB, id string, change func(*state.ServiceDeployment)) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		d := state.FindServiceDeployment(tx, id).Clone()
		change(d)
		state.PutServiceDeployment(tx, d)
	})
}

func (s *server) describeDeployment(t testing.TB, id string) types.ServiceDeployment {
	t.Helper()
	out := must[*sdk.DescribeServiceDeploymentsOutput](t)(s.DescribeServiceDeployments(ctx, &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{id}}))
	return out.ServiceDeployments[0]
}

func TestServiceDeploymentShowsStageWeightsHooksAndAlarms(t *testing.T) {
	s := newServer(t)
	expires := time.UnixMilli(1_700_000_000_500).UTC()
	shown := s.describeDeployment(t, s.paused(t, expires))
	target := shown.TargetServiceRevision
	if shown.LifecycleStage != "PRE_PRODUCTION_TRAFFIC_SHIFT" || *target.RequestedProductionTrafficWeight != 10.5 || *target.RequestedTestTrafficWeight != 100 ||
		*shown.SourceServiceRevisions[0].RequestedProductionTrafficWeight != 89.5 || *shown.SourceServiceRevisions[0].RequestedTestTrafficWeight != 0 {
		t.Errorf("stage %s, target %+v, sources %+v", shown.LifecycleStage, target, shown.SourceServiceRevisions)
	}
	detail := func(id string, target *string, kind types.DeploymentLifecycleHookTargetType, status types.DeploymentLifecycleHookStatus, action types.DeploymentLifecycleHookAction) types.DeploymentLifecycleHookDetail {
		return types.DeploymentLifecycleHookDetail{HookId: &id, TargetArn: target, TargetType: kind, Status: status, TimeoutAction: action, ExpiresAt: &expires}
	}
	want := []any{
		[]types.DeploymentLifecycleHookDetail{
			detail(pauseHook, nil, "PAUSE", "AWAITING_ACTION", "CONTINUE"), detail(otherPause, nil, "PAUSE", "AWAITING_ACTION", "CONTINUE"),
			detail(lambdaHook, aws.String(hookFunction), "AWS_LAMBDA", "IN_PROGRESS", "ROLLBACK"),
		},
		&types.ServiceDeploymentAlarms{Status: "TRIGGERED", AlarmNames: []string{"fast", "slow"}, TriggeredAlarmNames: []string{"slow"}},
	}
	ignore := cmpopts.IgnoreUnexported(types.DeploymentLifecycleHookDetail{}, types.ServiceDeploymentAlarms{})
	if diff := cmp.Diff(want, []any{shown.LifecycleHookDetails, shown.Alarms}, ignore); diff != "" {
		t.Errorf("hooks and alarms (-want +got):\n%s", diff)
	}
}

func TestContinueServiceDeployment(t *testing.T) {
	s := newServer(t)
	id := s.paused(t, time.Now())
	goOn := func(hook string, action types.DeploymentLifecycleHookAction) error {
		out, err := s.ContinueServiceDeployment(ctx, &sdk.ContinueServiceDeploymentInput{ServiceDeploymentArn: &id, HookId: &hook, Action: action})
		if err == nil && *out.ServiceDeploymentArn != id {
			t.Errorf("answered %s", *out.ServiceDeploymentArn)
		}
		return err
	}
	status := func(hook string) ourtypes.DeploymentLifecycleHookStatus {
		return state.FindServiceDeployment(s.store.Read(), id).Hook(hook).Status
	}
	const completed = "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN"
	refused(t, goOn(pauseHook, "ABORT"), invalid, "action should be one of [ROLLBACK,CONTINUE]")
	refused(t, goOn("0123", ""), invalid, "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
	refused(t, goOn("ecs-pause-0", ""), invalid, completed)
	refused(t, goOn(lambdaHook, ""), invalid, completed)
	if err := goOn(pauseHook, ""); err != nil || status(pauseHook) != "SUCCEEDED" || status(otherPause) != "AWAITING_ACTION" {
		t.Errorf("%v, it is %s, the other %s", err, status(pauseHook), status(otherPause))
	}
	refused(t, goOn(pauseHook, ""), invalid, completed)

	s.change(t, id, func(d *state.ServiceDeployment) { d.Status = ourtypes.ServiceDeploymentStatusRollbackInProgress })
	refused(t, goOn(otherPause, ""), invalid, completed)
	s.change(t, id, func(d *state.ServiceDeployment) { d.Status = ourtypes.ServiceDeploymentStatusInProgress })
	if err := goOn(otherPause, "ROLLBACK"); err != nil || status(otherPause) != "FAILED" {
		t.Errorf("%v, it is %s", err, status(otherPause))
	}

	s.change(t, id, func(d *state.ServiceDeployment) {
		d.Status, d.FinishedAt = ourtypes.ServiceDeploymentStatusStopped, time.Now()
	})
	for _, hook := range []string{pauseHook, lambdaHook, "ecs-pause-0"} { // none of them waits any more
		refused(t, goOn(hook, ""), invalid, "Continuing a service deployment is not allowed for service deployment in terminal states.")
	}
	s.redeploy(t, "web", 1)
	refused(t, goOn(pauseHook, ""), invalid, completed)

	id = testScope.ServiceDeployment("default", "web", "0")
	refused(t, goOn(pauseHook, ""), "ServiceDeploymentNotFoundException", "The service deployment does not exist.")
	id = "web"
	refused(t, goOn(pauseHook, ""), invalid, "The ServiceDeployment ARN is invalid.")
}

// TestResolvedConfiguration shows in which group the tasks of a revision are once that is decided.
func TestResolvedConfiguration(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	plain := x.balancer
	plain.AdvancedConfiguration = nil
	in := serviceInput("web", "web")
	in.LoadBalancers = []types.LoadBalancer{plain}
	s.create(t, in)
	revision := func() types.ServiceRevision {
		id := *s.describe(t, "web").CurrentServiceRevisions[0].Arn
		return must[*sdk.DescribeServiceRevisionsOutput](t)(s.DescribeServiceRevisions(ctx,
			&sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{id}})).ServiceRevisions[0]
	}
	if r := revision(); r.ResolvedConfiguration != nil {
		t.Errorf("resolved, although no traffic is shifted: %+v", r.ResolvedConfiguration)
	}
	s.scheduler(t, "web", func(service *state.Service) {
		r := *service.Primary().Revision
		r.ARN, r.LoadBalancers, r.TargetGroups = "", []ourtypes.LoadBalancer{*ours[ourtypes.LoadBalancer](x.balancer)}, []string{x.green}
		service.SetPrimary(&state.Deployment{Generation: state.Generation{ID: arn.NewDeploymentID(), Revision: &r}})
	})
	shown := revision()
	want := []types.ServiceRevisionLoadBalancer{{TargetGroupArn: &x.green, ProductionListenerRule: &x.production}}
	if diff := cmp.Diff(want, shown.ResolvedConfiguration.LoadBalancers, cmpopts.IgnoreUnexported(types.ServiceRevisionLoadBalancer{})); diff != "" {
		t.Errorf("resolved (-want +got):\n%s", diff)
	}
	if *shown.LoadBalancers[0].TargetGroupArn != x.blue {
		t.Errorf("the configuration itself names %s", *shown.LoadBalancers[0].TargetGroupArn)
	}
}
