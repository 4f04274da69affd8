package vpc

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func Access() awsapi.Rows {
	const (
		subnet = "subnet/{SubnetId}"
		vpc    = "vpc/{VpcId}"
	)
	return kit.Access(awsapi.Rows{
		"AssociateDhcpOptions":     awsapi.On("dhcp-options/{DhcpOptionsId}", vpc),
		"AssociateVpcCidrBlock":    awsapi.On(vpc),
		"CreateDhcpOptions":        kit.Makes(types.ResourceTypeDhcpOptions),
		"CreateSubnet":             kit.Makes(types.ResourceTypeSubnet, vpc),
		"CreateVpc":                kit.Makes(types.ResourceTypeVpc),
		"DeleteDhcpOptions":        awsapi.On("dhcp-options/{DhcpOptionsId}"),
		"DeleteSubnet":             awsapi.On(subnet),
		"DeleteVpc":                awsapi.On(vpc),
		"DescribeVpcAttribute":     awsapi.On(vpc),
		"DisassociateVpcCidrBlock": awsapi.On("vpc/*"),
		"ModifySubnetAttribute":    awsapi.On(subnet),
		"ModifyVpcAttribute":       awsapi.On(vpc),
	}, "DescribeAccountAttributes", "DescribeAvailabilityZones", "DescribeDhcpOptions", "DescribeSubnets", "DescribeVpcs")
}
