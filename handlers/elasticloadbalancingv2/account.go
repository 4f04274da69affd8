package elasticloadbalancingv2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// limits are AWS's quotas: see quota.go for those that hold. Source: Application and
// Network Load Balancers guides, quotas; ELBv2 API reference, Limit.
var limits = []types.Limit{
	limit("application-load-balancers", "50"),
	limit("certificates-per-application-load-balancer", "25"),
	limit("certificates-per-network-load-balancer", "25"),
	limit("condition-values-per-alb-rule", "5"),
	limit("condition-wildcards-per-alb-rule", "5"),
	limit("listeners-per-application-load-balancer", "50"),
	limit("listeners-per-network-load-balancer", "50"),
	limit("network-load-balancers", "50"),
	limit("rules-per-application-load-balancer", "100"),
	limit("target-groups", "3000"),
	limit("target-groups-per-action-on-application-load-balancer", "5"),
	limit("target-groups-per-action-on-network-load-balancer", "1"),
	limit("target-groups-per-application-load-balancer", "100"),
	limit("targets-per-application-load-balancer", "1000"),
	limit("targets-per-availability-zone-per-network-load-balancer", "500"),
	limit("targets-per-network-load-balancer", "3000"),
}

func limit(name, most string) types.Limit { return types.Limit{Name: &name, Max: &most} }

// DescribeAccountLimits answers quotas.
func (a *API) DescribeAccountLimits(_ context.Context, in *sdk.DescribeAccountLimitsInput) (*sdk.DescribeAccountLimitsOutput, error) {
	part, next, err := pageOf(limits, func(l types.Limit) string { return *l.Name }, in.Marker, in.PageSize)
	return &sdk.DescribeAccountLimitsOutput{Limits: part, NextMarker: next}, err
}

// DescribeCapacityReservation answers that there is none.
func (a *API) DescribeCapacityReservation(ctx context.Context, in *sdk.DescribeCapacityReservationInput) (*sdk.DescribeCapacityReservationOutput, error) {
	_, err := loadBalancer(a.store.Read(), awsapi.CallScope(ctx), *in.LoadBalancerArn)
	return &sdk.DescribeCapacityReservationOutput{CapacityReservationState: []types.ZonalCapacityReservationState{}}, err
}

// DescribeSSLPolicies answers policies of HTTPS and TLS listeners, by name.
func (a *API) DescribeSSLPolicies(_ context.Context, in *sdk.DescribeSSLPoliciesInput) (*sdk.DescribeSSLPoliciesOutput, error) {
	found := elbv2.SSLPolicies
	if in.Names != nil {
		found = nil
		for _, name := range in.Names {
			p := elbv2.FindSSLPolicy(name)
			if p == nil {
				return nil, noPolicy(name)
			}
			found = append(found, *p)
		}
	}
	if t := string(in.LoadBalancerType); t != "" && !slices.Contains(elbv2.SSLPolicyTypes, t) {
		found = nil
	}
	part, next, err := pageOf(found, func(p elbv2.SSLPolicy) string { return p.Name }, in.Marker, in.PageSize)
	out := &sdk.DescribeSSLPoliciesOutput{NextMarker: next}
	for _, p := range part {
		d := types.SslPolicy{Name: &p.Name, SslProtocols: p.Protocols, SupportedLoadBalancerTypes: elbv2.SSLPolicyTypes}
		for i, name := range p.Ciphers {
			d.Ciphers = append(d.Ciphers, types.Cipher{Name: &name, Priority: aws.Int32(int32(i + 1))})
		}
		out.SslPolicies = append(out.SslPolicies, d)
	}
	return out, err
}

// noPolicy refuses a policy that there is not. Those for national security are AWS's, but which
// ciphers they have no source says.
func noPolicy(name string) error {
	if strings.Contains(name, "-RFC9151-") || strings.Contains(name, "-CNSA2-") {
		return notBuilt("the security policy " + name)
	}
	return &types.SSLPolicyNotFoundException{Message: awsapi.Textf("SSL policy '%s' not found", name)}
}
