package codedeploy

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// codec names members in lower case, but for a few that the model does not (CD0001).
var codec = wire.LowerCamel.Except(
	types.DeploymentOverview{}, types.EC2TagFilter{}, types.Tag{}, types.TagFilter{},
	sdk.ListTagsForResourceInput{}, sdk.ListTagsForResourceOutput{}, sdk.TagResourceInput{}, sdk.UntagResourceInput{},
)

// Service is the CodeDeploy API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: name, ID: sdk.ServiceID, Title: "AWS CodeDeploy", Complete: true, Model: model, Access: a.access(), Tags: a.tagsOf,
		Protocol:   awsapi.JSON{TargetPrefix: "CodeDeploy_20141006", Codec: codec},
		Operations: append(a.resources(), append(a.deployments(), a.elsewhere()...)...),
	}
}

// resources are the operations on what deployments are made with.
func (a *API) resources() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateApplication", "of all three platforms", a.CreateApplication),
		awsapi.Works("GetApplication", "", a.GetApplication),
		awsapi.Works("BatchGetApplications", "at most 100", a.BatchGetApplications),
		awsapi.Works("ListApplications", "in pages", a.ListApplications),
		awsapi.Works("UpdateApplication", "gives it another name, with all that belongs to it", a.UpdateApplication),
		awsapi.Works("DeleteApplication", "with its deployment groups and revisions; deployments under way go on", a.DeleteApplication),

		awsapi.Partial("CreateDeploymentGroup", "of Amazon ECS; of the other platforms it is kept; tag filters, Auto Scaling groups and triggers are refused by name", a.CreateDeploymentGroup),
		awsapi.Works("GetDeploymentGroup", "with its last deployments", a.GetDeploymentGroup),
		awsapi.Works("BatchGetDeploymentGroups", "at most 100", a.BatchGetDeploymentGroups),
		awsapi.Works("ListDeploymentGroups", "in pages", a.ListDeploymentGroups),
		awsapi.Partial("UpdateDeploymentGroup", "as CreateDeploymentGroup", a.UpdateDeploymentGroup),
		awsapi.Works("DeleteDeploymentGroup", "deployments under way go on", a.DeleteDeploymentGroup),

		awsapi.Works("CreateDeploymentConfig", "of all three platforms", a.CreateDeploymentConfig),
		awsapi.Works("GetDeploymentConfig", "AWS's own included", a.GetDeploymentConfig),
		awsapi.Works("ListDeploymentConfigs", "AWS's own included, in pages", a.ListDeploymentConfigs),
		awsapi.Works("DeleteDeploymentConfig", "unless a deployment group has it", a.DeleteDeploymentConfig),

		awsapi.Works("TagResource", "of applications, deployment groups and configurations", a.TagResource),
		awsapi.Works("UntagResource", "missing tags are no error", a.UntagResource),
		awsapi.Works("ListTagsForResource", "on one page", a.ListTagsForResource),
	}
}

// deployments are the operations on revisions and deployments.
func (a *API) deployments() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("RegisterApplicationRevision", "of S3, as a text and as AppSpecContent; revisions on GitHub are refused", a.RegisterApplicationRevision),
		awsapi.Works("GetApplicationRevision", "", a.GetApplicationRevision),
		awsapi.Works("BatchGetApplicationRevisions", "at most 25", a.BatchGetApplicationRevisions),
		awsapi.Works("ListApplicationRevisions", "sorted, filtered by bucket and by whether they are deployed, in pages", a.ListApplicationRevisions),

		awsapi.Partial("CreateDeployment", "to Amazon ECS; to the other platforms it is refused by name", a.CreateDeployment),
		awsapi.Works("GetDeployment", "", a.GetDeployment),
		awsapi.Works("BatchGetDeployments", "at most 25", a.BatchGetDeployments),
		awsapi.Works("ListDeployments", "of a group or of all, filtered by status and time, in pages", a.ListDeployments),
		awsapi.Works("StopDeployment", "with rollback and without", a.StopDeployment),
		awsapi.Works("ContinueDeployment", "both waits, each once", a.ContinueDeployment),
		awsapi.Works("PutLifecycleEventHookExecutionStatus", "the first answer counts", a.PutLifecycleEventHookExecutionStatus),
		awsapi.Works("GetDeploymentTarget", "lifecycle events, and both task sets", a.GetDeploymentTarget),
		awsapi.Works("BatchGetDeploymentTargets", "the one target", a.BatchGetDeploymentTargets),
		awsapi.Works("ListDeploymentTargets", "the one target, filtered by status", a.ListDeploymentTargets),
	}
}

// instances is what the emulator has no place for.
const instances = "servers, which are not there"

// elsewhere are the operations on servers and on what only these use.
func (a *API) elsewhere() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("ListOnPremisesInstances", "there are none", a.ListOnPremisesInstances),
		awsapi.Works("BatchGetOnPremisesInstances", "there are none", a.BatchGetOnPremisesInstances),
		awsapi.Refuses("RegisterOnPremisesInstance", instances, a.RegisterOnPremisesInstance),
		awsapi.Refuses("DeregisterOnPremisesInstance", instances, a.DeregisterOnPremisesInstance),
		awsapi.Refuses("GetOnPremisesInstance", instances, a.GetOnPremisesInstance),
		awsapi.Refuses("AddTagsToOnPremisesInstances", instances, a.AddTagsToOnPremisesInstances),
		awsapi.Refuses("RemoveTagsFromOnPremisesInstances", instances, a.RemoveTagsFromOnPremisesInstances),

		awsapi.Refuses("ListDeploymentInstances", instances+", and is deprecated", a.ListDeploymentInstances),
		awsapi.Refuses("GetDeploymentInstance", instances+", and is deprecated", a.GetDeploymentInstance),
		awsapi.Refuses("BatchGetDeploymentInstances", instances+", and is deprecated", a.BatchGetDeploymentInstances),
		awsapi.Refuses("SkipWaitTimeForInstanceTermination", instances+", and is deprecated", a.SkipWaitTimeForInstanceTermination),

		awsapi.Refuses("ListGitHubAccountTokenNames", "connections to GitHub", a.ListGitHubAccountTokenNames),
		awsapi.Refuses("DeleteGitHubAccountToken", "connections to GitHub", a.DeleteGitHubAccountToken),
		awsapi.NotBuiltWith[sdk.DeleteResourcesByExternalIdInput]("DeleteResourcesByExternalId", "blue/green deployments by CloudFormation"),
	}
}
