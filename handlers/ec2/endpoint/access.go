package endpoint

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func Access() awsapi.Rows {
	return kit.Access(awsapi.Rows{
		"CreateVpcEndpoint": kit.Makes(types.ResourceTypeVpcEndpoint, "vpc/{VpcId}", "route-table/{RouteTableIds}",
			"security-group/{SecurityGroupIds}", "subnet/{SubnetIds}"),
		"DeleteVpcEndpoints": awsapi.On("vpc-endpoint/{VpcEndpointIds}"),
		"ModifyVpcEndpoint": awsapi.On("vpc-endpoint/{VpcEndpointId}", "route-table/{AddRouteTableIds}", "route-table/{RemoveRouteTableIds}",
			"security-group/{AddSecurityGroupIds}", "security-group/{RemoveSecurityGroupIds}",
			"subnet/{AddSubnetIds}", "subnet/{RemoveSubnetIds}"),
	}, "DescribeVpcEndpointServices", "DescribeVpcEndpoints")
}
