package ecs

// notImplemented lists the operations of the SDK that the emulator does not have,
// by what is missing for them. They answer 501 NotImplementedException.
var notImplemented = map[string]string{
	// What is done to running tasks.
	"ExecuteCommand":       "ECS Exec sessions",
	"GetTaskProtection":    "task scale-in protection",
	"UpdateTaskProtection": "task scale-in protection",

	// Deployments other than rolling ones.
	"ContinueServiceDeployment":   "lifecycle hooks that pause a deployment",
	"StopServiceDeployment":       serviceDeployments,
	"DescribeServiceDeployments":  serviceDeployments,
	"ListServiceDeployments":      serviceDeployments,
	"DescribeServiceRevisions":    serviceDeployments,
	"CreateTaskSet":               taskSets,
	"DeleteTaskSet":               taskSets,
	"DescribeTaskSets":            taskSets,
	"UpdateServicePrimaryTaskSet": taskSets,
	"UpdateTaskSet":               taskSets,

	// The EC2 and EXTERNAL launch types.
	"CreateCapacityProvider":        capacityProviders,
	"DeleteCapacityProvider":        capacityProviders,
	"UpdateCapacityProvider":        capacityProviders,
	"DeregisterContainerInstance":   containerInstances,
	"DescribeContainerInstances":    containerInstances,
	"ListContainerInstances":        containerInstances,
	"RegisterContainerInstance":     containerInstances,
	"StartTask":                     containerInstances,
	"UpdateContainerAgent":          containerInstances,
	"UpdateContainerInstancesState": containerInstances,
	"DeleteAttributes":              containerInstances,
	"ListAttributes":                containerInstances,
	"PutAttributes":                 containerInstances,

	// What the ECS agent of an instance calls.
	"DiscoverPollEndpoint":         agentProtocol,
	"SubmitAttachmentStateChanges": agentProtocol,
	"SubmitContainerStateChange":   agentProtocol,
	"SubmitTaskStateChange":        agentProtocol,

	// Managed daemons.
	"CreateDaemon":                   daemons,
	"DeleteDaemon":                   daemons,
	"DeleteDaemonTaskDefinition":     daemons,
	"DescribeDaemon":                 daemons,
	"DescribeDaemonDeployments":      daemons,
	"DescribeDaemonRevisions":        daemons,
	"DescribeDaemonTaskDefinition":   daemons,
	"ListDaemonDeployments":          daemons,
	"ListDaemonTaskDefinitions":      daemons,
	"ListDaemons":                    daemons,
	"RegisterDaemonTaskDefinition":   daemons,
	"UpdateDaemon":                   daemons,
	"CreateExpressGatewayService":    expressServices,
	"DeleteExpressGatewayService":    expressServices,
	"DescribeExpressGatewayService":  expressServices,
	"UpdateExpressGatewayService":    expressServices,
	"AssociateGatewayWithCluster":    gateways,
	"CreateGateway":                  gateways,
	"DeleteGateway":                  gateways,
	"DescribeGateway":                gateways,
	"DescribeGatewayResources":       gateways,
	"DescribeGatewayRoute":           gateways,
	"DisassociateGatewayFromCluster": gateways,
	"ListGatewayClusterAssociations": gateways,
	"ListGatewayRoutes":              gateways,
	"ListGateways":                   gateways,
	"UpdateGateway":                  gateways,
}

const (
	serviceDeployments = "service deployments and revisions as resources"
	taskSets           = "task sets: the EXTERNAL deployment controller"
	capacityProviders  = "capacity providers of Auto Scaling groups and managed instances"
	containerInstances = "container instances"
	agentProtocol      = "the protocol of the container agent"
	daemons            = "managed daemons"
	expressServices    = "Express gateway services"
	gateways           = "gateways"
)
