package service

import (
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/member"
)

// CreateServiceTable and updateServiceTable say what becomes of the members of services.
var (
	CreateServiceTable = member.Of[sdk.CreateServiceInput]("CreateService", serviceMembers, launch.CapacityMembers, launch.LaunchTypeMembers,
		member.Act("clientToken", "schedulingStrategy", "serviceName", "tags[].key", "tags[].value"),
		member.ActInPart("role", "it has to trust ECS, unless unknown roles are taken; what its policies allow is not looked at"),
	)
	UpdateServiceTable = member.Of[sdk.UpdateServiceInput]("UpdateService", serviceMembers, launch.CapacityMembers,
		member.Act("forceNewDeployment", "service"),
	)
	DeploymentTable = member.Of[types.DeploymentConfiguration]("Deployments: `deploymentConfiguration` of services",
		member.RefuseOn("alarms", "enable", "needs CloudWatch; services show those that are off"),
		member.Refuse("bakeTimeInMinutes", "needs blue/green deployments"),
		member.RefuseAs("canaryConfiguration", "canaryConfiguration is only valid with the CANARY deployment strategy."),
		member.Act(
			"deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.resetOnHealthyTask", "deploymentCircuitBreaker.rollback",
			"deploymentCircuitBreaker.thresholdConfiguration.type", "deploymentCircuitBreaker.thresholdConfiguration.value",
			"maximumPercent", "minimumHealthyPercent",
		),
		member.RefuseOn("earlySuccessCriteria", "enable", "needs early success"),
		member.Refuse("lifecycleHooks", "needs Lambda"),
		member.RefuseAs("linearConfiguration", "linearConfiguration is only valid with the LINEAR deployment strategy."),
		member.ActOnly("strategy", "ROLLING", "needs blue/green deployments"),
	)

	CreateServiceMembers = member.NewPlan[sdk.CreateServiceInput](CreateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
	UpdateServiceMembers = member.NewPlan[sdk.UpdateServiceInput](UpdateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
)

// serviceMembers are what both operations have.
var serviceMembers = slices.Concat(
	member.Keep("availabilityZoneRebalancing", "services show it; tasks are spread over zones as they start and stop, none is moved"),
	member.Act("cluster"),
	member.ActOnly("deploymentController.type", "ECS", "needs task sets or CodeDeploy"),
	member.Act("desiredCount", "enableECSManagedTags"),
	member.ActInPart("enableExecuteCommand", launch.ExecIsShown),
	member.Refuse("gatewayConnectors", "needs gateways"),
	member.Act("healthCheckGracePeriodSeconds"),
	member.Refuse("loadBalancers[].advancedConfiguration", "needs blue/green deployments"),
	member.Act("loadBalancers[].containerName", "loadBalancers[].containerPort"),
	member.Refuse("loadBalancers[].loadBalancerName", "needs Classic Load Balancers"),
	member.Act("loadBalancers[].targetGroupArn"),
	member.Keep("monitoring.metricConfigurations[].metricNames", launch.NoMetrics),
	member.Keep("monitoring.metricConfigurations[].resolutionSeconds", launch.NoMetrics),
	member.Act(
		"placementConstraints[].expression", "placementConstraints[].type", "placementStrategy[].field", "placementStrategy[].type",
		"propagateTags",
	),
	member.RefuseOn("serviceConnectConfiguration", "enabled", "needs Service Connect"),
	member.Refuse("serviceRegistries", "needs Cloud Map"),
	member.Act("taskDefinition"),
	member.Act("volumeConfigurations[].name"),
	member.Refuse("vpcLatticeConfigurations", "needs VPC Lattice"),
)
