package codedeploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// No on-premises instance can be registered, so none is there: what reads them says so, and what needs one is refused in AWS's
// words.

func (a *API) ListOnPremisesInstances(_ context.Context, in *sdk.ListOnPremisesInstancesInput) (*sdk.ListOnPremisesInstancesOutput, error) {
	if in.NextToken != nil {
		return nil, errToken
	}
	return &sdk.ListOnPremisesInstancesOutput{InstanceNames: []string{}}, nil
}

func (a *API) BatchGetOnPremisesInstances(_ context.Context, in *sdk.BatchGetOnPremisesInstancesInput) (*sdk.BatchGetOnPremisesInstancesOutput, error) {
	return &sdk.BatchGetOnPremisesInstancesOutput{InstanceInfos: []types.InstanceInfo{}}, checkCount(len(in.InstanceNames), mostAsked)
}

func (a *API) RegisterOnPremisesInstance(context.Context, *sdk.RegisterOnPremisesInstanceInput) (*sdk.RegisterOnPremisesInstanceOutput, error) {
	return nil, notBuilt("on-premises instances")
}

func (a *API) DeregisterOnPremisesInstance(context.Context, *sdk.DeregisterOnPremisesInstanceInput) (*sdk.DeregisterOnPremisesInstanceOutput, error) {
	return nil, notBuilt("on-premises instances")
}

func notRegistered(name string) error {
	return refuse("InstanceNotRegisteredException", "The on-premises instance '%s' is not registered.", name)
}

func (a *API) GetOnPremisesInstance(_ context.Context, in *sdk.GetOnPremisesInstanceInput) (*sdk.GetOnPremisesInstanceOutput, error) {
	return nil, notRegistered(*in.InstanceName)
}

func (a *API) AddTagsToOnPremisesInstances(_ context.Context, in *sdk.AddTagsToOnPremisesInstancesInput) (*sdk.AddTagsToOnPremisesInstancesOutput, error) {
	return nil, firstNotRegistered(in.InstanceNames)
}

func (a *API) RemoveTagsFromOnPremisesInstances(_ context.Context, in *sdk.RemoveTagsFromOnPremisesInstancesInput) (*sdk.RemoveTagsFromOnPremisesInstancesOutput, error) {
	return nil, firstNotRegistered(in.InstanceNames)
}

func firstNotRegistered(names []string) error {
	if len(names) == 0 {
		return refuseMember("instanceNames", "Member must not be null")
	}
	return notRegistered(names[0])
}

// There is no connection to GitHub.

func (a *API) ListGitHubAccountTokenNames(context.Context, *sdk.ListGitHubAccountTokenNamesInput) (*sdk.ListGitHubAccountTokenNamesOutput, error) {
	return nil, missing("OperationNotSupportedException", "connections to GitHub")
}

func (a *API) DeleteGitHubAccountToken(_ context.Context, in *sdk.DeleteGitHubAccountTokenInput) (*sdk.DeleteGitHubAccountTokenOutput, error) {
	if aws.ToString(in.TokenName) == "" {
		return nil, refuse("GitHubAccountTokenNameRequiredException", "The token name must be specified.")
	}
	return nil, refuse("GitHubAccountTokenDoesNotExistException", "No GitHub account connection exists with the name '%s'.", *in.TokenName)
}

// Deployments to Amazon ECS have targets and no instances, which deprecated operations ask for.

// noInstances refuses to tell of instances of a deployment.
func (a *API) noInstances(ctx context.Context, id *string) error {
	if _, err := a.deployment(ctx, id); err != nil {
		return err
	}
	return refuse("InvalidComputePlatformException", "A deployment of the compute platform %s has no instances: ask for its deployment targets.", types.ComputePlatformEcs)
}

func (a *API) ListDeploymentInstances(ctx context.Context, in *sdk.ListDeploymentInstancesInput) (*sdk.ListDeploymentInstancesOutput, error) {
	return nil, a.noInstances(ctx, in.DeploymentId)
}

func (a *API) GetDeploymentInstance(ctx context.Context, in *sdk.GetDeploymentInstanceInput) (*sdk.GetDeploymentInstanceOutput, error) {
	return nil, a.noInstances(ctx, in.DeploymentId)
}

func (a *API) BatchGetDeploymentInstances(ctx context.Context, in *sdk.BatchGetDeploymentInstancesInput) (*sdk.BatchGetDeploymentInstancesOutput, error) {
	return nil, a.noInstances(ctx, in.DeploymentId)
}

func (a *API) SkipWaitTimeForInstanceTermination(ctx context.Context, in *sdk.SkipWaitTimeForInstanceTerminationInput) (*sdk.SkipWaitTimeForInstanceTerminationOutput, error) {
	if _, err := a.deployment(ctx, in.DeploymentId); err != nil {
		return nil, err
	}
	return nil, refuse("UnsupportedActionForDeploymentTypeException", "A deployment of the compute platform %s has no instances: use ContinueDeployment with %s.",
		types.ComputePlatformEcs, types.DeploymentWaitTypeTerminationWait)
}

// deployment finds a deployment of the call by its id (CD0008).
func (a *API) deployment(ctx context.Context, id *string) (*codedeploy.Deployment, error) {
	return findDeployment(a.Store.Read(), awsapi.CallScope(ctx), id)
}
