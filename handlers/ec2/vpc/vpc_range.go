package vpc

import (
	"context"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostRanges is how many ranges a VPC may have. Source: VPC user guide, quotas.
const mostRanges = 5

// vpcRanges are the ranges of a VPC as associations, the one that it was made with first.
func vpcRanges(v *ec2network.VPC) []types.VpcCidrBlockAssociation {
	associations := []types.VpcCidrBlockAssociation{rangeAssociation(ec2network.VPCRange{ID: firstRangeID(v), CIDR: v.CIDR})}
	for _, r := range v.Secondary {
		associations = append(associations, rangeAssociation(r))
	}
	return associations
}

func firstRangeID(v *ec2network.VPC) string { return "vpc-cidr-assoc-" + kit.Suffix(v.ID) }

func rangeAssociation(r ec2network.VPCRange) types.VpcCidrBlockAssociation {
	return types.VpcCidrBlockAssociation{
		AssociationId: &r.ID, CidrBlock: &r.CIDR, CidrBlockState: &types.VpcCidrBlockState{State: types.VpcCidrBlockStateCodeAssociated},
	}
}

// AssociateVpcCidrBlock adds a range to a VPC, in which subnets may be made. The engine gives
// a VPC the first range only, so no task starts in such a subnet.
func (a *API) AssociateVpcCidrBlock(ctx context.Context, in *sdk.AssociateVpcCidrBlockInput) (*sdk.AssociateVpcCidrBlockOutput, error) {
	switch {
	case aws.ToBool(in.AmazonProvidedIpv6CidrBlock) || in.Ipv6CidrBlock != nil || in.Ipv6Pool != nil || in.Ipv6IpamPoolId != nil ||
		in.Ipv6NetmaskLength != nil || in.Ipv6CidrBlockNetworkBorderGroup != nil:
		return nil, kit.NotBuilt("AssociateVpcCidrBlock", "IPv6")
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil:
		return nil, kit.NotBuilt("AssociateVpcCidrBlock", "IPAM pools")
	}
	cidr, err := kit.CIDRBlock(in.CidrBlock, "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	out := &sdk.AssociateVpcCidrBlockOutput{VpcId: in.VpcId}
	err = a.Store.Update(func(tx *store.Tx) error {
		return changeVPC(tx, kit.Scope(ctx), in.VpcId, func(v *ec2network.VPC) error {
			if err := mayAdd(tx, v, cidr); err != nil {
				return err
			}
			added := ec2network.VPCRange{ID: ec2.NewID("vpc-cidr-assoc-"), CIDR: cidr.String()}
			v.Secondary = append(slices.Clip(v.Secondary), added)
			made := rangeAssociation(added)
			made.CidrBlockState.State = types.VpcCidrBlockStateCodeAssociating
			out.CidrBlockAssociation = &made
			return nil
		})
	})
	return out, err
}

// mayAdd refuses a range that a VPC cannot have beside its others. Which private ranges do
// not go together is left to AWS. Source of the rules: VPC user guide, VPC CIDR blocks; of the
// text about their number: other implementations of the API; the other texts are the
// emulator's.
func mayAdd(tx *store.Tx, v *ec2network.VPC, cidr netip.Prefix) error {
	if v.Default {
		return kit.NotBuilt("AssociateVpcCidrBlock", "further ranges of the default VPC")
	}
	ranges := v.Ranges()
	if slices.ContainsFunc(ranges, cidr.Overlaps) {
		return kit.Refuse("InvalidVpc.Range", "The CIDR '%s' conflicts with another range of network %s.", cidr, v.ID)
	}
	for _, t := range ec2.RouteTables.List(tx, v.Scope) {
		for _, r := range t.Routes {
			to := netip.MustParsePrefix(r.Destination)
			if t.VPC == v.ID && cidr.Overlaps(to) && cidr.Bits() <= to.Bits() {
				return kit.Refuse("InvalidVpc.Range", "The CIDR '%s' conflicts with a route to %s in route table %s.", cidr, to, t.ID)
			}
		}
	}
	if len(ranges) >= mostRanges {
		return kit.Refuse("CidrLimitExceeded", "This network '%s' has met its maximum number of allowed CIDRs: %d", v.ID, mostRanges)
	}
	return nil
}

// DisassociateVpcCidrBlock takes a range from a VPC, at once, in which there are no subnets
// any more. Source of the text about those: field reports (EC20011); of the other texts: other
// implementations of the API.
func (a *API) DisassociateVpcCidrBlock(ctx context.Context, in *sdk.DisassociateVpcCidrBlockInput) (*sdk.DisassociateVpcCidrBlockOutput, error) {
	id := aws.ToString(in.AssociationId)
	if id == "" {
		return nil, kit.MissingParameter("associationId")
	}
	out := &sdk.DisassociateVpcCidrBlockOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		v, i := rangeByID(tx, kit.Scope(ctx), id)
		switch {
		case v == nil:
			return kit.Refuse("InvalidVpcCidrBlockAssociationID.NotFound", "The vpc CIDR block association ID '%s' does not exist", id)
		case i < 0:
			return kit.Refuse("OperationNotPermitted", "The vpc CIDR block with association ID %s may not be disassociated. It is the primary IPv4 CIDR block of the VPC", id)
		}
		gone := v.Secondary[i]
		within := func(s *ec2network.Subnet) bool { return netip.MustParsePrefix(gone.CIDR).Overlaps(s.CIDR(rangeOf(v))) }
		if slices.ContainsFunc(ec2network.SubnetsOf(tx, v), within) {
			return kit.Refuse("InvalidCidrBlock.InUse", "The vpc %s currently has a subnet within CIDR block %s", v.ID, gone.CIDR)
		}
		changed := *v
		changed.Secondary = slices.Delete(slices.Clone(v.Secondary), i, i+1)
		ec2network.PutVPC(tx, &changed)
		was := rangeAssociation(gone)
		was.CidrBlockState.State = types.VpcCidrBlockStateCodeDisassociating
		out.CidrBlockAssociation, out.VpcId = &was, &v.ID
		return nil
	})
	return out, err
}

// rangeByID finds a VPC by the association of one of its ranges, and which of the further ones
// that is: -1 is the first range.
func rangeByID(tx *store.Tx, scope arn.Scope, id string) (*ec2network.VPC, int) {
	for _, v := range ec2network.VPCs(tx, scope) {
		if firstRangeID(v) == id {
			return v, -1
		}
		if i := slices.IndexFunc(v.Secondary, func(r ec2network.VPCRange) bool { return r.ID == id }); i >= 0 {
			return v, i
		}
	}
	return nil, -1
}
