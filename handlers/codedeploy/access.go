package codedeploy

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
)

// principal is CodeDeploy as the trust policies of roles call it.
const principal = "codedeploy.amazonaws.com"

const passRole = "iam:PassRole on {ServiceRoleArn}, with iam:PassedToService " + principal

// access says what operations ask. Source: Service Authorization Reference, AWS CodeDeploy.
func (a *API) access() awsapi.Rows {
	application, group := awsapi.On("application:{ApplicationName}"), awsapi.On("deploymentgroup:{ApplicationName}/{DeploymentGroupName}")
	configuration, instance := awsapi.On("deploymentconfig:{DeploymentConfigName}"), awsapi.On("instance:{InstanceName}")
	current, byARN := awsapi.On("deploymentgroup:{ApplicationName}/{CurrentDeploymentGroupName}"), awsapi.On("{ResourceArn}")
	rows := awsapi.Rows{
		"CreateApplication":                 application.Tags("Tags").Also("codedeploy:TagResource"),
		"BatchGetApplications":              awsapi.On("application:{ApplicationNames}"),
		"BatchGetApplicationRevisions":      application,
		"DeleteApplication":                 application,
		"GetApplication":                    application,
		"GetApplicationRevision":            application,
		"ListApplicationRevisions":          application,
		"RegisterApplicationRevision":       application,
		"UpdateApplication":                 application,
		"CreateDeploymentGroup":             passing(group.Tags("Tags").Also("codedeploy:TagResource"), func(in *sdk.CreateDeploymentGroupInput) *string { return in.ServiceRoleArn }),
		"BatchGetDeploymentGroups":          awsapi.On("deploymentgroup:{ApplicationName}/{DeploymentGroupNames}"),
		"DeleteDeploymentGroup":             group,
		"GetDeploymentGroup":                group,
		"ListDeploymentGroups":              application,
		"UpdateDeploymentGroup":             passing(current, func(in *sdk.UpdateDeploymentGroupInput) *string { return in.ServiceRoleArn }),
		"CreateDeploymentConfig":            configuration,
		"DeleteDeploymentConfig":            configuration,
		"GetDeploymentConfig":               configuration,
		"RegisterOnPremisesInstance":        instance,
		"DeregisterOnPremisesInstance":      instance,
		"GetOnPremisesInstance":             instance,
		"BatchGetOnPremisesInstances":       awsapi.On("instance:{InstanceNames}"),
		"AddTagsToOnPremisesInstances":      awsapi.On("instance:{InstanceNames}"),
		"RemoveTagsFromOnPremisesInstances": awsapi.On("instance:{InstanceNames}"),
		"TagResource":                       byARN.Tags("Tags"),
		"UntagResource":                     byARN.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource":               byARN,
	}
	for _, operation := range []string{
		"ListApplications", "ListDeploymentConfigs", "ListOnPremisesInstances", "ListGitHubAccountTokenNames", "DeleteGitHubAccountToken", "DeleteResourcesByExternalId",
		"SkipWaitTimeForInstanceTermination", "ContinueDeployment", "PutLifecycleEventHookExecutionStatus",
		"GetDeploymentTarget", "BatchGetDeploymentTargets", "ListDeploymentTargets",
	} {
		rows[operation] = awsapi.On("*")
	}
	onGroup(rows, a, "ListDeploymentInstances", func(in *sdk.ListDeploymentInstancesInput) []string { return []string{aws.ToString(in.DeploymentId)} })
	onGroup(rows, a, "GetDeploymentInstance", func(in *sdk.GetDeploymentInstanceInput) []string { return []string{aws.ToString(in.DeploymentId)} })
	onGroup(rows, a, "BatchGetDeploymentInstances", func(in *sdk.BatchGetDeploymentInstancesInput) []string {
		return []string{aws.ToString(in.DeploymentId)}
	})
	onGroup(rows, a, "GetDeployment", func(in *sdk.GetDeploymentInput) []string { return []string{aws.ToString(in.DeploymentId)} })
	onGroup(rows, a, "BatchGetDeployments", func(in *sdk.BatchGetDeploymentsInput) []string { return in.DeploymentIds })
	onGroup(rows, a, "StopDeployment", func(in *sdk.StopDeploymentInput) []string { return []string{aws.ToString(in.DeploymentId)} })
	rows["ListDeployments"] = awsapi.On("deploymentgroup:{ApplicationName|*}/{DeploymentGroupName|*}")
	rows["CreateDeployment"] = awsapi.With(group, a.creationAccess).
		Shows("codedeploy:GetDeploymentConfig on the deployment configuration", "codedeploy:RegisterApplicationRevision on application:{ApplicationName}")
	return rows
}

// creationAccess is what a deployment asks besides. Source: README of aws-actions/amazon-ecs-deploy-task-definition, permissions, which
// users of the action report missing.
func (a *API) creationAccess(call awsapi.Call, in *sdk.CreateDeploymentInput, wants []awsapi.Access) []awsapi.Access {
	app := &codedeploy.Application{Scope: call.Scope(), Name: aws.ToString(in.ApplicationName)}
	used := &codedeploy.Configuration{Scope: app.Scope, Name: aws.ToString(in.DeploymentConfigName)}
	if used.Name == "" {
		used.Name = codedeploy.ECSAllAtOnce
		if g := codedeploy.Groups.Find(a.Store.Read(), app.Contents(), aws.ToString(in.DeploymentGroupName)); g != nil {
			used.Name = *g.Info.DeploymentConfigName
		}
	}
	return append(wants, awsapi.Access{Action: "codedeploy:GetDeploymentConfig", Resource: used.ARN()},
		awsapi.Access{Action: "codedeploy:RegisterApplicationRevision", Resource: app.ARN()})
}

// passing is a row of an operation that hands a role over to CodeDeploy (AC73).
func passing[In any](r awsapi.Row, role func(in In) *string) awsapi.Row {
	return awsapi.With(r, func(_ awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		given := aws.ToString(role(in))
		if given == "" {
			return wants
		}
		return append(wants, awsapi.Access{Action: "iam:PassRole", Resource: given, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is(principal)}})
	}).May("iam:PassedToService").Shows(passRole)
}

// onGroup is the row of an operation on deployments, which asks for their deployment groups; for the group of one that is not there,
// for all: a choice.
func onGroup[In any](rows awsapi.Rows, a *API, operation string, ids func(in In) []string) {
	rows[operation] = awsapi.Asks(func(call awsapi.Call, in In) (wants []awsapi.Access) {
		for _, id := range ids(in) {
			group := &codedeploy.DeploymentGroup{Scope: call.Scope(), Application: "*", Name: "*"}
			if d := codedeploy.FindDeployment(a.Store.Read(), id); d != nil && d.Scope == group.Scope {
				group.Application, group.Name = d.Application, d.Group
			}
			wants = append(wants, awsapi.Access{Action: "codedeploy:" + operation, Resource: group.ARN()})
		}
		return wants
	}).Shows("on the deployment group of the deployment")
}
