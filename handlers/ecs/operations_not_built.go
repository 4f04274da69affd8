package ecs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// notBuiltOperations are the operations of the SDK that the emulator does not have, by
// what is missing for them. They answer 501 NotImplementedException to callers who may do them (access_not_built.go).
var notBuiltOperations = []awsapi.Operation{
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

const gateways = "gateways"
