package vpc

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// CreateSubnet makes a subnet, which is available at once (EC20004).
func (a *API) CreateSubnet(ctx context.Context, in *sdk.CreateSubnetInput) (*sdk.CreateSubnetOutput, error) {
	if err := refuseSubnet(in); err != nil {
		return nil, err
	}
	if aws.ToString(in.VpcId) == "" {
		return nil, kit.MissingParameter("vpcId")
	}
	scope := kit.Scope(ctx)
	cidr, err := kit.CIDRBlock(in.CidrBlock, "InvalidSubnet.Range")
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(scope, aws.ToString(in.AvailabilityZone), aws.ToString(in.AvailabilityZoneId))
	if err != nil {
		return nil, err
	}
	tags, err := kit.TagsFor(ctx, types.ResourceTypeSubnet, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	s := &ec2network.Subnet{Scope: scope, ID: ec2network.NewNetworkID("subnet-"), VPC: *in.VpcId, Zone: zone, Range: cidr.String()}
	out := &sdk.CreateSubnetOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		v, err := kit.NamedVPC(tx, scope, in.VpcId)
		if err != nil {
			return err
		}
		if err := fits(tx, v, cidr, *in.CidrBlock); err != nil {
			return err
		}
		if aws.ToBool(in.DryRun) {
			return kit.ErrDryRun
		}
		ec2network.PutSubnet(tx, s)
		ec2network.SetTags(tx, scope, s.ID, tags)
		made := describeSubnet(tx, scope, ec2.RoomIn(tx, state.TaskInterfaces(tx)), s)
		out.Subnet = &made
		return nil
	})
	return out, err
}

// refuseSubnet refuses what is not built.
func refuseSubnet(in *sdk.CreateSubnetInput) error {
	switch {
	case in.Ipv6CidrBlock != nil || aws.ToBool(in.Ipv6Native) || in.Ipv6IpamPoolId != nil || in.Ipv6NetmaskLength != nil:
		return kit.NotBuilt("CreateSubnet", "IPv6")
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil:
		return kit.NotBuilt("CreateSubnet", "IPAM pools")
	case in.OutpostArn != nil:
		return kit.NotBuilt("CreateSubnet", "Outposts")
	}
	return nil
}

// zoneOf is the zone that a request names by its name or its id, or the first one: which
// one AWS chooses is not published. Source of the texts: field reports.
func zoneOf(scope arn.Scope, name, id string) (string, error) {
	zones := ec2network.Zones(scope.Region)
	switch {
	case name != "" && id != "":
		return "", kit.Refuse("InvalidParameterCombination", "Only one of availabilityZone and availabilityZoneId may be specified")
	case name == "" && id == "":
		return zones[0], nil
	}
	var ids []string
	for _, zone := range zones {
		if zone == name || ec2network.ZoneID(zone) == id {
			return zone, nil
		}
		ids = append(ids, ec2network.ZoneID(zone))
	}
	parameter, value, valid := "availabilityZone", name, zones
	if id != "" {
		parameter, value, valid = "availabilityZoneId", id, ids
	}
	return "", kit.Refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Subnets can currently only be created in the following availability zones: %s.",
		value, parameter, strings.Join(valid, ", "))
}

// enginesPart is the third byte from which on addresses of a default VPC are the engine's
// to give; see backend.Network.
const enginesPart = 240

// fits refuses a range that is not the VPC's or that a subnet has. Those that are made up
// have none of their own. Source of the texts: field reports.
func fits(tx *store.Tx, v *ec2network.VPC, cidr netip.Prefix, as string) error {
	whole := rangeOf(v)
	within := func(r netip.Prefix) bool { return cidr.Bits() >= r.Bits() && r.Contains(cidr.Addr()) }
	if !slices.ContainsFunc(v.Ranges(), within) {
		return kit.Refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid.", as)
	}
	if v.Default && cidr.Addr().As4()[2] >= enginesPart {
		return kit.NotBuilt("CreateSubnet", "ranges in the last sixteenth of the default VPC, which the engine's own containers have,")
	}
	taken := func(s *ec2network.Subnet) bool { return s.CIDR(whole).Overlaps(cidr) }
	if slices.ContainsFunc(ec2network.SubnetsOf(tx, v), taken) {
		return kit.Refuse("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", as)
	}
	return nil
}

// DeleteSubnet removes a subnet in which nothing has an address. Source of the text: field
// reports.
func (a *API) DeleteSubnet(ctx context.Context, in *sdk.DeleteSubnetInput) (*sdk.DeleteSubnetOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		s, err := a.NamedSubnet(tx, kit.Scope(ctx), in.SubnetId)
		switch {
		case err != nil:
			return err
		case ec2.SubnetInUse(tx, s, state.TaskInterfaces(tx)):
			return kit.InUse("subnet", s.ID)
		case s.Default || s.MadeUp:
			return kit.NotBuilt("DeleteSubnet", "default and made-up subnets")
		case aws.ToBool(in.DryRun):
			return kit.ErrDryRun
		}
		ec2.DeleteSubnet(tx, s)
		return nil
	})
	return &sdk.DeleteSubnetOutput{}, err
}
