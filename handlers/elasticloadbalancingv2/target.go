package elasticloadbalancingv2

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// RegisterTargets adds targets to a group, all or none.
func (a *API) RegisterTargets(ctx context.Context, in *sdk.RegisterTargetsInput) (*sdk.RegisterTargetsOutput, error) {
	return &sdk.RegisterTargetsOutput{}, a.store.Update(func(tx *store.Tx) error {
		g, err := targetGroup(tx, awsapi.CallScope(ctx), *in.TargetGroupArn)
		if err != nil {
			return err
		}
		for _, t := range in.Targets {
			if t.QuicServerId != nil {
				return notBuilt("QuicServerId")
			}
		}
		if err := checkInstances(tx, g, in.Targets); err != nil {
			return err
		}
		for _, t := range in.Targets {
			zone := ""
			if g.Type == types.TargetTypeEnumIp {
				if zone, err = a.zoneOf(tx, g, t); err != nil {
					return err
				}
			}
			elbv2.Register(tx, g, *t.Id, portOf(g, t), zone, a.now())
		}
		return fewTargets(tx, g.ARN)
	})
}

// portOf is the port of a target, which is the group's if the request does not say.
func portOf(g *elbv2.TargetGroup, t types.TargetDescription) int32 {
	if t.Port != nil {
		return *t.Port
	}
	return g.Port
}

var instanceID = lazyregexp.New(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

// checkInstances refuses targets that are no running instances of the group's VPC. Source:
// field reports; that about zones is the emulator's.
func checkInstances(tx *store.Tx, g *elbv2.TargetGroup, targets []types.TargetDescription) error {
	if g.Type != types.TargetTypeEnumInstance {
		return nil
	}
	var unknown, elsewhere, idle []string
	for _, t := range targets {
		if t.AvailabilityZone != nil {
			return invalid("You cannot specify an Availability Zone for a target that is an instance")
		}
		switch i := ec2.FindInstance(tx, g.Scope, *t.Id); {
		case i == nil && strings.HasPrefix(*t.Id, "i-") && state.Registered(tx, g.Scope, *t.Id):
			// A user registered it by hand: its address is not known.
		case i == nil && instanceID.MatchString(*t.Id):
			unknown = append(unknown, "'"+*t.Id+"'")
		case i == nil:
			return invalid("Instance ID '%s' is not valid", *t.Id)
		case i.VPC != g.VPC:
			elsewhere = append(elsewhere, "'"+*t.Id+"'")
		case i.State() != ec2types.InstanceStateNameRunning:
			idle = append(idle, "'"+*t.Id+"'")
		}
	}
	switch {
	case len(unknown) > 0:
		return &types.InvalidTargetException{Message: awsapi.Textf("The following instances do not exist: %s", strings.Join(unknown, ", "))}
	case len(elsewhere) > 0:
		return &types.InvalidTargetException{Message: awsapi.Textf("The following targets are not in the target group VPC '%s': %s", g.VPC, strings.Join(elsewhere, ", "))}
	case len(idle) > 0:
		return &types.InvalidTargetException{Message: awsapi.Textf("The following targets are not in a running state and cannot be registered: %s", strings.Join(idle, ", "))}
	}
	return nil
}

// private are the ranges outside of a VPC that targets can be in. Source: ELB0002.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), // RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"), // RFC 6598
}

func within(ranges []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Contains(ip) })
}

// zoneOf is the zone of an address: its subnet's, or what the request says where it is outside of
// the VPC (ELB0002).
func (a *API) zoneOf(tx *store.Tx, g *elbv2.TargetGroup, t types.TargetDescription) (string, error) {
	ip, err := netip.ParseAddr(*t.Id)
	if err != nil || !ip.Is4() {
		return "", invalid("The IP address '%s' is not a valid IPv4 address", *t.Id) // the text is the emulator's
	}
	vpc := ec2network.FindVPC(tx, g.Scope, g.VPC)
	if vpc != nil && within(vpc.Ranges(), ip) {
		if zone := a.subnetZone(tx, vpc, ip); zone != "" {
			return zone, nil
		}
		return "", invalid("The IP address '%s' is within the VPC, but is not within a VPC subnet so it can't be registered", ip)
	}
	zone := aws.ToString(t.AvailabilityZone)
	switch {
	case !within(private, ip):
		return "", invalid("The IP address '%s' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598", ip)
	case zone != elbv2.AllZones && !slices.Contains(ec2network.Zones(g.Scope.Region), zone):
		return "", invalid("You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, "+
			"since the IP address '%s' is outside the VPC", ip)
	}
	return zone, nil
}

// subnetZone is the zone of the subnet of an address, or empty if it is in none. What runs in a
// subnet that is made up has an address of it.
func (a *API) subnetZone(tx *store.Tx, vpc *ec2network.VPC, ip netip.Addr) string {
	for _, s := range ec2network.SubnetsOf(tx, vpc) {
		if s.CIDR(ec2network.NetworkCIDR(tx)).Contains(ip) {
			return s.Zone
		}
	}
	if !vpc.Default || a.strict {
		return ""
	}
	for _, t := range state.AllTasks(tx) {
		if t.Scope() == vpc.Scope && t.Status.Attachment.PrivateIPv4 == ip.String() {
			return t.Placement.Zone
		}
	}
	for _, i := range ec2.Instances(tx, vpc.Scope) {
		if i.PrivateIP == ip.String() {
			return i.Zone
		}
	}
	return ""
}

// DeregisterTargets begins the end of targets. What is no target is no error (ELB0002).
func (a *API) DeregisterTargets(ctx context.Context, in *sdk.DeregisterTargetsInput) (*sdk.DeregisterTargetsOutput, error) {
	return &sdk.DeregisterTargetsOutput{}, a.store.Update(func(tx *store.Tx) error {
		g, err := targetGroup(tx, awsapi.CallScope(ctx), *in.TargetGroupArn)
		if err != nil {
			return err
		}
		for _, t := range in.Targets {
			elbv2.Deregister(tx, g, *t.Id, portOf(g, t), a.now())
		}
		return nil
	})
}
