package routing

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func (a *API) Access() awsapi.Rows {
	const (
		acl     = "network-acl/{NetworkAclId}"
		gateway = "internet-gateway/{InternetGatewayId}"
		table   = "route-table/{RouteTableId}"
		vpc     = "vpc/{VpcId}"
		address = "elastic-ip/{AllocationId|*}"
	)
	return kit.Access(awsapi.Rows{
		"AllocateAddress":     kit.Makes(types.ResourceTypeElasticIp),
		"AssociateAddress":    kit.Found(a.Base, awsapi.On(address, "instance/{InstanceId}", "network-interface/{NetworkInterfaceId}"), types.ResourceTypeElasticIp, associatedAddress),
		"DisassociateAddress": kit.Found(a.Base, awsapi.On("elastic-ip/*"), types.ResourceTypeElasticIp, freedAddress),
		"ReleaseAddress":      kit.Found(a.Base, awsapi.On(address), types.ResourceTypeElasticIp, releasedAddress),

		"AttachInternetGateway": awsapi.On(gateway, vpc),
		"CreateInternetGateway": kit.Makes(types.ResourceTypeInternetGateway),
		"DeleteInternetGateway": awsapi.On(gateway),
		"DetachInternetGateway": awsapi.On(gateway, vpc),

		"CreateNatGateway": kit.Makes(types.ResourceTypeNatgateway, "elastic-ip/{AllocationId}", "subnet/{SubnetId}", vpc),
		"DeleteNatGateway": awsapi.On("natgateway/{NatGatewayId}"),

		"CreateNetworkAcl":             kit.Makes(types.ResourceTypeNetworkAcl, vpc),
		"CreateNetworkAclEntry":        awsapi.On(acl),
		"DeleteNetworkAcl":             awsapi.On(acl),
		"DeleteNetworkAclEntry":        awsapi.On(acl),
		"ReplaceNetworkAclAssociation": kit.Found(a.Base, awsapi.On(acl, "subnet/*"), types.ResourceTypeSubnet, associatedSubnet),
		"ReplaceNetworkAclEntry":       awsapi.On(acl),

		"AssociateRouteTable":          awsapi.On(table, "subnet/{SubnetId}", "internet-gateway/{GatewayId}"),
		"CreateRoute":                  awsapi.On(table),
		"CreateRouteTable":             kit.Makes(types.ResourceTypeRouteTable, vpc),
		"DeleteRoute":                  awsapi.On(table),
		"DeleteRouteTable":             awsapi.On(table),
		"DisassociateRouteTable":       kit.Found(a.Base, awsapi.On("route-table/*"), types.ResourceTypeRouteTable, associatedTable),
		"ReplaceRoute":                 awsapi.On(table),
		"ReplaceRouteTableAssociation": awsapi.On(table),
	}, "DescribeAddresses", "DescribeAddressesAttribute", "DescribeInternetGateways", "DescribeNatGateways", "DescribeNetworkAcls",
		"DescribeRouteTables")
}
