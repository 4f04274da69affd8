package ec2

import "github.com/ecs-emulator/ecs-emulator/handlers/awsapi"

// withoutEffect is what the page of EC2 says of what is kept: no traffic goes by it.
const withoutEffect = "kept without effect on traffic"

func (a *API) gatewayOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("AllocateAddress", "an address for documentation, of 254 for all accounts and regions, at which nothing is reached; without pools of one's own", dryRunFirst(a.AllocateAddress)),
		awsapi.Partial("AssociateAddress", "shown, and leads nowhere; with instances and their network interfaces, as AWS keeps those of tasks for ECS", dryRunFirst(a.AssociateAddress)),
		awsapi.Partial("AttachInternetGateway", "as CreateInternetGateway", dryRunFirst(a.AttachInternetGateway)),
		awsapi.Partial("CreateInternetGateway", withoutEffect, dryRunFirst(a.CreateInternetGateway)),
		awsapi.Partial("CreateNatGateway", withoutEffect+"; zonal, public or private, with one address, which a task may get as well", dryRunFirst(a.CreateNatGateway)),
		awsapi.Works("DeleteInternetGateway", "when it is attached to nothing any more", dryRunFirst(a.DeleteInternetGateway)),
		awsapi.Works("DeleteNatGateway", "shown for an hour", dryRunFirst(a.DeleteNatGateway)),
		awsapi.Works("DescribeAddresses", "with the instances and NAT gateways that have them", dryRun(a.DescribeAddresses)),
		awsapi.Partial("DescribeAddressesAttribute", "no address has a name of its own", dryRun(a.DescribeAddressesAttribute)),
		awsapi.Works("DescribeInternetGateways", "that of the default VPC and those of one's own", dryRun(a.DescribeInternetGateways)),
		awsapi.Works("DescribeNatGateways", "with why they failed", dryRun(a.DescribeNatGateways)),
		awsapi.Works("DetachInternetGateway", "not while an instance or a load balancer has a public address, or a NAT gateway an Elastic IP address", dryRunFirst(a.DetachInternetGateway)),
		awsapi.Works("DisassociateAddress", "NAT gateways keep theirs", dryRunFirst(a.DisassociateAddress)),
		awsapi.Works("ReleaseAddress", "not while an instance or a NAT gateway has it", dryRunFirst(a.ReleaseAddress)),
	}
}

func (a *API) routingOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("AssociateDhcpOptions", "kept without effect on tasks, which ask the engine's resolver", dryRunFirst(a.AssociateDhcpOptions)),
		awsapi.Partial("AssociateRouteTable", withoutEffect+"; with subnets and internet gateways", dryRunFirst(a.AssociateRouteTable)),
		awsapi.Partial("CreateDhcpOptions", "as AssociateDhcpOptions", dryRunFirst(a.CreateDhcpOptions)),
		awsapi.Partial("CreateNetworkAcl", withoutEffect, dryRunFirst(a.CreateNetworkAcl)),
		awsapi.Partial("CreateNetworkAclEntry", "as CreateNetworkAcl", dryRunFirst(a.CreateNetworkAclEntry)),
		awsapi.Partial("CreateRoute", withoutEffect+"; to internet and NAT gateways; prefix lists are refused", dryRunFirst(a.CreateRoute)),
		awsapi.Partial("CreateRouteTable", withoutEffect, dryRunFirst(a.CreateRouteTable)),
		awsapi.Works("DeleteDhcpOptions", "not while a VPC has them", dryRunFirst(a.DeleteDhcpOptions)),
		awsapi.Works("DeleteNetworkAcl", "not while a subnet has it", dryRunFirst(a.DeleteNetworkAcl)),
		awsapi.Works("DeleteNetworkAclEntry", "by number and direction", dryRunFirst(a.DeleteNetworkAclEntry)),
		awsapi.Works("DeleteRoute", "by destination", dryRunFirst(a.DeleteRoute)),
		awsapi.Works("DeleteRouteTable", "not while something is associated with it", dryRunFirst(a.DeleteRouteTable)),
		awsapi.Works("DescribeDhcpOptions", "with those that every VPC has at first", dryRun(a.DescribeDhcpOptions)),
		awsapi.Works("DescribeNetworkAcls", "made-up subnets are not shown", dryRun(a.DescribeNetworkAcls)),
		awsapi.Works("DescribeRouteTables", "routes to what is gone are black holes", dryRun(a.DescribeRouteTables)),
		awsapi.Works("DisassociateRouteTable", "all but the main association", dryRunFirst(a.DisassociateRouteTable)),
		awsapi.Partial("ReplaceNetworkAclAssociation", "as CreateNetworkAcl", dryRunFirst(a.ReplaceNetworkAclAssociation)),
		awsapi.Partial("ReplaceNetworkAclEntry", "as CreateNetworkAcl", dryRunFirst(a.ReplaceNetworkAclEntry)),
		awsapi.Partial("ReplaceRoute", "as CreateRoute", dryRunFirst(a.ReplaceRoute)),
		awsapi.Partial("ReplaceRouteTableAssociation", "as AssociateRouteTable; the main one, too", dryRunFirst(a.ReplaceRouteTableAssociation)),
	}
}

func (a *API) endpointOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateVpcEndpoint", withoutEffect+", policy and names included; gateway and interface endpoints of services of AWS, over IPv4, with addresses which a task may get as well", dryRunFirst(a.CreateVpcEndpoint)),
		awsapi.Works("DeleteVpcEndpoints", "at once", dryRunFirst(a.DeleteVpcEndpoints)),
		awsapi.Partial("DescribeVpcEndpointServices", "those of AWS that ECS users were seen to name", dryRun(a.DescribeVpcEndpointServices)),
		awsapi.Works("DescribeVpcEndpoints", "by id, in pages", dryRun(a.DescribeVpcEndpoints)),
		awsapi.Partial("ModifyVpcEndpoint", "as CreateVpcEndpoint", dryRunFirst(a.ModifyVpcEndpoint)),
	}
}
