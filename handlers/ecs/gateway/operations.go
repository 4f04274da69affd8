// Package gateway answers the ECS operations about gateways. They write what is asked; the controller of managed resources makes it
// once services use it, by the calls that a user would make.
package gateway

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
}

func New(b kit.Base, launches launch.Rules) *API { return &API{Base: b, launches: launches} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("AssociateGatewayWithCluster", "five gateways in a cluster", a.AssociateGatewayWithCluster),
		awsapi.Partial("CreateGateway", "access logs are shown and not written, load balancers answer by IPv4; `webACLArn` is refused", a.CreateGateway),
		awsapi.Works("DeleteGateway", "refused with deletion protection and with associations", a.DeleteGateway),
		awsapi.Works("DescribeGateway", "", a.DescribeGateway),
		awsapi.Works("DescribeGatewayResources", "a load balancer with its routes", a.DescribeGatewayResources),
		awsapi.Works("DescribeGatewayRoute", "", a.DescribeGatewayRoute),
		awsapi.Works("DisassociateGatewayFromCluster", "DISASSOCIATING until the cluster has no route", a.DisassociateGatewayFromCluster),
		awsapi.Works("ListGatewayClusterAssociations", "", a.ListGatewayClusterAssociations),
		awsapi.Works("ListGatewayRoutes", "", a.ListGatewayRoutes),
		awsapi.Works("ListGateways", "", a.ListGateways),
		awsapi.Partial("UpdateGateway", "as CreateGateway; test traffic rules can be changed, and not be taken away", a.UpdateGateway),
	}
}
