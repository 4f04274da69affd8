// Package endpoint answers the EC2 actions about VPC endpoints and the services that have them.
package endpoint

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// API answers these actions.
type API struct {
	kit.Base
}

func New(b kit.Base) *API { return &API{Base: b} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateVpcEndpoint", kit.WithoutEffect+", policy and names included; gateway and interface endpoints of AWS services, over IPv4, with addresses that a task may get too", kit.DryRunFirst(a.CreateVpcEndpoint)),
		awsapi.Works("DeleteVpcEndpoints", "at once", kit.DryRunFirst(a.DeleteVpcEndpoints)),
		awsapi.Partial("DescribeVpcEndpointServices", "AWS services that ECS users were seen to name", kit.DryRun(a.DescribeVpcEndpointServices)),
		awsapi.Works("DescribeVpcEndpoints", "by id, in pages", kit.DryRun(a.DescribeVpcEndpoints)),
		awsapi.Partial("ModifyVpcEndpoint", "as CreateVpcEndpoint", kit.DryRunFirst(a.ModifyVpcEndpoint)),
	}
}
