package routing

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func Access() awsapi.Rows {
	const (
		acl     = "network-acl/{NetworkAclId}"
		gateway = "internet-gateway/{InternetGatewayId}"
		table   = "route-table/{RouteTableId}"
		vpc     = "vpc/{VpcId}"
		address = "elastic-ip/{AllocationId|*}" // of a request that names it by its address, all
	)
	return kit.Access(awsapi.Rows{
		"AllocateAddress":     kit.Makes(types.ResourceTypeElasticIp),
		"AssociateAddress":    awsapi.On(address, "instance/{InstanceId}", "network-interface/{NetworkInterfaceId}"),
		"DisassociateAddress": awsapi.On("elastic-ip/*"),
		"ReleaseAddress":      awsapi.On(address),

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
		"ReplaceNetworkAclAssociation": awsapi.On(acl, "subnet/*"),
		"ReplaceNetworkAclEntry":       awsapi.On(acl),

		"AssociateRouteTable":          awsapi.On(table, "subnet/{SubnetId}", "internet-gateway/{GatewayId}"),
		"CreateRoute":                  awsapi.On(table),
		"CreateRouteTable":             kit.Makes(types.ResourceTypeRouteTable, vpc),
		"DeleteRoute":                  awsapi.On(table),
		"DeleteRouteTable":             awsapi.On(table),
		"DisassociateRouteTable":       awsapi.On("route-table/*"),
		"ReplaceRoute":                 awsapi.On(table),
		"ReplaceRouteTableAssociation": awsapi.On(table),
	}, "DescribeAddresses", "DescribeAddressesAttribute", "DescribeInternetGateways", "DescribeNatGateways", "DescribeNetworkAcls",
		"DescribeRouteTables")
}
