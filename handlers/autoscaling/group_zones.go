package autoscaling

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const noZone = "At least one Availability Zone or VPC Subnet is required."

// locate takes subnets and zones, each in alphabetical order, as recorded.
func (a *API) locate(tx *store.Tx, g *autoscaling.Group, in *sdk.UpdateAutoScalingGroupInput) error {
	zones := slices.Clone(in.AvailabilityZones)
	for _, zone := range zones {
		if slices.Contains(ec2network.Zones(g.Scope.Region), zone) {
			continue
		}
		if in.LaunchTemplate != nil {
			return invalid(broken+"Invalid availability zone: [%s]", zone) // ASG0004.5
		}
		return invalid("Invalid Availability Zones: [%s]", zone) // the text is the emulator's
	}
	if in.VPCZoneIdentifier == nil {
		if zones != nil {
			g.Zones, g.Subnets = sorted(zones), nil
		}
		return nil
	}
	var subnets, theirs []string
	for id := range strings.SplitSeq(*in.VPCZoneIdentifier, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		subnet := ec2network.FindSubnet(tx, g.Scope, id)
		if subnet == nil || a.strict && subnet.MadeUp {
			return invalid("The subnet ID '%s' does not exist", id)
		}
		subnets, theirs = append(subnets, id), append(theirs, subnet.Zone)
	}
	if len(subnets) == 0 {
		theirs = zones
	}
	if len(theirs) == 0 && len(g.Zones) == 0 {
		return invalid(noZone)
	}
	if zones != nil && !slices.Equal(sorted(zones), sorted(theirs)) {
		return invalid("The availability zones of the specified subnets and the Auto Scaling group do not match")
	}
	if len(theirs) > 0 {
		g.Zones, g.Subnets = sorted(theirs), sorted(subnets)
	}
	return nil
}

// sorted returns what is in a list, once each.
func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
