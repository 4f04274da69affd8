package elasticloadbalancingv2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateTargetGroup makes a target group. One with the same name and settings is answered
// again, also with other tags.
func (a *API) CreateTargetGroup(ctx context.Context, in *sdk.CreateTargetGroupInput) (*sdk.CreateTargetGroupOutput, error) {
	if err := checkTargetGroup(in); err != nil {
		return nil, err
	}
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	var made *elbv2.TargetGroup
	err = a.store.Update(func(tx *store.Tx) error {
		// AWS looks for the VPC before it looks at the health check (ELB0004).
		if ec2network.FindVPC(tx, awsapi.CallScope(ctx), *in.VpcId) == nil {
			return invalid("The VPC ID '%s' is not found", *in.VpcId)
		}
		if made, err = newTargetGroup(awsapi.CallScope(ctx), in); err != nil {
			return err
		}
		made.Tags = tags
		if found := elbv2.TargetGroupByName(tx, made.Scope, made.Name); found != nil {
			if !sameSettings(found, made) {
				return &types.DuplicateTargetGroupNameException{
					Message: awsapi.Textf("A target group with the same name '%s' exists, but with different settings", made.Name),
				}
			}
			made = found
			return nil
		}
		elbv2.PutTargetGroup(tx, made)
		return fewGroups(tx, made.Scope)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{describeTargetGroup(made)}}, nil
}

// checkTargetGroup refuses what can be refused without a look at the store.
func checkTargetGroup(in *sdk.CreateTargetGroupInput) error {
	if err := checkGroupName(*in.Name); err != nil {
		return err
	}
	switch {
	case in.TargetType == types.TargetTypeEnumLambda || in.TargetType == types.TargetTypeEnumAlb:
		return notBuilt("the target type " + string(in.TargetType))
	case !slices.Contains(slices.Concat(albProtocols, nlbProtocols), in.Protocol) && in.Protocol != "":
		return notBuilt("the protocol " + string(in.Protocol))
	case in.IpAddressType == types.TargetGroupIpAddressTypeEnumIpv6:
		return notBuilt("the IP address type ipv6")
	case in.TargetControlPort != nil:
		return notBuilt("TargetControlPort")
	}
	return checkRequired(in)
}

// checkRequired demands what targets of the types ip and instance need (ELB0004).
func checkRequired(in *sdk.CreateTargetGroupInput) error {
	version, versions := aws.ToString(in.ProtocolVersion), []string{"HTTP2", "HTTP1", "GRPC"}
	switch {
	case in.Protocol == "":
		return invalid("A protocol must be specified")
	case in.Port == nil:
		return invalid("A port must be specified")
	case in.VpcId == nil:
		return invalid("A VPC ID must be specified")
	case version != "" && !web(in.Protocol): // Terraform sends an empty one
		return invalid("You cannot specify the protocol version for a target group with the '%s' protocol", in.Protocol)
	case version != "" && !slices.Contains(versions, version):
		return invalid("Target group protocol version '%s' must be one of '[%s]'", version, strings.Join(versions, ", "))
	}
	return nil
}

func newTargetGroup(s arn.Scope, in *sdk.CreateTargetGroupInput) (*elbv2.TargetGroup, error) {
	g := &elbv2.TargetGroup{
		Scope: s, ARN: elbv2.NewTargetGroupARN(s, *in.Name), Name: *in.Name, Type: in.TargetType, Protocol: in.Protocol,
		Port: *in.Port, VPC: *in.VpcId, ProtocolVersion: aws.ToString(in.ProtocolVersion),
	}
	if g.Type == "" {
		g.Type = types.TargetTypeEnumInstance
	}
	if g.ALB() && g.ProtocolVersion == "" {
		g.ProtocolVersion = "HTTP1"
	}
	return g, healthOfCreate(in).apply(g)
}

// sameSettings reports whether two groups differ in nothing but ids, attributes and tags
// (ELB0001).
func sameSettings(a, b *elbv2.TargetGroup) bool {
	return a.Type == b.Type && a.Protocol == b.Protocol && a.ProtocolVersion == b.ProtocolVersion && a.Port == b.Port && a.VPC == b.VPC &&
		a.HealthCheck == b.HealthCheck
}

// describeTargetGroup is what all answers about it have in common.
func describeTargetGroup(g *elbv2.TargetGroup) types.TargetGroup {
	h := &g.HealthCheck
	d := types.TargetGroup{
		TargetGroupArn: &g.ARN, TargetGroupName: &g.Name, Protocol: g.Protocol, Port: &g.Port, VpcId: &g.VPC,
		HealthCheckProtocol: h.Protocol, HealthCheckPort: &h.Port, HealthCheckEnabled: aws.Bool(true), HealthCheckIntervalSeconds: &h.Interval,
		HealthCheckTimeoutSeconds: &h.Timeout, HealthyThresholdCount: &h.Healthy, UnhealthyThresholdCount: &h.Unhealthy,
		HealthCheckPath: awsapi.Optional(h.Path), TargetType: g.Type, ProtocolVersion: awsapi.Optional(g.ProtocolVersion),
		IpAddressType: types.TargetGroupIpAddressTypeEnumIpv4,
	}
	if h.HTTPCode != "" || h.GRPCCode != "" {
		d.Matcher = &types.Matcher{HttpCode: awsapi.Optional(h.HTTPCode), GrpcCode: awsapi.Optional(h.GRPCCode)}
	}
	return d
}

// describeBoundGroup says which load balancer a group is on, too.
func describeBoundGroup(tx *store.Tx, g *elbv2.TargetGroup) types.TargetGroup {
	d := describeTargetGroup(g)
	d.LoadBalancerArns = append([]string{}, elbv2.InUse(tx, g.ARN)...)
	return d
}

// DescribeTargetGroups answers groups by name, by ARN or by load balancer.
func (a *API) DescribeTargetGroups(ctx context.Context, in *sdk.DescribeTargetGroupsInput) (*sdk.DescribeTargetGroupsOutput, error) {
	tx, scope := a.store.Read(), awsapi.CallScope(ctx)
	groups, err := targetGroups(tx, scope, in)
	if err != nil {
		return nil, err
	}
	part, next, err := pageOf(groups, func(g *elbv2.TargetGroup) string { return g.ARN }, in.Marker, in.PageSize)
	out := &sdk.DescribeTargetGroupsOutput{NextMarker: next}
	for _, g := range part {
		out.TargetGroups = append(out.TargetGroups, describeBoundGroup(tx, g))
	}
	return out, err
}

func targetGroups(tx *store.Tx, s arn.Scope, in *sdk.DescribeTargetGroupsInput) (found []*elbv2.TargetGroup, err error) {
	missing := &types.TargetGroupNotFoundException{Message: aws.String("One or more target groups not found")}
	add := func(g *elbv2.TargetGroup) bool {
		if g != nil && g.Scope == s && !slices.Contains(found, g) {
			found = append(found, g)
		}
		return g != nil && g.Scope == s
	}
	given := 0
	for _, is := range []bool{in.LoadBalancerArn != nil, in.TargetGroupArns != nil, in.Names != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1: // Source: field reports
		return nil, invalid("Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time")
	case in.LoadBalancerArn != nil:
		b, err := loadBalancer(tx, s, *in.LoadBalancerArn)
		if err != nil {
			return nil, err
		}
		for _, id := range elbv2.LoadBalancerGroups(tx, b.ARN) {
			add(elbv2.FindTargetGroup(tx, id))
		}
		if found == nil { // Source: field reports
			return nil, missing
		}
	case in.TargetGroupArns != nil || in.Names != nil:
		for _, id := range in.TargetGroupArns {
			if err := wellFormed(id, "targetgroup", "target group"); err != nil {
				return nil, err
			}
			if !add(elbv2.FindTargetGroup(tx, id)) {
				return nil, missing
			}
		}
		for _, name := range in.Names {
			if !add(elbv2.TargetGroupByName(tx, s, name)) {
				return nil, missing
			}
		}
	default:
		found = elbv2.TargetGroups(tx, s)
	}
	return found, nil
}

// ModifyTargetGroup changes how targets are checked.
func (a *API) ModifyTargetGroup(ctx context.Context, in *sdk.ModifyTargetGroupInput) (*sdk.ModifyTargetGroupOutput, error) {
	settings := healthOfModify(in)
	changed, err := change(a, ctx, in.TargetGroupArn, targetGroup, elbv2.PutTargetGroup, func(_ *store.Tx, g *elbv2.TargetGroup) error {
		return settings.apply(g)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyTargetGroupOutput{TargetGroups: []types.TargetGroup{describeBoundGroup(a.store.Read(), &changed)}}, nil
}

// DeleteTargetGroup removes a group that no listener and no rule forwards to, with its
// targets. One that is gone is no error (ELB0001).
func (a *API) DeleteTargetGroup(ctx context.Context, in *sdk.DeleteTargetGroupInput) (*sdk.DeleteTargetGroupOutput, error) {
	if err := wellFormed(*in.TargetGroupArn, "targetgroup", "target group"); err != nil {
		return nil, err
	}
	return &sdk.DeleteTargetGroupOutput{}, a.store.Update(func(tx *store.Tx) error {
		g := elbv2.FindTargetGroup(tx, *in.TargetGroupArn)
		if g == nil || g.Scope != awsapi.CallScope(ctx) {
			return nil
		}
		if len(elbv2.GroupUsers(tx, g.ARN)) > 0 {
			return &types.ResourceInUseException{Message: awsapi.Textf("Target group '%s' is currently in use by a listener or a rule", g.ARN)}
		}
		elbv2.DeleteTargetGroup(tx, g)
		return nil
	})
}
