package codedeploy

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) GetDeployment(ctx context.Context, in *sdk.GetDeploymentInput) (*sdk.GetDeploymentOutput, error) {
	tx := a.Store.Read()
	d, err := findDeployment(tx, awsapi.CallScope(ctx), in.DeploymentId)
	if err != nil {
		return nil, err
	}
	return &sdk.GetDeploymentOutput{DeploymentInfo: describe(tx, d)}, nil
}

// BatchGetDeployments leaves out deployments that are not there.
func (a *API) BatchGetDeployments(ctx context.Context, in *sdk.BatchGetDeploymentsInput) (*sdk.BatchGetDeploymentsOutput, error) {
	if err := checkCount(len(in.DeploymentIds), mostDeployments); err != nil {
		return nil, err
	}
	tx, out := a.Store.Read(), &sdk.BatchGetDeploymentsOutput{DeploymentsInfo: []types.DeploymentInfo{}}
	for _, id := range in.DeploymentIds {
		if !idForm.MatchString(id) {
			return nil, refuse("InvalidDeploymentIdException", "Specified DeploymentId is not in the valid format: %s", id)
		}
		if d := codedeploy.FindDeployment(tx, id); d != nil && d.Scope == awsapi.CallScope(ctx) {
			out.DeploymentsInfo = append(out.DeploymentsInfo, *describe(tx, d))
		}
	}
	return out, nil
}

// describe shows a deployment with what has become of it.
func describe(tx *store.Tx, d *codedeploy.Deployment) *types.DeploymentInfo {
	s := &d.Settings
	info := &types.DeploymentInfo{
		ApplicationName: &d.Application, DeploymentGroupName: &d.Group, DeploymentConfigName: s.DeploymentConfigName, DeploymentId: &d.ID,
		Creator: d.Creator, CreateTime: &d.CreatedAt, Description: awsapi.Optional(d.Description), ComputePlatform: types.ComputePlatformEcs,
		Revision: &d.Location, PreviousRevision: d.Previous, FileExistsBehavior: types.FileExistsBehaviorDisallow, OverrideAlarmConfiguration: d.Alarms,
		AutoRollbackConfiguration: s.AutoRollbackConfiguration, BlueGreenDeploymentConfiguration: s.BlueGreenDeploymentConfiguration,
		DeploymentStyle: s.DeploymentStyle, LoadBalancerInfo: s.LoadBalancerInfo, Status: types.DeploymentStatusCreated,
	}
	if d.RollbackOf != "" {
		info.RollbackInfo = &types.RollbackInfo{RollbackTriggeringDeploymentId: &d.RollbackOf}
	}
	if r := codedeploy.FindRun(tx, d.ID); r != nil {
		info.Status, info.ErrorInformation = r.Status, r.Failure
		info.StartTime, info.CompleteTime = awsapi.OptionalTime(r.StartedAt), awsapi.OptionalTime(r.FinishedAt)
		info.InstanceTerminationWaitTimeStarted = !r.WaitsAt.IsZero()
		if r.Rollback != nil {
			info.RollbackInfo = r.Rollback
		}
	}
	info.DeploymentOverview = overview(info.Status)
	return info
}

// overview counts the one target of a deployment to Amazon ECS by what it is in.
func overview(status types.DeploymentStatus) *types.DeploymentOverview {
	switch targetStatus(status) {
	case types.TargetStatusPending:
		return &types.DeploymentOverview{Pending: 1}
	case types.TargetStatusReady:
		return &types.DeploymentOverview{Ready: 1}
	case types.TargetStatusSucceeded:
		return &types.DeploymentOverview{Succeeded: 1}
	case types.TargetStatusFailed:
		return &types.DeploymentOverview{Failed: 1}
	default:
		return &types.DeploymentOverview{InProgress: 1}
	}
}

// ListDeployments answers ids, the newest first.
func (a *API) ListDeployments(ctx context.Context, in *sdk.ListDeploymentsInput) (*sdk.ListDeploymentsOutput, error) {
	if r := in.CreateTimeRange; r != nil && r.Start != nil && r.End != nil && r.Start.After(*r.End) {
		return nil, refuse("InvalidTimeRangeException", "The time range begins after its end.")
	}
	tx := a.Store.Read()
	all, err := a.listable(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d *codedeploy.Deployment) bool {
		return in.ExternalId != nil || // no deployment has one
			len(in.IncludeOnlyStatuses) > 0 && !slices.Contains(in.IncludeOnlyStatuses, statusOf(codedeploy.FindRun(tx, d.ID))) || !within(d, in.CreateTimeRange)
	})
	part, next, err := page.Cut(all, (*codedeploy.Deployment).Key, page.Request{Token: in.NextToken, Most: mostListed, Descending: true, Refusal: errToken})
	out := &sdk.ListDeploymentsOutput{Deployments: []string{}, NextToken: next}
	for _, d := range part {
		out.Deployments = append(out.Deployments, d.ID)
	}
	return out, err
}

// listable are the deployments of the group that a request names, or all. It names the application and the group, or neither.
// Source: CodeDeploy API reference, ListDeployments.
func (a *API) listable(ctx context.Context, tx *store.Tx, in *sdk.ListDeploymentsInput) ([]*codedeploy.Deployment, error) {
	if in.ApplicationName == nil && in.DeploymentGroupName == nil {
		return codedeploy.Deployments(tx, awsapi.CallScope(ctx)), nil
	}
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	g, err := group(tx, app, "deploymentGroupName", in.DeploymentGroupName)
	if err != nil {
		return nil, err
	}
	return codedeploy.DeploymentsOf(tx, g.ID), nil
}

// within reports whether a deployment was created in a time range, both of whose ends may be open.
func within(d *codedeploy.Deployment, r *types.TimeRange) bool {
	return r == nil || !(r.Start != nil && d.CreatedAt.Before(*r.Start) || r.End != nil && d.CreatedAt.After(*r.End))
}
