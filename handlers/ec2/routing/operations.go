// Package routing answers the EC2 actions about route tables, internet and NAT gateways,
// Elastic IP addresses and network ACLs.
package routing

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// API answers these actions.
type API struct {
	kit.Base
	nat ec2.NATDelays
}

func New(b kit.Base, nat ec2.NATDelays) *API { return &API{Base: b, nat: nat} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("AllocateAddress", "one of 254 addresses for documentation, shared by all accounts and regions; nothing answers there; no pools of your own", kit.DryRunFirst(a.AllocateAddress)),
		awsapi.Partial("AssociateAddress", "shown only; with instances and their network interfaces: AWS keeps the interfaces of tasks for ECS", kit.DryRunFirst(a.AssociateAddress)),
		awsapi.Partial("AssociateRouteTable", kit.WithoutEffect+"; with subnets and internet gateways", kit.DryRunFirst(a.AssociateRouteTable)),
		awsapi.Partial("AttachInternetGateway", "as CreateInternetGateway", kit.DryRunFirst(a.AttachInternetGateway)),
		awsapi.Partial("CreateInternetGateway", kit.WithoutEffect, kit.DryRunFirst(a.CreateInternetGateway)),
		awsapi.Partial("CreateNatGateway", kit.WithoutEffect+"; zonal, public or private, with one address, which a task may get too", kit.DryRunFirst(a.CreateNatGateway)),
		awsapi.Partial("CreateNetworkAcl", kit.WithoutEffect, kit.DryRunFirst(a.CreateNetworkAcl)),
		awsapi.Partial("CreateNetworkAclEntry", "as CreateNetworkAcl", kit.DryRunFirst(a.CreateNetworkAclEntry)),
		awsapi.Partial("CreateRoute", kit.WithoutEffect+"; to internet and NAT gateways; prefix lists are refused", kit.DryRunFirst(a.CreateRoute)),
		awsapi.Partial("CreateRouteTable", kit.WithoutEffect, kit.DryRunFirst(a.CreateRouteTable)),
		awsapi.Works("DeleteInternetGateway", "when it is detached", kit.DryRunFirst(a.DeleteInternetGateway)),
		awsapi.Works("DeleteNatGateway", "shown for an hour", kit.DryRunFirst(a.DeleteNatGateway)),
		awsapi.Works("DeleteNetworkAcl", "not while a subnet has it", kit.DryRunFirst(a.DeleteNetworkAcl)),
		awsapi.Works("DeleteNetworkAclEntry", "by number and direction", kit.DryRunFirst(a.DeleteNetworkAclEntry)),
		awsapi.Works("DeleteRoute", "by destination", kit.DryRunFirst(a.DeleteRoute)),
		awsapi.Works("DeleteRouteTable", "not while it is associated with a subnet or gateway", kit.DryRunFirst(a.DeleteRouteTable)),
		awsapi.Works("DescribeAddresses", "with the instances and NAT gateways that have them", kit.DryRun(a.DescribeAddresses)),
		awsapi.Partial("DescribeAddressesAttribute", "no address has a name of its own", kit.DryRun(a.DescribeAddressesAttribute)),
		awsapi.Works("DescribeInternetGateways", "the default VPC's and your own", kit.DryRun(a.DescribeInternetGateways)),
		awsapi.Works("DescribeNatGateways", "with why they failed", kit.DryRun(a.DescribeNatGateways)),
		awsapi.Works("DescribeNetworkAcls", "without subnets that do not exist", kit.DryRun(a.DescribeNetworkAcls)),
		awsapi.Works("DescribeRouteTables", "routes to deleted resources are black holes", kit.DryRun(a.DescribeRouteTables)),
		awsapi.Works("DetachInternetGateway", "not while an instance or a load balancer has a public address, or a NAT gateway an Elastic IP address", kit.DryRunFirst(a.DetachInternetGateway)),
		awsapi.Works("DisassociateAddress", "NAT gateways keep theirs", kit.DryRunFirst(a.DisassociateAddress)),
		awsapi.Works("DisassociateRouteTable", "all but the main association", kit.DryRunFirst(a.DisassociateRouteTable)),
		awsapi.Works("ReleaseAddress", "not while an instance or a NAT gateway has it", kit.DryRunFirst(a.ReleaseAddress)),
		awsapi.Partial("ReplaceNetworkAclAssociation", "as CreateNetworkAcl", kit.DryRunFirst(a.ReplaceNetworkAclAssociation)),
		awsapi.Partial("ReplaceNetworkAclEntry", "as CreateNetworkAcl", kit.DryRunFirst(a.ReplaceNetworkAclEntry)),
		awsapi.Partial("ReplaceRoute", "as CreateRoute", kit.DryRunFirst(a.ReplaceRoute)),
		awsapi.Partial("ReplaceRouteTableAssociation", "as AssociateRouteTable; the main one, too", kit.DryRunFirst(a.ReplaceRouteTableAssociation)),
	}
}
