package composition

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"

	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// Kinds of each owner.
var (
	ofBalancer = []gateway.Kind{
		gateway.BalancerGroup, gateway.BalancerIngress, gateway.LoadBalancer, gateway.Attributes, gateway.Groups, gateway.BalancerCertificate, gateway.Listener,
	}
	ofRoute = []gateway.Kind{
		gateway.ServiceGroup, gateway.Ingress, gateway.HealthCheckIngress, gateway.Certificate, gateway.ListenerCertificate, gateway.TargetGroup,
		gateway.AlternateTargetGroup, gateway.Rule, gateway.TestRule,
	}
)

func kindsOf(v *View) []gateway.Kind {
	switch {
	case v.Route != nil:
		return ofRoute
	case gateway.IsBalancer(v.Key):
		return ofBalancer
	}
	return nil
}

// book has the recipes of all kinds. What calls ECS itself makes, as the infrastructure role has no permission for them, says the
// managed policy AmazonECSInfrastructureRoleForGatewayHostSharedALB.
var book = managedresource.Book[View]{Recipes: map[gateway.Kind]managedresource.Recipe[View]{
	gateway.BalancerGroup: {
		Make: func(v *View) managedresource.Call {
			return managedresource.MakeSecurityGroup(v.groupName(), "Security group of a load balancer of Amazon ECS gateway "+v.Gateway.Name, v.Gateway.VPC, groupTags(v))
		},
		Look: lookGroup, Remove: removeGroup, Like: lasting,
	},
	gateway.BalancerIngress: {
		Needs: []gateway.Kind{gateway.BalancerGroup}, Drops: gateway.Groups, Unless: func(v *View) bool { return v.Gateway != nil && v.Gateway.Asked.InboundSecurityGroup != "" },
		Make: openBalancer, Like: lasting, Remove: closeBalancer,
	},
	gateway.LoadBalancer: {Needs: []gateway.Kind{gateway.BalancerGroup}, Make: makeBalancer, Like: lasting, Look: lookBalancer, Remove: removeBalancer},
	gateway.Attributes: {
		Needs: []gateway.Kind{gateway.LoadBalancer}, Make: setAttributes, Remove: unprotect,
		Change: func(v *View, _ *managedresource.Resource) managedresource.Call { return setAttributes(v) },
	},
	gateway.Groups: { // a load balancer that leaves a group of users for its own is let into by that first
		Needs: []gateway.Kind{gateway.LoadBalancer, gateway.BalancerIngress}, Make: setGroups,
		Change: func(v *View, _ *managedresource.Resource) managedresource.Call { return setGroups(v) },
	},
	gateway.BalancerCertificate: {Make: requestCertificate, Like: lasting, Look: lookCertificate, Remove: removeCertificate},
	gateway.Listener: {
		Needs: []gateway.Kind{gateway.LoadBalancer, gateway.BalancerCertificate}, Like: lasting,
		Make: func(v *View) managedresource.Call {
			return managedresource.MakeListener(v.ID(gateway.LoadBalancer), v.ID(gateway.BalancerCertificate), tags(v))
		},
		Look: func(v *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.LookListener(v.ID(gateway.LoadBalancer), r)
		},
		Remove: func(_ *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.RemoveListener(r)
		},
	},

	gateway.ServiceGroup: {
		Make: func(v *View) managedresource.Call {
			return managedresource.MakeSecurityGroup(v.groupName(), "Security group of a service of Amazon ECS gateway "+v.Gateway.Name, v.Route.VPC, groupTags(v))
		},
		Look: lookGroup, Remove: removeGroup, Like: lasting,
	},
	gateway.Ingress:            ingress(func(v *View) int32 { return v.Route.ContainerPort }),
	gateway.HealthCheckIngress: ingress(healthCheckPort),
	gateway.Certificate:        {Make: requestCertificate, Like: lasting, Look: lookCertificate, Remove: removeCertificate},
	gateway.ListenerCertificate: {
		Needs: []gateway.Kind{gateway.Listener, gateway.Certificate},
		Make: func(v *View) managedresource.Call {
			return managedresource.AddCertificate(v.ID(gateway.Listener), v.ID(gateway.Certificate))
		},
		Remove: func(_ *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.TakeCertificate(r)
		},
	},
	gateway.TargetGroup:          targetGroup(gateway.TargetGroup),
	gateway.AlternateTargetGroup: targetGroup(gateway.AlternateTargetGroup),
	gateway.Rule: {
		Needs: []gateway.Kind{gateway.Listener, gateway.ListenerCertificate, gateway.TargetGroup, gateway.AlternateTargetGroup},
		Make:  func(v *View) managedresource.Call { return makeRule(v, 2*v.Route.Slot, conditions(v), isRule(v)) }, Like: lasting,
		Look: func(v *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.LookRule(v.ID(gateway.Listener), r, isRule(v))
		},
		Remove: removeRule,
	},
	gateway.TestRule: {
		Needs:  []gateway.Kind{gateway.Listener, gateway.ListenerCertificate, gateway.TargetGroup, gateway.AlternateTargetGroup},
		Unless: func(v *View) bool { return v.Gateway != nil && v.Gateway.Asked.TestHeader == nil },
		Make: func(v *View) managedresource.Call {
			return makeRule(v, 2*v.Route.Slot-1, testConditions(v), isTestRule(v))
		},
		Like: func(v *View) any { return testConditions(v) },
		Change: func(v *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.Tell(managedresource.ELB("ModifyRule"), &sdk.ModifyRuleInput{RuleArn: &r.ID, Conditions: testConditions(v)}, r.ID)
		},
		Look: func(v *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.LookRule(v.ID(gateway.Listener), r, isTestRule(v))
		},
		Remove: removeRule,
	},
}, Kinds: kindsOf, Owner: func(v *View) *managedresource.Owner { return &v.Owner }}

// lasting is of what never changes.
func lasting(*View) any { return nil }

// eight are digits by which the names of an owner's resources end.
func (v *View) digits() string {
	if v.Route != nil {
		return v.Route.Token[:16]
	}
	_, digits := gateway.OfBalancer(v.Key)
	return digits
}

// Names of resources are choices. None begins as Express mode's do.
func (v *View) groupName() string {
	if v.Route != nil {
		return "ecs-service-gateway-route-" + v.digits()
	}
	return v.balancerName()
}

func (v *View) balancerName() string { return "ecs-svc-gateway-" + v.digits() }

// ownTags tell whose a resource is. The infrastructure role may act on nothing without the first one; the second one is a choice. Others are the gateway's own, if it
// propagates them; tags of a later TagResource are not handed on: a choice.
func (v *View) ownTags() (list [][2]string) {
	list = [][2]string{{"AmazonECSManaged", "true"}}
	if v.Gateway == nil {
		return list
	}
	list = append(list, [2]string{"AmazonECSGateway", v.Gateway.Name})
	if v.Gateway.PropagateTags != ecstypes.PropagateGatewayTagsGateway {
		return list
	}
	for _, t := range v.Gateway.Tags {
		if key := aws.ToString(t.Key); key != "AmazonECSManaged" && key != "AmazonECSGateway" {
			list = append(list, [2]string{key, aws.ToString(t.Value)})
		}
	}
	return list
}

func tagged[T any](v *View, as func(key, value *string) T) (list []T) {
	for _, t := range v.ownTags() {
		list = append(list, as(&t[0], &t[1]))
	}
	return list
}

func tags(v *View) []types.Tag {
	return tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func groupTags(v *View) []ec2types.Tag {
	return tagged(v, func(key, value *string) ec2types.Tag { return ec2types.Tag{Key: key, Value: value} })
}

func lookGroup(v *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.LookSecurityGroup(v.groupName(), r)
}

func removeGroup(_ *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.RemoveSecurityGroup(r)
}

// anywhere is what reaches the load balancer: all, or the VPC if it is internal.
func anywhere(v *View) ec2types.IpPermission {
	cidr := "0.0.0.0/0"
	if !v.Gateway.Public() {
		cidr = v.Gateway.CIDR
	}
	return ec2types.IpPermission{IpRanges: []ec2types.IpRange{{CidrIp: &cidr}}}
}

func openBalancer(v *View) managedresource.Call {
	return managedresource.OpenPort(v.ID(gateway.BalancerGroup), anywhere(v), managedresource.HTTPSPort, groupTags(v))
}

// closeBalancer takes the rule away where users give a group of their own. With the load balancer it goes by itself.
func closeBalancer(v *View, r *managedresource.Resource) managedresource.Call {
	if !v.Wanted || v.Gateway == nil {
		return managedresource.Call{}
	}
	return managedresource.ClosePort(r.ID, anywhere(v), managedresource.HTTPSPort)
}

// ingress lets the load balancer reach a port, which a call opens alone: EC2 refuses one with a port that is open. Another port is opened
// beside it, as tasks that go may have the old one; all go with the group.
func ingress(port func(*View) int32) managedresource.Recipe[View] {
	return managedresource.Recipe[View]{
		Needs: []gateway.Kind{gateway.ServiceGroup, gateway.BalancerGroup}, Anew: true, Like: func(v *View) any { return []int32{port(v)} },
		Unless: func(v *View) bool { return port(v) == 0 },
		Make: func(v *View) managedresource.Call {
			from := ec2types.IpPermission{UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: aws.String(v.ID(gateway.BalancerGroup))}}}
			return managedresource.OpenPort(v.ID(gateway.ServiceGroup), from, port(v), groupTags(v))
		},
	}
}

// healthCheckPort is the one of health checks that have a port of their own; 0: they have the container's.
func healthCheckPort(v *View) int32 {
	if h := v.Route.HealthCheck; h != nil && h.HealthCheckPort != nil && *h.HealthCheckPort != v.Route.ContainerPort {
		return *h.HealthCheckPort
	}
	return 0
}

// requestCertificate may be called again: its token says so.
func requestCertificate(v *View) managedresource.Call {
	name, token := "*."+managedresource.Domain(v.Scope), "alb"+v.tokenOfBalancer()
	if v.Route != nil {
		name, token = Host(v.Route), v.Route.Token
	}
	return managedresource.RequestCertificate(name, token, tagged(v, func(key, value *string) acmtypes.Tag { return acmtypes.Tag{Key: key, Value: value} }))
}

// tokenOfBalancer is digits with an underscore: what ACM takes as a token.
func (v *View) tokenOfBalancer() string {
	d := []byte(v.digits())
	for i := range d {
		if d[i] == '-' {
			d[i] = '_'
		}
	}
	return string(d)
}

func lookCertificate(v *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.LookCertificate(r, func() managedresource.Call { return requestCertificate(v) })
}

func removeCertificate(_ *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.RemoveCertificate(r)
}

// makeBalancer has IPv4 alone, as load balancers of the emulator have; the gateway shows what was asked.
func makeBalancer(v *View) managedresource.Call {
	asked := &v.Gateway.Asked
	return managedresource.MakeBalancer(&sdk.CreateLoadBalancerInput{
		Name: aws.String(v.balancerName()), Type: types.LoadBalancerTypeEnumApplication, Scheme: types.LoadBalancerSchemeEnum(asked.Scheme),
		IpAddressType: types.IpAddressTypeIpv4, Subnets: asked.Subnets, SecurityGroups: v.BalancerGroups(), Tags: tags(v),
	})
}

func lookBalancer(v *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.LookBalancer(v.balancerName(), r)
}

func removeBalancer(_ *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.RemoveBalancer(r)
}

// setAttributes hands on what a gateway has of load balancers.
func setAttributes(v *View) managedresource.Call {
	return attributes(v.ID(gateway.LoadBalancer), map[string]string{
		"deletion_protection.enabled": strconv.FormatBool(v.Gateway.DeletionProtection), "routing.http.desync_mitigation_mode": string(v.Gateway.Asked.Desync),
	})
}

// unprotect lets the load balancer be removed.
func unprotect(_ *View, r *managedresource.Resource) managedresource.Call {
	return attributes(r.ID, map[string]string{"deletion_protection.enabled": "false"})
}

func attributes(balancer string, values map[string]string) managedresource.Call {
	in := &sdk.ModifyLoadBalancerAttributesInput{LoadBalancerArn: &balancer}
	for _, key := range []string{"deletion_protection.enabled", "routing.http.desync_mitigation_mode"} {
		if value, has := values[key]; has {
			in.Attributes = append(in.Attributes, types.LoadBalancerAttribute{Key: aws.String(key), Value: &value})
		}
	}
	return managedresource.Tell(managedresource.ELB("ModifyLoadBalancerAttributes"), in, balancer)
}

func setGroups(v *View) managedresource.Call {
	balancer := v.ID(gateway.LoadBalancer)
	return managedresource.Tell(managedresource.ELB("SetSecurityGroups"), &sdk.SetSecurityGroupsInput{LoadBalancerArn: &balancer, SecurityGroups: v.BalancerGroups()}, balancer)
}

// targetGroupName has half of the route's digits.
func targetGroupName(v *View, k gateway.Kind) string {
	half := len(v.Route.Token) / 2
	if k == gateway.AlternateTargetGroup {
		return "ecs-gwroute-tg-" + v.Route.Token[half:]
	}
	return "ecs-gwroute-tg-" + v.Route.Token[:half]
}

func targetGroup(k gateway.Kind) managedresource.Recipe[View] {
	return managedresource.Recipe[View]{
		Make: func(v *View) managedresource.Call {
			in := &sdk.CreateTargetGroupInput{
				Name: aws.String(targetGroupName(v, k)), Protocol: types.ProtocolEnumHttp, Port: aws.Int32(80), TargetType: types.TargetTypeEnumIp,
				VpcId: &v.Route.VPC, Tags: tags(v),
			}
			check(v, in)
			return managedresource.MakeTargetGroup(in)
		},
		Like: func(v *View) any { return v.Route.HealthCheck },
		Change: func(v *View, r *managedresource.Resource) managedresource.Call {
			made := &sdk.CreateTargetGroupInput{}
			check(v, made)
			in := &sdk.ModifyTargetGroupInput{
				TargetGroupArn: &r.ID, HealthCheckPath: made.HealthCheckPath, HealthCheckPort: made.HealthCheckPort, HealthCheckProtocol: made.HealthCheckProtocol,
				HealthCheckIntervalSeconds: made.HealthCheckIntervalSeconds, HealthCheckTimeoutSeconds: made.HealthCheckTimeoutSeconds,
				HealthyThresholdCount: made.HealthyThresholdCount, UnhealthyThresholdCount: made.UnhealthyThresholdCount, Matcher: made.Matcher,
			}
			return managedresource.Tell(managedresource.ELB("ModifyTargetGroup"), in, r.ID)
		},
		ChangesAsECS: true,
		Look: func(v *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.LookTargetGroup(targetGroupName(v, r.Kind), r)
		},
		Remove: func(_ *View, r *managedresource.Resource) managedresource.Call {
			return managedresource.RemoveTargetGroup(r)
		},
	}
}

// check sets the health check of a connector. What that leaves out has the defaults of Elastic Load Balancing.
func check(v *View, in *sdk.CreateTargetGroupInput) {
	h := v.Route.HealthCheck
	if h == nil {
		return
	}
	in.HealthCheckPath, in.HealthCheckProtocol = h.HealthCheckPath, types.ProtocolEnum(h.HealthCheckProtocol)
	in.HealthCheckIntervalSeconds, in.HealthCheckTimeoutSeconds = h.HealthCheckIntervalSeconds, h.HealthCheckTimeoutSeconds
	in.HealthyThresholdCount, in.UnhealthyThresholdCount = h.HealthyThresholdCount, h.UnhealthyThresholdCount
	if h.HealthCheckPort != nil {
		in.HealthCheckPort = aws.String(strconv.Itoa(int(*h.HealthCheckPort)))
	}
	if m := h.Matcher; m != nil {
		in.Matcher = &types.Matcher{HttpCode: m.HttpCode, GrpcCode: m.GrpcCode}
	}
}

// makeRule leads to the first of the target groups; a deployment shifts the weights.
func makeRule(v *View, priority int, on []types.RuleCondition, is func([]types.RuleCondition) bool) managedresource.Call {
	groups := []types.TargetGroupTuple{
		{TargetGroupArn: aws.String(v.ID(gateway.TargetGroup)), Weight: aws.Int32(100)},
		{TargetGroupArn: aws.String(v.ID(gateway.AlternateTargetGroup)), Weight: aws.Int32(0)},
	}
	return managedresource.MakeRule(&sdk.CreateRuleInput{
		ListenerArn: aws.String(v.ID(gateway.Listener)), Priority: aws.Int32(int32(priority)), Tags: tags(v), Conditions: on,
		Actions: []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}},
	}, is)
}

func removeRule(_ *View, r *managedresource.Resource) managedresource.Call {
	return managedresource.RemoveRule(r)
}

func conditions(v *View) []types.RuleCondition {
	return []types.RuleCondition{{Field: aws.String("host-header"), HostHeaderConfig: &types.HostHeaderConditionConfig{Values: []string{Host(v.Route)}}}}
}

// testConditions are of the host and the header, whose rule comes first.
func testConditions(v *View) []types.RuleCondition {
	h := v.Gateway.Asked.TestHeader
	return append(conditions(v), types.RuleCondition{
		Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: h.Name, Values: h.Values},
	})
}

// isRule and isTestRule are of the two rules of a host: with and without a header.
func isRule(v *View) func([]types.RuleCondition) bool { return ofHost(v, false) }

func isTestRule(v *View) func([]types.RuleCondition) bool { return ofHost(v, true) }

func ofHost(v *View, tests bool) func([]types.RuleCondition) bool {
	host := Host(v.Route)
	return func(list []types.RuleCondition) bool {
		ours := slices.ContainsFunc(list, func(c types.RuleCondition) bool {
			return c.HostHeaderConfig != nil && slices.Contains(c.HostHeaderConfig.Values, host)
		})
		return ours && tests == slices.ContainsFunc(list, func(c types.RuleCondition) bool { return c.HttpHeaderConfig != nil })
	}
}
