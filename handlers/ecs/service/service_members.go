package service

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
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
		member.Act(
			"alarms.alarmNames", "alarms.enable", "alarms.rollback",
			"bakeTimeInMinutes", "canaryConfiguration.canaryBakeTimeInMinutes", "canaryConfiguration.canaryPercent",
			"deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.resetOnHealthyTask", "deploymentCircuitBreaker.rollback",
			"deploymentCircuitBreaker.thresholdConfiguration.type", "deploymentCircuitBreaker.thresholdConfiguration.value",
		),
		member.Act(
			"earlySuccessCriteria.enable", "earlySuccessCriteria.healthyPercent", "earlySuccessCriteria.sourceServiceRevisionCleanup",
			"lifecycleHooks[].hookDetails",
		),
		member.ActInPart("lifecycleHooks[].hookTargetArn", "of Lambda: see `--hook` and `--lambda-endpoint`"),
		member.ActInPart("lifecycleHooks[].lifecycleStages", "hooks of a ROLLING service are stored and do not run: no document says at which stages of a rolling update AWS runs them"),
		member.Act(
			"lifecycleHooks[].roleArn", "lifecycleHooks[].targetType",
			"lifecycleHooks[].timeoutConfiguration.action", "lifecycleHooks[].timeoutConfiguration.timeoutInMinutes",
			"linearConfiguration.stepBakeTimeInMinutes", "linearConfiguration.stepPercent",
		),
		member.ActInPart("maximumPercent", percents), member.ActInPart("minimumHealthyPercent", percents),
		member.Act("strategy"),
	)

	CreateServiceMembers = member.NewPlan[sdk.CreateServiceInput](CreateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
	UpdateServiceMembers = member.NewPlan[sdk.UpdateServiceInput](UpdateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
)

// percents is what becomes of the bounds of a rolling update.
const percents = "of ROLLING services; strategies that shift traffic run both revisions at full count"

// serviceMembers are what both operations have.
var serviceMembers = slices.Concat(
	member.Act("availabilityZoneRebalancing", "cluster"),
	member.ActOnly("deploymentController.type", "ECS", "needs task sets or CodeDeploy"),
	member.Act("desiredCount", "enableECSManagedTags", "enableExecuteCommand"),
	member.Refuse("gatewayConnectors", "needs gateways"),
	member.Act("healthCheckGracePeriodSeconds"),
	member.Act(
		"loadBalancers[].advancedConfiguration.alternateTargetGroupArn", "loadBalancers[].advancedConfiguration.productionListenerRule",
	),
	member.ActInPart("loadBalancers[].advancedConfiguration.roleArn", "what its policies allow is not looked at"),
	member.Act("loadBalancers[].advancedConfiguration.testListenerRule"),
	member.Act("loadBalancers[].containerName", "loadBalancers[].containerPort"),
	member.Refuse("loadBalancers[].loadBalancerName", "needs Classic Load Balancers"),
	member.Act("loadBalancers[].targetGroupArn"),
	member.Act("monitoring.metricConfigurations[].metricNames", "monitoring.metricConfigurations[].resolutionSeconds"),
	member.Act(
		"placementConstraints[].expression", "placementConstraints[].type", "placementStrategy[].field", "placementStrategy[].type",
		"propagateTags",
	),
	serviceConnectMembers,
	member.Act(
		"serviceRegistries[].containerName", "serviceRegistries[].containerPort", "serviceRegistries[].port", "serviceRegistries[].registryArn",
	),
	member.Act("taskDefinition"),
	member.Act("volumeConfigurations[].name"),
	member.Keep("vpcLatticeConfigurations[].advancedConfiguration.alternateTargetGroupArn", noLattice),
	member.Keep("vpcLatticeConfigurations[].advancedConfiguration.productionListenerRule", noLattice),
	member.Keep("vpcLatticeConfigurations[].advancedConfiguration.testListenerRule", noLattice),
	member.Keep("vpcLatticeConfigurations[].portName", noLattice),
	member.Keep("vpcLatticeConfigurations[].roleArn", noLattice),
	member.Keep("vpcLatticeConfigurations[].targetGroupArn", noLattice),
)

const noLattice = "deployments and revisions show it; there is no VPC Lattice, and its target groups are not looked for"

// serviceConnectMembers are those of Service Connect. Bridge mode is refused by its own name.
var serviceConnectMembers = slices.Concat(
	member.Act("serviceConnectConfiguration.accessLogConfiguration.format", "serviceConnectConfiguration.accessLogConfiguration.includeQueryParameters"),
	member.Act("serviceConnectConfiguration.containerConfigurations"),
	member.ActInPart("serviceConnectConfiguration.enabled", "in the awsvpc network mode; bridge is refused"),
	member.ActOnly("serviceConnectConfiguration.logConfiguration.logDriver", "awslogs", "the engine's drivers are not asked for a proxy"),
	member.Act(
		"serviceConnectConfiguration.logConfiguration.options",
		"serviceConnectConfiguration.logConfiguration.secretOptions[].name", "serviceConnectConfiguration.logConfiguration.secretOptions[].valueFrom",
	),
	member.Act("serviceConnectConfiguration.namespace"),
	member.Act(
		"serviceConnectConfiguration.services[].clientAliases[].dnsName", "serviceConnectConfiguration.services[].clientAliases[].port",
		"serviceConnectConfiguration.services[].clientAliases[].testTrafficRules.header.name",
		"serviceConnectConfiguration.services[].clientAliases[].testTrafficRules.header.value.exact",
		"serviceConnectConfiguration.services[].discoveryName", "serviceConnectConfiguration.services[].ingressPortOverride",
		"serviceConnectConfiguration.services[].portName",
		"serviceConnectConfiguration.services[].timeout.idleTimeoutSeconds", "serviceConnectConfiguration.services[].timeout.perRequestTimeoutSeconds",
	),
	member.Refuse("serviceConnectConfiguration.services[].tls", "needs AWS Private CA"),
)
