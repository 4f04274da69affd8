package codedeploy

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// group finds a deployment group of an application, whose name must have the form of one.
func group(tx *store.Tx, app *codedeploy.Application, member string, given *string) (*codedeploy.DeploymentGroup, error) {
	if err := checkName(member, given); err != nil {
		return nil, err
	}
	g := codedeploy.Groups.Find(tx, app.Contents(), *given)
	if g == nil {
		return nil, noGroup(*given)
	}
	return g, nil
}

func (a *API) CreateDeploymentGroup(ctx context.Context, in *sdk.CreateDeploymentGroupInput) (*sdk.CreateDeploymentGroupOutput, error) {
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateDeploymentGroupOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		app, err := application(ctx, tx, in.ApplicationName)
		if err != nil {
			return err
		}
		if err := checkName("deploymentGroupName", in.DeploymentGroupName); err != nil {
			return err
		}
		if codedeploy.Groups.Find(tx, app.Contents(), *in.DeploymentGroupName) != nil {
			return groupTaken(*in.DeploymentGroupName)
		}
		made := &codedeploy.DeploymentGroup{Scope: app.Scope, Application: app.Name, Name: *in.DeploymentGroupName, ID: arn.NewUUID(), Tags: tags}
		if err := a.set(tx, made, app, settings(*in)); err != nil {
			return err
		}
		out.DeploymentGroupId = &made.ID
		codedeploy.Groups.Put(tx, made)
		return nil
	})
}

func groupTaken(name string) error {
	return refuse("DeploymentGroupAlreadyExistsException", "A deployment group with the name '%s' already exists.", name)
}

// UpdateDeploymentGroup gives a deployment group the members that the request has, and another name.
func (a *API) UpdateDeploymentGroup(ctx context.Context, in *sdk.UpdateDeploymentGroupInput) (*sdk.UpdateDeploymentGroupOutput, error) {
	return &sdk.UpdateDeploymentGroupOutput{HooksNotCleanedUp: []types.AutoScalingGroup{}}, a.Store.Update(func(tx *store.Tx) error {
		app, err := application(ctx, tx, in.ApplicationName)
		if err != nil {
			return err
		}
		g, err := group(tx, app, "currentDeploymentGroupName", in.CurrentDeploymentGroupName)
		if err != nil {
			return err
		}
		changed := *g
		if in.NewDeploymentGroupName != nil && *in.NewDeploymentGroupName != g.Name {
			if err := checkName("newDeploymentGroupName", in.NewDeploymentGroupName); err != nil {
				return err
			}
			if codedeploy.Groups.Find(tx, app.Contents(), *in.NewDeploymentGroupName) != nil {
				return groupTaken(*in.NewDeploymentGroupName)
			}
			changed.Name = *in.NewDeploymentGroupName
		}
		if err := a.set(tx, &changed, app, updated(in)); err != nil {
			return err
		}
		codedeploy.ReplaceGroup(tx, g, &changed)
		return nil
	})
}

// settings are the members of a request that say how a group deploys, which creation and update have alike.
type settings sdk.CreateDeploymentGroupInput

func updated(in *sdk.UpdateDeploymentGroupInput) settings {
	return settings{
		DeploymentConfigName: in.DeploymentConfigName, Ec2TagFilters: in.Ec2TagFilters, OnPremisesInstanceTagFilters: in.OnPremisesInstanceTagFilters,
		AutoScalingGroups: in.AutoScalingGroups, ServiceRoleArn: in.ServiceRoleArn, TriggerConfigurations: in.TriggerConfigurations,
		AlarmConfiguration: in.AlarmConfiguration, AutoRollbackConfiguration: in.AutoRollbackConfiguration, OutdatedInstancesStrategy: in.OutdatedInstancesStrategy,
		DeploymentStyle: in.DeploymentStyle, BlueGreenDeploymentConfiguration: in.BlueGreenDeploymentConfiguration, LoadBalancerInfo: in.LoadBalancerInfo,
		Ec2TagSet: in.Ec2TagSet, EcsServices: in.EcsServices, OnPremisesTagSet: in.OnPremisesTagSet, TerminationHookEnabled: in.TerminationHookEnabled,
	}
}

// set gives a group the settings of a request, and checks it as it is then.
func (a *API) set(tx *store.Tx, g *codedeploy.DeploymentGroup, app *codedeploy.Application, s settings) error {
	if err := checkServers(&s); err != nil {
		return err
	}
	i := &g.Info
	i.ComputePlatform = app.Platform
	i.ServiceRoleArn = cmp.Or(s.ServiceRoleArn, i.ServiceRoleArn)
	i.DeploymentConfigName = cmp.Or(s.DeploymentConfigName, i.DeploymentConfigName)
	i.AlarmConfiguration = cmp.Or(s.AlarmConfiguration, i.AlarmConfiguration)
	i.AutoRollbackConfiguration = cmp.Or(s.AutoRollbackConfiguration, i.AutoRollbackConfiguration)
	i.OutdatedInstancesStrategy = cmp.Or(s.OutdatedInstancesStrategy, i.OutdatedInstancesStrategy)
	i.DeploymentStyle = cmp.Or(s.DeploymentStyle, i.DeploymentStyle)
	i.BlueGreenDeploymentConfiguration = cmp.Or(s.BlueGreenDeploymentConfiguration, i.BlueGreenDeploymentConfiguration)
	i.LoadBalancerInfo = cmp.Or(s.LoadBalancerInfo, i.LoadBalancerInfo)
	if s.EcsServices != nil {
		i.EcsServices = s.EcsServices
	}
	if i.DeploymentConfigName == nil {
		i.DeploymentConfigName = aws.String(defaultConfiguration[app.Platform])
	}
	if err := a.checkGroup(tx, g); err != nil {
		return err
	}
	if app.Platform == types.ComputePlatformEcs {
		return setECS(tx, g)
	}
	return checkOther(g)
}

// defaultConfiguration are the configurations of groups that name none. Source: CodeDeploy API reference, CreateDeploymentGroup, for
// servers, and CD0025; for Lambda it is a choice.
var defaultConfiguration = map[types.ComputePlatform]string{
	types.ComputePlatformEcs: codedeploy.ECSAllAtOnce, types.ComputePlatformLambda: codedeploy.LambdaAllAtOnce,
	types.ComputePlatformServer: codedeploy.ServerOneAtATime,
}

func (a *API) GetDeploymentGroup(ctx context.Context, in *sdk.GetDeploymentGroupInput) (*sdk.GetDeploymentGroupOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	g, err := group(tx, app, "deploymentGroupName", in.DeploymentGroupName)
	if err != nil {
		return nil, err
	}
	return &sdk.GetDeploymentGroupOutput{DeploymentGroupInfo: describeGroup(tx, g)}, nil
}

// BatchGetDeploymentGroups is how ecspresso finds the group of a service (CD0024). It leaves out groups that are not there, and names
// them in its errorMessage.
func (a *API) BatchGetDeploymentGroups(ctx context.Context, in *sdk.BatchGetDeploymentGroupsInput) (*sdk.BatchGetDeploymentGroupsOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	if err := checkCount(len(in.DeploymentGroupNames), mostAsked); err != nil {
		return nil, err
	}
	out := &sdk.BatchGetDeploymentGroupsOutput{DeploymentGroupsInfo: []types.DeploymentGroupInfo{}}
	for _, each := range in.DeploymentGroupNames {
		if err := checkName("deploymentGroupNames", &each); err != nil {
			return nil, err
		}
		g := codedeploy.Groups.Find(tx, app.Contents(), each)
		if g == nil {
			out.ErrorMessage = awsapi.Textf("No Deployment Group found for name: %s", each)
			continue
		}
		out.DeploymentGroupsInfo = append(out.DeploymentGroupsInfo, *describeGroup(tx, g))
	}
	return out, nil
}

// describeGroup shows a group with its last deployments. Some lists are there always. Source: AWS CLI, examples of get-deployment-group.
func describeGroup(tx *store.Tx, g *codedeploy.DeploymentGroup) *types.DeploymentGroupInfo {
	info := g.Info
	info.ApplicationName, info.DeploymentGroupName, info.DeploymentGroupId = &g.Application, &g.Name, &g.ID
	info.AutoScalingGroups, info.TriggerConfigurations, info.OnPremisesInstanceTagFilters = []types.AutoScalingGroup{}, []types.TriggerConfig{}, []types.TagFilter{}
	if last := lastDeployment(tx, g.ID, false); last != nil {
		info.LastAttemptedDeployment, info.TargetRevision = describeLast(tx, last), &last.Location
	}
	if last := lastDeployment(tx, g.ID, true); last != nil {
		info.LastSuccessfulDeployment, info.TargetRevision = describeLast(tx, last), &last.Location
	}
	return &info
}

// lastDeployment is the newest deployment to a group, or the newest one that succeeded; nil if there is none.
func lastDeployment(tx *store.Tx, groupID string, succeeded bool) *codedeploy.Deployment {
	for _, d := range slices.Backward(codedeploy.DeploymentsOf(tx, groupID)) {
		if !succeeded || statusOf(codedeploy.FindRun(tx, d.ID)) == types.DeploymentStatusSucceeded {
			return d
		}
	}
	return nil
}

func describeLast(tx *store.Tx, d *codedeploy.Deployment) *types.LastDeploymentInfo {
	last := &types.LastDeploymentInfo{DeploymentId: &d.ID, CreateTime: &d.CreatedAt, Status: types.DeploymentStatusCreated}
	if r := codedeploy.FindRun(tx, d.ID); r != nil {
		last.Status, last.EndTime = r.Status, awsapi.OptionalTime(r.FinishedAt)
	}
	return last
}

// statusOf is the status of a deployment, which has been created when nothing has become of it.
func statusOf(r *codedeploy.Run) types.DeploymentStatus {
	if r == nil {
		return types.DeploymentStatusCreated
	}
	return r.Status
}

func (a *API) ListDeploymentGroups(ctx context.Context, in *sdk.ListDeploymentGroupsInput) (*sdk.ListDeploymentGroupsOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	names, next, err := listed(codedeploy.Groups.List(tx, app.Contents()), func(g *codedeploy.DeploymentGroup) string { return g.Name }, in.NextToken)
	return &sdk.ListDeploymentGroupsOutput{ApplicationName: &app.Name, DeploymentGroups: names, NextToken: next}, err
}

// DeleteDeploymentGroup has no error for what is not there. Deployments under way go on.
func (a *API) DeleteDeploymentGroup(ctx context.Context, in *sdk.DeleteDeploymentGroupInput) (*sdk.DeleteDeploymentGroupOutput, error) {
	if err := checkName("applicationName", in.ApplicationName); err != nil {
		return nil, err
	}
	if err := checkName("deploymentGroupName", in.DeploymentGroupName); err != nil {
		return nil, err
	}
	return &sdk.DeleteDeploymentGroupOutput{HooksNotCleanedUp: []types.AutoScalingGroup{}}, a.Store.Update(func(tx *store.Tx) error {
		of := codedeploy.In{Scope: awsapi.CallScope(ctx), Application: *in.ApplicationName}
		if g := codedeploy.Groups.Find(tx, of, *in.DeploymentGroupName); g != nil {
			codedeploy.Groups.Delete(tx, g)
		}
		return nil
	})
}
