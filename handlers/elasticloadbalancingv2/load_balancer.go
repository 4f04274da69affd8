package elasticloadbalancingv2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateLoadBalancer makes a load balancer, which the controller of load balancers then
// provides. One with the same name and settings is answered again.
func (a *API) CreateLoadBalancer(ctx context.Context, in *sdk.CreateLoadBalancerInput) (*sdk.CreateLoadBalancerOutput, error) {
	if err := checkLoadBalancer(in); err != nil {
		return nil, err
	}
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := newLoadBalancer(awsapi.CallScope(ctx), in)
	missing := iam.MissingServiceLinkedRole(a.store.Read(), iam.AccountOf(made.Scope), iam.LoadBalancing)
	if err := awsapi.AllowLinkedRole(ctx, iam.LoadBalancing, missing); err != nil {
		return nil, err
	}
	made.CreatedAt, made.Tags = a.now(), tags
	err = a.store.Update(func(tx *store.Tx) error {
		if err := a.place(tx, made, subnetsOf(in.Subnets, in.SubnetMappings)); err != nil {
			return err
		}
		if err := a.secure(tx, made, in.SecurityGroups); err != nil {
			return err
		}
		if found := elbv2.LoadBalancerByName(tx, made.Scope, made.Name); found != nil {
			if !sameBalancer(found, made) {
				return &types.DuplicateLoadBalancerNameException{
					Message: awsapi.Textf("A load balancer with the same name '%s' exists, but with different settings", made.Name),
				}
			}
			made = found
			return nil
		}
		iam.EnsureLoadBalancingRole(tx, iam.AccountOf(made.Scope), made.CreatedAt)
		elbv2.PutLoadBalancer(tx, made)
		return fewBalancers(tx, made)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{describeLoadBalancer(made)}}, nil
}

// checkLoadBalancer refuses what can be refused without a look at the store.
func checkLoadBalancer(in *sdk.CreateLoadBalancerInput) error {
	if err := checkBalancerName(*in.Name); err != nil {
		return err
	}
	switch {
	case in.Type == types.LoadBalancerTypeEnumGateway:
		return notBuilt("the load balancer type gateway")
	case in.CustomerOwnedIpv4Pool != nil:
		return notBuilt("CustomerOwnedIpv4Pool")
	case in.IpamPools != nil:
		return notBuilt("IpamPools")
	}
	if err := onlyIPv4(in.IpAddressType, in.EnablePrefixForIpv6SourceNat); err != nil {
		return err
	}
	return checkMappings(in.Subnets, in.SubnetMappings)
}

// onlyIPv4 refuses what would give a load balancer addresses of IPv6.
func onlyIPv4(t types.IpAddressType, prefix types.EnablePrefixForIpv6SourceNatEnum) error {
	switch {
	case t != "" && t != types.IpAddressTypeIpv4:
		return notBuilt("the IP address type " + string(t))
	case prefix == types.EnablePrefixForIpv6SourceNatEnumOn:
		return notBuilt("EnablePrefixForIpv6SourceNat")
	}
	return nil
}

func newLoadBalancer(s arn.Scope, in *sdk.CreateLoadBalancerInput) *elbv2.LoadBalancer {
	b := &elbv2.LoadBalancer{Scope: s, Name: *in.Name, Type: in.Type, Scheme: in.Scheme}
	if b.Type == "" {
		b.Type = types.LoadBalancerTypeEnumApplication
	}
	if b.Scheme == "" {
		b.Scheme = types.LoadBalancerSchemeEnumInternetFacing
	}
	b.ARN = elbv2.NewLoadBalancerARN(s, b.Type, b.Name)
	b.DNSName = b.NewDNSName()
	return b
}

func sameBalancer(a, b *elbv2.LoadBalancer) bool {
	zones := func(b *elbv2.LoadBalancer) (subnets []string) {
		for _, z := range b.Zones {
			subnets = append(subnets, z.Subnet)
		}
		return subnets
	}
	return a.Type == b.Type && a.Scheme == b.Scheme && slices.Equal(zones(a), zones(b)) && slices.Equal(a.SecurityGroups, b.SecurityGroups)
}

func describeLoadBalancer(b *elbv2.LoadBalancer) types.LoadBalancer {
	d := types.LoadBalancer{
		LoadBalancerArn: &b.ARN, LoadBalancerName: &b.Name, DNSName: &b.DNSName, CanonicalHostedZoneId: aws.String(b.HostedZone()),
		CreatedTime: &b.CreatedAt, Type: b.Type, Scheme: b.Scheme, VpcId: &b.VPC, SecurityGroups: b.SecurityGroups,
		IpAddressType: types.IpAddressTypeIpv4, AvailabilityZones: describeZones(b),
		State: &types.LoadBalancerState{Code: b.State, Reason: awsapi.Optional(b.StateReason)},
	}
	if b.State == "" {
		d.State.Code = types.LoadBalancerStateEnumProvisioning
	}
	return d
}

func describeZones(b *elbv2.LoadBalancer) (zones []types.AvailabilityZone) {
	for _, z := range b.Zones {
		zones = append(zones, types.AvailabilityZone{ZoneName: &z.Name, SubnetId: &z.Subnet, LoadBalancerAddresses: []types.LoadBalancerAddress{}})
	}
	return zones
}

// DescribeLoadBalancers answers load balancers by name or by ARN.
func (a *API) DescribeLoadBalancers(ctx context.Context, in *sdk.DescribeLoadBalancersInput) (*sdk.DescribeLoadBalancersOutput, error) {
	found, err := loadBalancers(a.store.Read(), awsapi.CallScope(ctx), in)
	if err != nil {
		return nil, err
	}
	part, next, err := pageOf(found, func(b *elbv2.LoadBalancer) string { return b.ARN }, in.Marker, in.PageSize)
	out := &sdk.DescribeLoadBalancersOutput{NextMarker: next}
	for _, b := range part {
		out.LoadBalancers = append(out.LoadBalancers, describeLoadBalancer(b))
	}
	return out, err
}

// loadBalancers are those that a request asks for. Names that are none are listed, ARNs are
// not (ELB0003).
func loadBalancers(tx *store.Tx, s arn.Scope, in *sdk.DescribeLoadBalancersInput) (found []*elbv2.LoadBalancer, err error) {
	switch {
	case in.LoadBalancerArns == nil && in.Names == nil:
		return elbv2.LoadBalancers(tx, s), nil
	case in.LoadBalancerArns != nil && in.Names != nil: // Source: field reports
		return nil, invalid("Load balancer names and load balancer ARNs cannot be specified at the same time")
	}
	add := func(b *elbv2.LoadBalancer) {
		if !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	for _, id := range in.LoadBalancerArns {
		if err := wellFormed(id, "loadbalancer", "load balancer"); err != nil {
			return nil, err
		}
		b := elbv2.FindLoadBalancer(tx, id)
		if b == nil || b.Scope != s {
			return nil, &types.LoadBalancerNotFoundException{Message: aws.String("One or more load balancers not found")}
		}
		add(b)
	}
	var missing []string
	for _, name := range in.Names {
		if b := elbv2.LoadBalancerByName(tx, s, name); b != nil {
			add(b)
		} else {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, &types.LoadBalancerNotFoundException{Message: awsapi.Textf("Load balancers '[%s]' not found", strings.Join(missing, ", "))}
	}
	return found, nil
}

// DeleteLoadBalancer removes a load balancer with its listeners and rules. One that is gone
// is no error. Source: ELBv2 API reference, DeleteLoadBalancer.
func (a *API) DeleteLoadBalancer(ctx context.Context, in *sdk.DeleteLoadBalancerInput) (*sdk.DeleteLoadBalancerOutput, error) {
	if err := wellFormed(*in.LoadBalancerArn, "loadbalancer", "load balancer"); err != nil {
		return nil, err
	}
	return &sdk.DeleteLoadBalancerOutput{}, a.store.Update(func(tx *store.Tx) error {
		b := elbv2.FindLoadBalancer(tx, *in.LoadBalancerArn)
		switch {
		case b == nil || b.Scope != awsapi.CallScope(ctx):
		case b.Attribute("deletion_protection.enabled") == "true":
			return notPermitted("Load balancer '%s' cannot be deleted because deletion protection is enabled", b.ARN)
		default:
			elbv2.EndLoadBalancer(tx, b, a.now())
		}
		return nil
	})
}
