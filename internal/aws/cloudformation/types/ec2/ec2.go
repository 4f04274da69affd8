// Package ec2 has the types of resources of Amazon EC2, networks first, a file for each.
package ec2

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"

// Types are all of this package.
func Types() []*handler.Type {
	return []*handler.Type{
		vpc(), subnet(), routeTable(), route(), subnetRouteTableAssociation(), internetGateway(), vpcGatewayAttachment(), securityGroup(),
		rule("AWS::EC2::SecurityGroupIngress", false), rule("AWS::EC2::SecurityGroupEgress", true), eip(), natGateway(), vpcEndpoint(),
		networkACL(), networkACLEntry(), subnetNetworkACLAssociation(), dhcpOptions(), vpcDHCPOptionsAssociation(), eipAssociation(),
		launchTemplate(), instance(),
	}
}
