package codedeploy

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// targetID is the one target of a deployment to Amazon ECS: its cluster and service (CD0007).
func targetID(d *codedeploy.Deployment) string {
	return arn.ClusterName(d.ServiceARN) + ":" + arn.Name(d.ServiceARN)
}

// started finds a deployment of a call, with what has become of it.
func (a *API) started(ctx context.Context, tx *store.Tx, id *string) (*codedeploy.Deployment, *codedeploy.Run, error) {
	d, err := findDeployment(tx, awsapi.CallScope(ctx), id)
	if err != nil {
		return nil, nil, err
	}
	r := codedeploy.FindRun(tx, d.ID)
	if r == nil {
		return nil, nil, refuse("DeploymentNotStartedException", "The deployment %s has not started.", d.ID)
	}
	return d, r, nil
}

func (a *API) GetDeploymentTarget(ctx context.Context, in *sdk.GetDeploymentTargetInput) (*sdk.GetDeploymentTargetOutput, error) {
	tx := a.Store.Read()
	d, r, err := a.started(ctx, tx, in.DeploymentId)
	if err != nil {
		return nil, err
	}
	if err := checkTarget(d, aws.ToString(in.TargetId)); err != nil {
		return nil, err
	}
	return &sdk.GetDeploymentTargetOutput{DeploymentTarget: a.target(tx, d, r)}, nil
}

// BatchGetDeploymentTargets answers the one target of a deployment to Amazon ECS.
func (a *API) BatchGetDeploymentTargets(ctx context.Context, in *sdk.BatchGetDeploymentTargetsInput) (*sdk.BatchGetDeploymentTargetsOutput, error) {
	tx := a.Store.Read()
	d, r, err := a.started(ctx, tx, in.DeploymentId)
	switch {
	case err != nil:
		return nil, err
	case len(in.TargetIds) > 1:
		return nil, refuse("DeploymentTargetListSizeExceededException", "A deployment to Amazon ECS has one target, and not %d.", len(in.TargetIds))
	case len(in.TargetIds) == 0:
		return nil, refuseMember("targetIds", "Member must not be null")
	}
	if err := checkTarget(d, in.TargetIds[0]); err != nil {
		return nil, err
	}
	return &sdk.BatchGetDeploymentTargetsOutput{DeploymentTargets: []types.DeploymentTarget{*a.target(tx, d, r)}}, nil
}

// checkTarget refuses an id of no target, in AWS's words (CD0007), and of the target of another deployment.
func checkTarget(d *codedeploy.Deployment, id string) error {
	cluster, service, is := strings.Cut(id, ":")
	switch {
	case id == "":
		return refuseMember("targetId", "Member must not be null")
	case !is || cluster == "" || service == "" || strings.ContainsAny(id, "/") || strings.Contains(service, ":"):
		return refuse("InvalidDeploymentTargetIdException", "Invalid id %s for ECS deployment, valid Id should be in format <cluster-name>:<service-name>", id)
	case id != targetID(d):
		return refuse("DeploymentTargetDoesNotExistException", "The deployment %s does not have the target %s.", d.ID, id)
	}
	return nil
}

// ListDeploymentTargets answers the id of the target, if the filters leave it.
func (a *API) ListDeploymentTargets(ctx context.Context, in *sdk.ListDeploymentTargetsInput) (*sdk.ListDeploymentTargetsOutput, error) {
	d, r, err := a.started(ctx, a.Store.Read(), in.DeploymentId)
	switch {
	case err != nil:
		return nil, err
	case in.NextToken != nil:
		return nil, errToken
	}
	out := &sdk.ListDeploymentTargetsOutput{TargetIds: []string{targetID(d)}}
	for name, values := range in.TargetFilters {
		switch types.TargetFilterName(name) {
		case types.TargetFilterNameTargetStatus:
			if !slices.Contains(values, string(targetStatus(r.Status))) {
				out.TargetIds = []string{}
			}
		default: // ServerInstanceLabel is of servers
			return nil, refuse("InvalidTargetFilterNameException", "Targets of a deployment to Amazon ECS are filtered by %s, and not by '%s'.", types.TargetFilterNameTargetStatus, name)
		}
	}
	return out, nil
}

// target shows what a deployment does with its service (CD0007).
func (a *API) target(tx *store.Tx, d *codedeploy.Deployment, r *codedeploy.Run) *types.DeploymentTarget {
	t := &types.ECSTarget{
		DeploymentId: &d.ID, TargetId: aws.String(targetID(d)), TargetArn: &d.ServiceARN, Status: targetStatus(r.Status), LastUpdatedAt: awsapi.OptionalTime(r.UpdatedAt),
		LifecycleEvents: []types.LifecycleEvent{}, TaskSetsInfo: []types.ECSTaskSet{},
	}
	for i := range r.Events {
		t.LifecycleEvents = append(t.LifecycleEvents, lifecycleEvent(&r.Events[i]))
	}
	for _, each := range []struct {
		set   *codedeploy.Set
		label types.TargetLabel
	}{{&r.Blue, types.TargetLabelBlue}, {&r.Green, types.TargetLabelGreen}} {
		if shown := a.taskSet(tx, d, r, each.set); shown != nil {
			shown.TaskSetLabel = each.label
			t.TaskSetsInfo = append(t.TaskSetsInfo, *shown)
		}
	}
	return &types.DeploymentTarget{DeploymentTargetType: types.DeploymentTargetTypeEcsTarget, EcsTarget: t}
}

func lifecycleEvent(e *codedeploy.Event) types.LifecycleEvent {
	shown := types.LifecycleEvent{
		LifecycleEventName: &e.Name, Status: e.Status, StartTime: awsapi.OptionalTime(e.StartedAt), EndTime: awsapi.OptionalTime(e.EndedAt),
	}
	if e.Message != "" {
		shown.Diagnostics = &types.Diagnostics{ErrorCode: types.LifecycleErrorCodeUnknownError, Message: &e.Message}
	}
	return shown
}

// taskSet shows a task set of a deployment, nil if it is not there yet, or not any more.
func (a *API) taskSet(tx *store.Tx, d *codedeploy.Deployment, r *codedeploy.Run, set *codedeploy.Set) *types.ECSTaskSet {
	if set.ARN == "" || a.TaskSet == nil {
		return nil
	}
	now := a.TaskSet(tx, set.ARN)
	if now == nil {
		return nil
	}
	return &types.ECSTaskSet{
		Identifer: &set.ID, DesiredCount: int64(now.Desired), PendingCount: int64(now.Pending), RunningCount: int64(now.Running), Status: &now.Status,
		TrafficWeight: weight(d, r, set), TargetGroup: &types.TargetGroupInfo{Name: aws.String(targetGroupName(set.TargetGroup))},
	}
}

// weight is the percentage of the production traffic that a task set gets. Before the deployment has led any, the original one
// gets all.
func weight(d *codedeploy.Deployment, r *codedeploy.Run, set *codedeploy.Set) float64 {
	listener := d.Settings.LoadBalancerInfo.TargetGroupPairInfoList[0].ProdTrafficRoute.ListenerArns[0]
	for i := range r.Rules {
		if r.Rules[i].Listener != listener {
			continue
		}
		both := r.Rules[i].Set[r.Blue.TargetGroup] + r.Rules[i].Set[r.Green.TargetGroup]
		if both > 0 {
			return 100 * float64(r.Rules[i].Set[set.TargetGroup]) / float64(both)
		}
	}
	if set == &r.Blue {
		return 100
	}
	return 0
}

// targetGroupName is the name in the ARN of a target group: …:targetgroup/NAME/ID.
func targetGroupName(targetGroupARN string) string {
	_, path, _ := strings.Cut(targetGroupARN, ":targetgroup/")
	name, _, _ := strings.Cut(path, "/")
	return name
}

// targetStatus is the status of the target of a deployment. One that was stopped has failed: a choice, as targets have no such
// status.
func targetStatus(status types.DeploymentStatus) types.TargetStatus {
	switch status {
	case types.DeploymentStatusCreated, types.DeploymentStatusQueued:
		return types.TargetStatusPending
	case types.DeploymentStatusReady:
		return types.TargetStatusReady
	case types.DeploymentStatusSucceeded:
		return types.TargetStatusSucceeded
	case types.DeploymentStatusFailed, types.DeploymentStatusStopped:
		return types.TargetStatusFailed
	}
	return types.TargetStatusInProgress
}
