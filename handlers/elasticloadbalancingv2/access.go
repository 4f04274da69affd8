package elasticloadbalancingv2

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// access is what the operations ask. Source: Service Authorization Reference, Elastic Load Balancing V2.
func access() awsapi.Rows {
	const (
		loadBalancer  = "loadbalancer/{LoadBalancerArn}"
		listener      = "listener/{ListenerArn}"
		rule          = "listener-rule/{RuleArn}"
		targetGroup   = "targetgroup/{TargetGroupArn}"
		protocol      = "elasticloadbalancing:ListenerProtocol"
		policy        = "elasticloadbalancing:SecurityPolicy"
		securityGroup = "elasticloadbalancing:SecurityGroup"
		subnet        = "elasticloadbalancing:Subnet"
	)
	rows := awsapi.Rows{
		"CreateTargetGroup":           awsapi.On("targetgroup/{Name}/*").Tags("Tags").Also(addTags),
		"DeleteTargetGroup":           awsapi.On(targetGroup),
		"DeregisterTargets":           awsapi.On(targetGroup),
		"ModifyTargetGroup":           awsapi.On(targetGroup),
		"ModifyTargetGroupAttributes": awsapi.On(targetGroup),
		"RegisterTargets":             awsapi.On(targetGroup),

		// The scheme is there without the member, too, as it decides who may reach the load balancer: a choice (AC64).
		"CreateLoadBalancer": awsapi.On("loadbalancer/{Type|application}/{Name}/*").Tags("Tags").Also(addTags).
			Key("elasticloadbalancing:Scheme", "{Scheme|internet-facing}").Keys(securityGroup, "{SecurityGroups}").
			Keys(subnet, "{Subnets}").Keys(subnet, "{SubnetMappings.SubnetId}").
			Shows("iam:CreateServiceLinkedRole on the role that is linked to Elastic Load Balancing, if it is not there").Each(shortTypes),
		"DeleteLoadBalancer":           awsapi.On(loadBalancer),
		"ModifyLoadBalancerAttributes": awsapi.On(loadBalancer),
		"SetIpAddressType":             awsapi.On(loadBalancer),
		"SetSecurityGroups":            awsapi.On(loadBalancer).Keys(securityGroup, "{SecurityGroups}"),
		"SetSubnets":                   awsapi.On(loadBalancer).Keys(subnet, "{Subnets}").Keys(subnet, "{SubnetMappings.SubnetId}"),

		"AddListenerCertificates": awsapi.On(listener),
		"CreateListener": awsapi.On(loadBalancer).Tags("Tags").Also(addTags+" on listener/{LoadBalancerArn}/*").
			Keys(protocol, "{Protocol}").Keys(policy, "{SslPolicy}").Each(tagsBelow(":loadbalancer/", ":listener/")),
		"DeleteListener":             awsapi.On(listener),
		"ModifyListener":             awsapi.On(listener).Keys(protocol, "{Protocol}").Keys(policy, "{SslPolicy}"),
		"ModifyListenerAttributes":   awsapi.On(listener),
		"RemoveListenerCertificates": awsapi.On(listener),

		"CreateRule": awsapi.On(listener).Tags("Tags").Also(addTags + " on listener-rule/{ListenerArn}/*").
			Each(tagsBelow(":listener/", ":listener-rule/")),
		"DeleteRule":        awsapi.On(rule),
		"ModifyRule":        awsapi.On(rule),
		"SetRulePriorities": awsapi.On("listener-rule/{RulePriorities.RuleArn}"),

		"AddTags":    awsapi.On("{ResourceArns}").Tags("Tags"),
		"RemoveTags": awsapi.On("{ResourceArns}").Tags("TagKeys"),
	}
	for _, name := range []string{
		"DescribeAccountLimits", "DescribeCapacityReservation", "DescribeListenerAttributes", "DescribeListenerCertificates", "DescribeListeners",
		"DescribeLoadBalancerAttributes", "DescribeLoadBalancers", "DescribeRules", "DescribeSSLPolicies", "DescribeTags",
		"DescribeTargetGroupAttributes", "DescribeTargetGroups", "DescribeTargetHealth",
	} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

const addTags = "elasticloadbalancing:AddTags"

// shortType is how ARNs name the types of load balancers.
var shortType = strings.NewReplacer(
	":loadbalancer/application/", ":loadbalancer/app/", ":loadbalancer/network/", ":loadbalancer/net/", ":loadbalancer/gateway/", ":loadbalancer/gwy/",
)

func shortTypes(_ awsapi.Call, w *awsapi.Access) { w.Resource = shortType.Replace(w.Resource) }

// tagsBelow has tags asked for on what is made below a resource: its ARN is known up to the last part.
func tagsBelow(of, made string) func(awsapi.Call, *awsapi.Access) {
	return func(_ awsapi.Call, w *awsapi.Access) {
		if w.Action == addTags {
			w.Resource = strings.Replace(w.Resource, of, made, 1) + "/*"
		}
	}
}

// tagsByARN are the tags of a resource.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	tx := a.store.Read()
	if b := elbv2.FindLoadBalancer(tx, resourceARN); b != nil {
		return tags(b.Tags)
	}
	if g := elbv2.FindTargetGroup(tx, resourceARN); g != nil {
		return tags(g.Tags)
	}
	if l := elbv2.FindListener(tx, resourceARN); l != nil {
		return tags(l.Tags)
	}
	if r := elbv2.FindRule(tx, resourceARN); r != nil {
		return tags(r.Tags)
	}
	return nil
}
