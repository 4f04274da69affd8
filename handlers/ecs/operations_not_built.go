package ecs

import "github.com/ecs-emulator/ecs-emulator/handlers/awsapi"

// notBuiltOperations are the operations of the SDK that the emulator does not have, by
// what is missing for them. They answer 501 NotImplementedException.
var notBuiltOperations = []awsapi.Operation{
	// Deployments that another controller makes.
	awsapi.NotBuilt("CreateTaskSet", taskSets),
	awsapi.NotBuilt("DeleteTaskSet", taskSets),
	awsapi.NotBuilt("DescribeTaskSets", taskSets),
	awsapi.NotBuilt("UpdateServicePrimaryTaskSet", taskSets),
	awsapi.NotBuilt("UpdateTaskSet", taskSets),

	// Managed daemons.
	awsapi.NotBuilt("CreateDaemon", daemons),
	awsapi.NotBuilt("DeleteDaemon", daemons),
	awsapi.NotBuilt("DeleteDaemonTaskDefinition", daemons),
	awsapi.NotBuilt("DescribeDaemon", daemons),
	awsapi.NotBuilt("DescribeDaemonDeployments", daemons),
	awsapi.NotBuilt("DescribeDaemonRevisions", daemons),
	awsapi.NotBuilt("DescribeDaemonTaskDefinition", daemons),
	awsapi.NotBuilt("ListDaemonDeployments", daemons),
	awsapi.NotBuilt("ListDaemonTaskDefinitions", daemons),
	awsapi.NotBuilt("ListDaemons", daemons),
	awsapi.NotBuilt("RegisterDaemonTaskDefinition", daemons),
	awsapi.NotBuilt("UpdateDaemon", daemons),
	awsapi.NotBuilt("CreateExpressGatewayService", expressServices),
	awsapi.NotBuilt("DeleteExpressGatewayService", expressServices),
	awsapi.NotBuilt("DescribeExpressGatewayService", expressServices),
	awsapi.NotBuilt("UpdateExpressGatewayService", expressServices),
	awsapi.NotBuilt("AssociateGatewayWithCluster", gateways),
	awsapi.NotBuilt("CreateGateway", gateways),
	awsapi.NotBuilt("DeleteGateway", gateways),
	awsapi.NotBuilt("DescribeGateway", gateways),
	awsapi.NotBuilt("DescribeGatewayResources", gateways),
	awsapi.NotBuilt("DescribeGatewayRoute", gateways),
	awsapi.NotBuilt("DisassociateGatewayFromCluster", gateways),
	awsapi.NotBuilt("ListGatewayClusterAssociations", gateways),
	awsapi.NotBuilt("ListGatewayRoutes", gateways),
	awsapi.NotBuilt("ListGateways", gateways),
	awsapi.NotBuilt("UpdateGateway", gateways),
}

const (
	taskSets        = "task sets: the EXTERNAL deployment controller"
	daemons         = "managed daemons"
	expressServices = "Express gateway services"
	gateways        = "gateways"
)
