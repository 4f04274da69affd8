package ecs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// notBuiltOperations are the operations of the SDK that the emulator does not have, by
// what is missing for them. They answer 501 NotImplementedException to callers who may do them (access_not_built.go).
var notBuiltOperations = []awsapi.Operation{
	// Managed daemons.
	awsapi.NotBuiltWith[sdk.CreateDaemonInput]("CreateDaemon", daemons),
	awsapi.NotBuiltWith[sdk.DeleteDaemonInput]("DeleteDaemon", daemons),
	awsapi.NotBuiltWith[sdk.DeleteDaemonTaskDefinitionInput]("DeleteDaemonTaskDefinition", daemons),
	awsapi.NotBuiltWith[sdk.DescribeDaemonInput]("DescribeDaemon", daemons),
	awsapi.NotBuiltWith[sdk.DescribeDaemonDeploymentsInput]("DescribeDaemonDeployments", daemons),
	awsapi.NotBuiltWith[sdk.DescribeDaemonRevisionsInput]("DescribeDaemonRevisions", daemons),
	awsapi.NotBuiltWith[sdk.DescribeDaemonTaskDefinitionInput]("DescribeDaemonTaskDefinition", daemons),
	awsapi.NotBuiltWith[sdk.ListDaemonDeploymentsInput]("ListDaemonDeployments", daemons),
	awsapi.NotBuiltWith[sdk.ListDaemonTaskDefinitionsInput]("ListDaemonTaskDefinitions", daemons),
	awsapi.NotBuiltWith[sdk.ListDaemonsInput]("ListDaemons", daemons),
	awsapi.NotBuiltWith[sdk.RegisterDaemonTaskDefinitionInput]("RegisterDaemonTaskDefinition", daemons),
	awsapi.NotBuiltWith[sdk.UpdateDaemonInput]("UpdateDaemon", daemons),
	awsapi.NotBuiltWith[sdk.AssociateGatewayWithClusterInput]("AssociateGatewayWithCluster", gateways),
	awsapi.NotBuiltWith[sdk.CreateGatewayInput]("CreateGateway", gateways),
	awsapi.NotBuiltWith[sdk.DeleteGatewayInput]("DeleteGateway", gateways),
	awsapi.NotBuiltWith[sdk.DescribeGatewayInput]("DescribeGateway", gateways),
	awsapi.NotBuiltWith[sdk.DescribeGatewayResourcesInput]("DescribeGatewayResources", gateways),
	awsapi.NotBuiltWith[sdk.DescribeGatewayRouteInput]("DescribeGatewayRoute", gateways),
	awsapi.NotBuiltWith[sdk.DisassociateGatewayFromClusterInput]("DisassociateGatewayFromCluster", gateways),
	awsapi.NotBuiltWith[sdk.ListGatewayClusterAssociationsInput]("ListGatewayClusterAssociations", gateways),
	awsapi.NotBuiltWith[sdk.ListGatewayRoutesInput]("ListGatewayRoutes", gateways),
	awsapi.NotBuiltWith[sdk.ListGatewaysInput]("ListGateways", gateways),
	awsapi.NotBuiltWith[sdk.UpdateGatewayInput]("UpdateGateway", gateways),
}

const (
	daemons  = "managed daemons"
	gateways = "gateways"
)
