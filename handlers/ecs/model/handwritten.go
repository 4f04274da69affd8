package model

// handwritten lists the members (structure.member) whose constraints the ECS
// handlers check, because Amazon ECS has words of its own for them or accepts more
// than its model says. When you write such a check, add the member here.
var handwritten = []string{
	// Texts of task definitions.
	"RegisterTaskDefinitionInput.containerDefinitions",
	"RegisterTaskDefinitionInput.family",
	"RegisterTaskDefinitionInput.ipcMode",
	"RegisterTaskDefinitionInput.pidMode",
	"RegisterDaemonTaskDefinitionInput.containerDefinitions",
	"RegisterDaemonTaskDefinitionInput.family",
	"DaemonContainerDefinition.image",
	"DeregisterTaskDefinitionInput.taskDefinition",
	"DescribeTaskDefinitionInput.taskDefinition",
	"EphemeralStorage.sizeInGiB",
	"HealthCheck.command",
	"InferenceAccelerator.deviceName", // the structure as a whole is refused
	"InferenceAccelerator.deviceType",
	"PortMapping.protocol",
	"ProxyConfiguration.containerName",
	"RepositoryCredentials.credentialsParameter",
	"RuntimePlatform.cpuArchitecture",
	"RuntimePlatform.operatingSystemFamily",
	"TaskDefinitionPlacementConstraint.type",

	// Of a cluster, what to include is looked at once there is one; of a task definition
	// it has a text of its own.
	"DescribeClustersInput.include",
	"DescribeTaskDefinitionInput.include",

	// Texts of tasks and services: "launch type should be one of …" and the like.
	"AwsVpcConfiguration.subnets",
	"CreateServiceInput.launchType",
	"CreateServiceInput.propagateTags",
	"CreateServiceInput.schedulingStrategy",
	"CreateServiceInput.serviceName",
	"CreateTaskSetInput.launchType",
	"DeploymentLifecycleHook.targetType",
	"DescribeServicesInput.services",
	"DescribeTasksInput.tasks",
	"EBSTagSpecification.propagateTags",
	"ListServicesInput.launchType",
	"MetricConfiguration.metricNames",
	"MetricConfiguration.resolutionSeconds",
	"RunTaskInput.launchType",
	"RunTaskInput.propagateTags",
	"StartTaskInput.propagateTags",
	"ThresholdConfiguration.type",
	"UpdateServiceInput.propagateTags",

	// Texts of container instances, attributes and account settings. More setting
	// names are accepted than the model lists.
	"DeleteAccountSettingInput.name",
	"DescribeContainerInstancesInput.containerInstances",
	"ListAccountSettingsInput.name",
	"PutAccountSettingDefaultInput.name",
	"PutAccountSettingInput.name",
	"PutAttributesInput.attributes",
	"UpdateContainerInstancesStateInput.containerInstances",
	"UpdateContainerInstancesStateInput.status",

	// An empty namespace removes the cluster's default.
	"ClusterServiceConnectDefaultsRequest.namespace",
}

// openEnumerations lists members that may have other values than their enumeration.
var openEnumerations = []string{
	"LogConfiguration.logDriver", // ECS0306
}
