package elbv2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

func loadBalancer() *handler.Type {
	return &handler.Type{
		Name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
		Refused: []string{
			"EnableCapacityReservationProvisionStabilize", "EnablePrefixForIpv6SourceNat", "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
			"Ipv4IpamPoolId", "MinimumLoadBalancerCapacity",
		},
		Naming: handler.Naming{Property: "Name", Most: 32},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			b, err := describeLoadBalancer(t, &sdk.DescribeLoadBalancersInput{Names: []string{t.Name}})
			if b == nil || err != nil {
				return nil, err
			}
			return found(t, aws.ToString(b.LoadBalancerArn))
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateLoadBalancerInput{Name: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, input.Skipped("LoadBalancerAttributes"), input.Skipped("Tags")); err != nil {
				return err
			}
			var out sdk.CreateLoadBalancerOutput
			if err := t.Call(operation("CreateLoadBalancer"), &in, &out); err != nil {
				return err
			}
			made, err := handler.First(out.LoadBalancers)
			if err == nil {
				t.ID = aws.ToString(made.LoadBalancerArn)
			}
			return err
		},
		Configure: setLoadBalancerAttributes,
		Read:      readLoadBalancer,
		Update:    updateLoadBalancer,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteLoadBalancer"), &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &t.ID}, nil)
		},
		Gone: func(t *handler.Turn) (bool, error) {
			b, err := describeLoadBalancer(t, &sdk.DescribeLoadBalancersInput{LoadBalancerArns: []string{t.ID}})
			return b == nil && err == nil, err
		},
		Tagging: tagging,
	}
}

// describeLoadBalancer returns a load balancer, nil if there is none.
func describeLoadBalancer(t *handler.Turn, in *sdk.DescribeLoadBalancersInput) (*types.LoadBalancer, error) {
	var out sdk.DescribeLoadBalancersOutput
	err := t.Call(operation("DescribeLoadBalancers"), in, &out)
	if handler.IsGone(err) || err == nil && len(out.LoadBalancers) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out.LoadBalancers[0], nil
}

func readLoadBalancer(t *handler.Turn) (bool, error) {
	var out sdk.DescribeLoadBalancersOutput
	if err := t.Call(operation("DescribeLoadBalancers"), &sdk.DescribeLoadBalancersInput{LoadBalancerArns: []string{t.ID}}, &out); err != nil {
		return false, err
	}
	b, err := handler.First(out.LoadBalancers)
	if err != nil {
		return false, err
	}
	t.Set("LoadBalancerArn", b.LoadBalancerArn)
	t.Set("LoadBalancerName", b.LoadBalancerName)
	t.Set("LoadBalancerFullName", fullName(t.ID, "loadbalancer/"))
	t.Set("CanonicalHostedZoneID", b.CanonicalHostedZoneId)
	t.Set("DNSName", b.DNSName)
	t.SetList("SecurityGroups", b.SecurityGroups)
	if b.State == nil {
		return true, nil
	}
	if b.State.Code == types.LoadBalancerStateEnumFailed {
		return false, handler.Failed(handler.NotStabilized, "Load balancer %s is failed: %s", t.ID, aws.ToString(b.State.Reason))
	}
	return b.State.Code == types.LoadBalancerStateEnumActive || b.State.Code == types.LoadBalancerStateEnumActiveImpaired, nil
}

func updateLoadBalancer(t *handler.Turn) error {
	if t.Changed("IpAddressType") && t.Text("IpAddressType") != "" {
		in := sdk.SetIpAddressTypeInput{LoadBalancerArn: &t.ID}
		if err := t.Fill(&in, input.Others()); err != nil {
			return err
		}
		if err := t.Call(operation("SetIpAddressType"), &in, nil); err != nil {
			return err
		}
	}
	if t.Changed("Subnets", "SubnetMappings") {
		in := sdk.SetSubnetsInput{LoadBalancerArn: &t.ID}
		if err := input.Fill(t.Properties, &in, input.Others(), input.Skipped("IpAddressType")); err != nil {
			return err
		}
		if err := t.Call(operation("SetSubnets"), &in, nil); err != nil {
			return err
		}
	}
	if groups := t.Texts("SecurityGroups"); len(groups) > 0 && t.Changed("SecurityGroups") {
		in := sdk.SetSecurityGroupsInput{LoadBalancerArn: &t.ID, SecurityGroups: groups}
		if err := t.Call(operation("SetSecurityGroups"), &in, nil); err != nil {
			return err
		}
	}
	return setLoadBalancerAttributes(t)
}

// setLoadBalancerAttributes sets those that a template has.
func setLoadBalancerAttributes(t *handler.Turn) error {
	in := sdk.ModifyLoadBalancerAttributesInput{LoadBalancerArn: &t.ID}
	if err := input.Fill(t.Properties, &in, input.Renamed("LoadBalancerAttributes", "Attributes"), input.Others()); err != nil {
		return err
	}
	in.Attributes = append(in.Attributes, returning(t, "LoadBalancerAttributes", loadBalancerDefaults(t.Text("Type")), func(key, value *string) types.LoadBalancerAttribute {
		return types.LoadBalancerAttribute{Key: key, Value: value}
	})...)
	if len(in.Attributes) == 0 || !t.Changed("LoadBalancerAttributes") {
		return nil
	}
	return t.Call(operation("ModifyLoadBalancerAttributes"), &in, nil)
}
