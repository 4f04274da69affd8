package service

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxDescribedServiceDeployments is how many service deployments a call may name.
// Source: ECS API reference, DescribeServiceDeployments.
const maxDescribedServiceDeployments = 20

// DescribeServiceDeployments shows service deployments; those that are unknown are
// failures with the reason MISSING. The words of the refusals are not published.
// All members of one: ECS0386.
func (a *API) DescribeServiceDeployments(ctx context.Context, in *sdk.DescribeServiceDeploymentsInput) (*sdk.DescribeServiceDeploymentsOutput, error) {
	switch n := len(in.ServiceDeploymentArns); {
	case n == 0:
		return nil, kit.InvalidParameter("Service deployment ARNs cannot be empty.")
	case n > maxDescribedServiceDeployments:
		return nil, kit.InvalidParameter("Service Deployment ARN count cannot exceed 20")
	}
	scope := kit.Scope(ctx)
	out := &sdk.DescribeServiceDeploymentsOutput{Failures: []types.Failure{}, ServiceDeployments: []types.ServiceDeployment{}}
	for _, id := range in.ServiceDeploymentArns {
		service, err := serviceOfDeployment(scope, id)
		if err != nil {
			return nil, err
		}
		if err := a.NeedCluster(scope, aws.String(arn.ClusterName(service))); err != nil {
			return nil, err
		}
		tx := a.Store.Read()
		if _, err := serviceByARN(tx, scope, service); err != nil {
			return nil, err
		}
		if d := state.FindServiceDeployment(tx, id); d != nil {
			out.ServiceDeployments = append(out.ServiceDeployments, describeServiceDeployment(tx, d))
		} else {
			out.Failures = append(out.Failures, kit.Missing(id))
		}
	}
	return out, nil
}

// serviceOfDeployment is the ARN of the service in the ARN of a service deployment.
func serviceOfDeployment(scope arn.Scope, ref string) (string, error) {
	parsed, ok := arn.Parse(ref)
	if !ok || len(parsed.Resource) != 3 || ref != scope.ServiceDeployment(parsed.Resource[0], parsed.Resource[1], parsed.Resource[2]) {
		return "", kit.InvalidParameter("The ServiceDeployment ARN is invalid.")
	}
	return scope.Service(parsed.Resource[0], parsed.Resource[1]), nil
}

// describeServiceDeployment shows a service deployment (ECS0104). A rolling update has no stages, hooks
// or weights to show.
func describeServiceDeployment(tx *store.Tx, d *state.ServiceDeployment) types.ServiceDeployment {
	live := liveCounts(tx, d)
	target := live(d.Target)
	shown := types.ServiceDeployment{
		Alarms:                  describeAlarms(d.Alarms),
		ClusterArn:              aws.String(arn.ScopeOf(d.ARN).Cluster(arn.ClusterName(d.ARN))),
		CreatedAt:               kit.Instant(&d.CreatedAt),
		DeploymentConfiguration: d.DeploymentConfiguration,
		FinishedAt:              kit.Instant(&d.FinishedAt),
		LifecycleHookDetails:    describeHooks(d.Hooks),
		ServiceArn:              aws.String(d.ServiceARN),
		ServiceDeploymentArn:    aws.String(d.ARN),
		SourceServiceRevisions:  []types.ServiceRevisionSummary{},
		StartedAt:               kit.Instant(&d.StartedAt),
		Status:                  d.Status,
		StatusReason:            kit.Optional(&d.StatusReason),
		StoppedAt:               kit.Instant(&d.StoppedAt),
		TargetServiceRevision:   &target,
		UpdatedAt:               kit.Instant(&d.UpdatedAt),
	}
	for _, source := range d.Sources {
		shown.SourceServiceRevisions = append(shown.SourceServiceRevisions, live(source))
	}
	if d.Shift != nil {
		shown.LifecycleStage = d.Shift.Stage
	}
	if b := d.CircuitBreaker; b.Status != "" {
		shown.DeploymentCircuitBreaker = &types.ServiceDeploymentCircuitBreaker{
			Status: b.Status, FailureCount: int32(b.FailureCount), Threshold: int32(b.Threshold),
		}
	}
	if r := d.Rollback; r != nil {
		shown.Rollback = &types.Rollback{
			Reason: aws.String(r.Reason), StartedAt: kit.Instant(&r.StartedAt), ServiceRevisionArn: aws.String(r.RevisionARN),
		}
	}
	return shown
}

// liveCounts shows the revisions of a service deployment with the counts that their
// deployments have now; once it has ended, with those of its end.
func liveCounts(tx *store.Tx, d *state.ServiceDeployment) func(state.DeployedRevision) types.ServiceRevisionSummary {
	service, summary := state.FindService(tx, d.ServiceARN), state.FindServiceSummary(tx, d.ServiceARN)
	return func(r state.DeployedRevision) types.ServiceRevisionSummary {
		if !d.Ended() {
			r.Requested = 0
			for _, listed := range service.Deployments {
				if listed.ID == r.DeploymentID {
					r.Requested = listed.DesiredCount
				}
			}
			counts := summary.Of(r.DeploymentID)
			r.Running, r.Pending = counts.ActiveRunning, counts.ActivePending()
		}
		return types.ServiceRevisionSummary{
			Arn: aws.String(r.ARN), RequestedTaskCount: int32(r.Requested),
			RunningTaskCount: int32(r.Running), PendingTaskCount: int32(r.Pending),
			RequestedProductionTrafficWeight: r.ProductionWeight, RequestedTestTrafficWeight: r.TestWeight,
		}
	}
}

// describeHooks shows the hooks that a service deployment has asked, oldest first; nil without any.
func describeHooks(hooks []state.LifecycleHook) (shown []types.DeploymentLifecycleHookDetail) {
	for i := range hooks {
		h := &hooks[i]
		shown = append(shown, types.DeploymentLifecycleHookDetail{
			ExpiresAt: kit.Instant(&h.ExpiresAt), HookId: &h.ID, Status: h.Status, TargetArn: kit.Optional(&h.TargetARN),
			TargetType: h.TargetType, TimeoutAction: h.TimeoutAction,
		})
	}
	return shown
}

func describeAlarms(a state.DeploymentAlarms) *types.ServiceDeploymentAlarms {
	return &types.ServiceDeploymentAlarms{
		Status: cmp.Or(a.Status, types.ServiceDeploymentRollbackMonitorsStatusDisabled), AlarmNames: a.Names, TriggeredAlarmNames: a.Triggered,
	}
}

// currentServiceDeployment is the service deployment under way, of which the scheduler
// knows: DescribeServices shows it (ECS0102).
func currentServiceDeployment(tx *store.Tx, s *state.Service) *string {
	if s.Status() == state.ServiceInactive {
		return nil
	}
	for _, d := range s.Deployments {
		if r := state.FindServiceDeployment(tx, d.ServiceDeploymentARN); r != nil && !r.StartedAt.IsZero() && !r.Ended() {
			return &r.ARN
		}
	}
	return nil
}
