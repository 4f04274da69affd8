package launch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Limits of an awsvpc configuration. Source: ECS API reference, AwsVpcConfiguration.
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

// noSecurityGroup is an id that AWS takes for malformed (ECS0060).
const noSecurityGroup = "sg-00000000000000000"

// Awsvpc is a network configuration whose subnets and groups exist.
type Awsvpc struct {
	Subnets        []*ec2network.Subnet
	SecurityGroups []string
	AssignPublicIP bool
}

// CheckNetwork holds a request's network configuration against the definition's
// network mode and the limits.
// Source: field reports of RunTask and CreateService.
func CheckNetwork(def *types.TaskDefinition, network *types.NetworkConfiguration) error {
	if def.NetworkMode != types.NetworkModeAwsvpc {
		if network != nil {
			return kit.InvalidParameter("Network Configuration is not valid for the given networkMode of this task definition.")
		}
		return nil
	}
	if network == nil || network.AwsvpcConfiguration == nil {
		return kit.InvalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	vpc := network.AwsvpcConfiguration
	switch {
	case len(vpc.Subnets) == 0:
		return kit.InvalidParameter("subnets can not be empty.")
	case len(vpc.Subnets) > maxSubnets:
		return kit.InvalidParameter(fmt.Sprintf("subnets can have at most %d items.", maxSubnets))
	case len(vpc.SecurityGroups) > maxSecurityGroups:
		return kit.InvalidParameter(fmt.Sprintf("securityGroups can have at most %d items.", maxSecurityGroups))
	}
	switch vpc.AssignPublicIp {
	case "", types.AssignPublicIpEnabled, types.AssignPublicIpDisabled:
		return nil
	}
	return kit.InvalidParameter("assignPublicIp should be one of [ENABLED,DISABLED]")
}

// Network resolves a configuration that passed checkNetwork, which may be nil. A strict
// emulator has no subnets and groups that are made up.
func (r *Rules) Network(tx *store.Tx, scope arn.Scope, vpc *types.AwsVpcConfiguration) (Awsvpc, error) {
	if vpc == nil {
		return Awsvpc{}, nil
	}
	resolved := Awsvpc{AssignPublicIP: vpc.AssignPublicIp == types.AssignPublicIpEnabled}
	for _, id := range vpc.Subnets {
		subnet := ec2network.FindSubnet(tx, scope, id)
		if subnet == nil || subnet.MadeUp && r.StrictVPC {
			return Awsvpc{}, kit.InvalidParameter(task.SubnetNotFound(vpc.Subnets, id))
		}
		resolved.Subnets = append(resolved.Subnets, subnet)
	}
	if err := oneVPC(resolved.Subnets); err != nil {
		return Awsvpc{}, err
	}
	for _, id := range vpc.SecurityGroups {
		group := ec2network.FindSecurityGroup(tx, scope, id)
		switch {
		case id == noSecurityGroup:
			return Awsvpc{}, kit.InvalidParameter(fmt.Sprintf("Error retrieving security group information for [%s]: Invalid id: %q (ErrorCode: InvalidGroupId.Malformed)",
				strings.Join(vpc.SecurityGroups, ", "), id))
		case group == nil || group.MadeUp && r.StrictVPC:
			return Awsvpc{}, kit.InvalidParameter(task.SecurityGroupNotFound(vpc.SecurityGroups, id))
		case group.VPC != resolved.Subnets[0].VPC: // Source: field reports
			return Awsvpc{}, kit.InvalidParameter("Security group " + id + " does not appear to belong to the same VPC as the input subnets.")
		}
	}
	resolved.SecurityGroups = task.SecurityGroups(tx, scope, vpc.SecurityGroups, vpc.Subnets)
	return resolved, nil
}

// oneVPC refuses subnets of several VPCs. Source: ECS API reference, AwsVpcConfiguration;
// the text is the emulator's.
func oneVPC(subnets []*ec2network.Subnet) error {
	for _, s := range subnets {
		if s.VPC != subnets[0].VPC {
			return kit.InvalidParameter(fmt.Sprintf("All subnets must be from the same VPC: %s is of %s, %s of %s.", subnets[0].ID, subnets[0].VPC, s.ID, s.VPC))
		}
	}
	return nil
}

// ShownNetwork is a configuration as services show it: with what ECS fills in. It
// shares nothing with the request.
func ShownNetwork(network *types.NetworkConfiguration) *types.NetworkConfiguration {
	if network == nil || network.AwsvpcConfiguration == nil {
		return nil
	}
	echo := *network.AwsvpcConfiguration
	echo.Subnets = slices.Clone(echo.Subnets)
	echo.SecurityGroups = kit.Listed(slices.Clone(echo.SecurityGroups))
	if echo.AssignPublicIp == "" {
		echo.AssignPublicIp = types.AssignPublicIpDisabled
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: &echo}
}

// SameNetwork reports whether two echoes mean the same: subnets and groups are sets.
func SameNetwork(x, y *types.NetworkConfiguration) bool {
	if x == nil || y == nil {
		return x == y
	}
	a, b := x.AwsvpcConfiguration, y.AwsvpcConfiguration
	return a.AssignPublicIp == b.AssignPublicIp && sameSet(a.Subnets, b.Subnets) &&
		sameSet(a.SecurityGroups, b.SecurityGroups)
}

func sameSet(x, y []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
}
