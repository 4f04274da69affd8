// Package vpc answers the EC2 actions about VPCs, subnets, DHCP options, Availability Zones and
// the attributes of the account.
package vpc

import (
	"context"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// API answers these actions.
type API struct {
	kit.Base
	made func(ctx context.Context, id string, cidr netip.Prefix)
}

func New(b kit.Base, made func(ctx context.Context, id string, cidr netip.Prefix)) *API {
	return &API{Base: b, made: made}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("AssociateDhcpOptions", "kept without effect on tasks, which ask the engine's resolver", kit.DryRunFirst(a.AssociateDhcpOptions)),
		awsapi.Partial("AssociateVpcCidrBlock", "no task starts in a subnet of an added range; without IPv6 and IPAM", a.AssociateVpcCidrBlock),
		awsapi.Partial("CreateDhcpOptions", "as AssociateDhcpOptions", kit.DryRunFirst(a.CreateDhcpOptions)),
		awsapi.Partial("CreateSubnet", "without IPv6 and IPAM", a.CreateSubnet),
		awsapi.Partial("CreateVpc", "a network on the engine from its first task on, unless its range is in use there; without IPv6 and IPAM", a.CreateVpc),
		awsapi.Works("DeleteDhcpOptions", "not while a VPC has them", kit.DryRunFirst(a.DeleteDhcpOptions)),
		awsapi.Partial("DeleteSubnet", "fails for default subnets", a.DeleteSubnet),
		awsapi.Partial("DeleteVpc", "fails for the default VPC", a.DeleteVpc),
		awsapi.Partial("DescribeAccountAttributes", "the quotas of a new account; they are not enforced", kit.DryRun(a.DescribeAccountAttributes)),
		awsapi.Partial("DescribeAvailabilityZones", "three zones in each region; all at once", kit.DryRun(a.DescribeAvailabilityZones)),
		awsapi.Works("DescribeDhcpOptions", "including the default ones of every VPC", kit.DryRun(a.DescribeDhcpOptions)),
		awsapi.Works("DescribeSubnets", "also ones that do not exist, if the request names their id", kit.DryRun(a.DescribeSubnets)),
		awsapi.Works("DescribeVpcAttribute", "all attributes", kit.DryRun(a.DescribeVpcAttribute)),
		awsapi.Works("DescribeVpcs", "the default VPC and your own", kit.DryRun(a.DescribeVpcs)),
		awsapi.Works("DisassociateVpcCidrBlock", "gone at once", a.DisassociateVpcCidrBlock),
		awsapi.Partial("ModifySubnetAttribute", "kept; without IPv6 and Outposts", a.ModifySubnetAttribute),
		awsapi.Partial("ModifyVpcAttribute", "enableDnsSupport and enableDnsHostnames act on tasks and instances that start later ([names](../../guide/networking.md#names)); network address usage metrics are kept", a.ModifyVpcAttribute),
	}
}
