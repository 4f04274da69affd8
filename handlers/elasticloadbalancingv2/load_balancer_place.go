package elasticloadbalancingv2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// checkMappings refuses addresses that the caller chooses, and subnets that are named in both
// ways.
func checkMappings(subnets []string, mappings []types.SubnetMapping) error {
	if len(subnets) > 0 && len(mappings) > 0 { // the text is the emulator's
		return invalid("You can specify either subnets or subnet mappings, but not both")
	}
	for _, m := range mappings {
		switch {
		case m.AllocationId != nil:
			return notBuilt("subnet mappings with an Elastic IP address")
		case m.PrivateIPv4Address != nil:
			return notBuilt("subnet mappings with a private address")
		case m.IPv6Address != nil || m.SourceNatIpv6Prefix != nil:
			return notBuilt("subnet mappings with IPv6")
		case m.SubnetId == nil:
			return invalid("A subnet ID must be specified in each subnet mapping") // the text is the emulator's
		}
	}
	return nil
}

// subnetsOf are those that a request names, in either way.
func subnetsOf(subnets []string, mappings []types.SubnetMapping) []string {
	for _, m := range mappings {
		subnets = append(subnets, *m.SubnetId)
	}
	return subnets
}

// place puts a load balancer into subnets of one VPC, at most one in each zone. Those that it
// is in already keep their network interface. Source of the texts: field reports, but for
// those that are said to be the emulator's.
func (a *API) place(tx *store.Tx, b *elbv2.LoadBalancer, ids []string) error {
	var zones []elbv2.Zone
	vpc := b.VPC
	for _, id := range ids {
		s := ec2network.FindSubnet(tx, b.Scope, id)
		switch {
		case s == nil || a.strict && s.MadeUp:
			return &types.SubnetNotFoundException{Message: awsapi.Textf("The subnet ID '%s' does not exist", id)} // the emulator's
		case vpc != "" && s.VPC != vpc:
			return badConfiguration("All subnets must belong to the same VPC: '%s'", vpc) // the emulator's
		case slices.ContainsFunc(zones, func(z elbv2.Zone) bool { return z.Name == s.Zone }):
			return badConfiguration("A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		vpc = s.VPC
		zones = append(zones, elbv2.Zone{Name: s.Zone, Subnet: id, Interface: interfaceIn(b, id)})
	}
	switch {
	case b.Type == types.LoadBalancerTypeEnumApplication && len(zones) < 2:
		return invalid("At least two subnets in two different Availability Zones must be specified")
	case len(zones) == 0:
		return invalid("At least one subnet must be specified") // the emulator's
	case b.Scheme == types.LoadBalancerSchemeEnumInternetFacing && ec2.AttachedInternetGateway(tx, b.Scope, vpc) == nil:
		return &types.InvalidSubnetException{Message: awsapi.Textf("VPC %s has no internet gateway", vpc)}
	}
	// Not in the order of the request (ELB0003).
	sorting.By(zones, func(x, y elbv2.Zone) int { return strings.Compare(x.Subnet, y.Subnet) })
	b.VPC, b.Zones = vpc, zones
	return nil
}

// interfaceIn is the network interface that a load balancer has or gets in a subnet.
func interfaceIn(b *elbv2.LoadBalancer, subnet string) string {
	for _, z := range b.Zones {
		if z.Subnet == subnet {
			return z.Interface
		}
	}
	return arn.NewNetworkInterfaceID()
}

// secure gives a load balancer security groups of its VPC. An application load balancer has
// the VPC's default one if none is named, a network load balancer none. Source: ELBv2 API
// reference, CreateLoadBalancer; field reports for the text.
func (a *API) secure(tx *store.Tx, b *elbv2.LoadBalancer, ids []string) error {
	if len(ids) == 0 && b.Type == types.LoadBalancerTypeEnumApplication {
		if g := ec2network.DefaultGroupOf(tx, b.Scope, b.VPC); g != nil {
			ids = []string{g.ID}
		}
	}
	for _, id := range ids {
		if g := ec2network.FindSecurityGroup(tx, b.Scope, id); g == nil || g.VPC != b.VPC || a.strict && g.MadeUp {
			return badConfiguration("One or more security groups are invalid")
		}
	}
	b.SecurityGroups = ids
	return nil
}

// SetSubnets puts a load balancer into other subnets of its VPC.
func (a *API) SetSubnets(ctx context.Context, in *sdk.SetSubnetsInput) (*sdk.SetSubnetsOutput, error) {
	if err := onlyIPv4(in.IpAddressType, in.EnablePrefixForIpv6SourceNat); err != nil {
		return nil, err
	}
	if err := checkMappings(in.Subnets, in.SubnetMappings); err != nil {
		return nil, err
	}
	b, err := change(a, ctx, in.LoadBalancerArn, loadBalancer, elbv2.PutLoadBalancer, func(tx *store.Tx, b *elbv2.LoadBalancer) error {
		b.EndAddresses(tx, a.now())
		return a.place(tx, b, subnetsOf(in.Subnets, in.SubnetMappings))
	})
	if err != nil {
		return nil, err
	}
	return &sdk.SetSubnetsOutput{AvailabilityZones: describeZones(&b), IpAddressType: types.IpAddressTypeIpv4}, nil
}

// SetSecurityGroups gives a load balancer other security groups. A network load balancer that
// was made without one never has any. Source: Network Load Balancers guide, security groups;
// the texts are the emulator's.
func (a *API) SetSecurityGroups(ctx context.Context, in *sdk.SetSecurityGroupsInput) (*sdk.SetSecurityGroupsOutput, error) {
	if in.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic == types.EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnumOff {
		return nil, notBuilt("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
	}
	b, err := change(a, ctx, in.LoadBalancerArn, loadBalancer, elbv2.PutLoadBalancer, func(tx *store.Tx, b *elbv2.LoadBalancer) error {
		switch {
		case len(b.SecurityGroups) == 0:
			return badConfiguration("Security groups cannot be set for the load balancer '%s', which was created without", b.ARN)
		case len(in.SecurityGroups) == 0:
			return invalid("At least one security group must be specified")
		}
		return a.secure(tx, b, in.SecurityGroups)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.SetSecurityGroupsOutput{SecurityGroupIds: b.SecurityGroups}, nil
}

// SetIpAddressType sets the only one there is.
func (a *API) SetIpAddressType(ctx context.Context, in *sdk.SetIpAddressTypeInput) (*sdk.SetIpAddressTypeOutput, error) {
	if err := onlyIPv4(in.IpAddressType, ""); err != nil {
		return nil, err
	}
	if _, err := loadBalancer(a.store.Read(), awsapi.CallScope(ctx), *in.LoadBalancerArn); err != nil {
		return nil, err
	}
	return &sdk.SetIpAddressTypeOutput{IpAddressType: in.IpAddressType}, nil
}
