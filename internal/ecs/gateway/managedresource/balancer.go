package managedresource

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// HTTPSPort is where endpoints answer. Source: services.md I.2.
const HTTPSPort = 443

// ELB is an operation of Elastic Load Balancing.
func ELB(name string) apiclient.Operation { return apiclient.Of("elasticloadbalancing", name) }

func MakeBalancer(in *sdk.CreateLoadBalancerInput) Call {
	return Ask(ELB("CreateLoadBalancer"), in, func(out *sdk.CreateLoadBalancerOutput) (string, bool) { return balancer(out.LoadBalancers) })
}

// LookBalancer finds a load balancer by its ARN or by its name.
func LookBalancer(name string, r *Resource) Call {
	in := &sdk.DescribeLoadBalancersInput{Names: []string{name}}
	if r.ID != "" {
		in = &sdk.DescribeLoadBalancersInput{LoadBalancerArns: []string{r.ID}}
	}
	return Ask(ELB("DescribeLoadBalancers"), in, func(out *sdk.DescribeLoadBalancersOutput) (string, bool) { return balancer(out.LoadBalancers) })
}

func balancer(list []types.LoadBalancer) (id string, ready bool) {
	for _, b := range list {
		ready = b.State != nil && (b.State.Code == types.LoadBalancerStateEnumActive || b.State.Code == types.LoadBalancerStateEnumActiveImpaired)
		return aws.ToString(b.LoadBalancerArn), ready
	}
	return "", false
}

func RemoveBalancer(r *Resource) Call {
	return Tell(ELB("DeleteLoadBalancer"), &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &r.ID}, r.ID)
}

// MakeListener has a host that is no service's be not found.
func MakeListener(balancerARN, certificate string, tags []types.Tag) Call {
	in := &sdk.CreateListenerInput{
		LoadBalancerArn: &balancerARN, Port: aws.Int32(HTTPSPort), Protocol: types.ProtocolEnumHttps,
		Certificates: []types.Certificate{{CertificateArn: &certificate}}, Tags: tags,
		DefaultActions: []types.Action{{
			Type:                types.ActionTypeEnumFixedResponse,
			FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("404"), ContentType: aws.String("text/plain")},
		}},
	}
	return Ask(ELB("CreateListener"), in, func(out *sdk.CreateListenerOutput) (string, bool) { return listener(out.Listeners) })
}

// LookListener finds the one of the load balancer's port.
func LookListener(balancerARN string, r *Resource) Call {
	in := &sdk.DescribeListenersInput{LoadBalancerArn: &balancerARN}
	if r.ID != "" {
		in = &sdk.DescribeListenersInput{ListenerArns: []string{r.ID}}
	}
	return Ask(ELB("DescribeListeners"), in, func(out *sdk.DescribeListenersOutput) (string, bool) { return listener(out.Listeners) })
}

func listener(list []types.Listener) (id string, ready bool) {
	for _, l := range list {
		if aws.ToInt32(l.Port) == HTTPSPort {
			return aws.ToString(l.ListenerArn), true
		}
	}
	return "", false
}

func RemoveListener(r *Resource) Call {
	return Tell(ELB("DeleteListener"), &sdk.DeleteListenerInput{ListenerArn: &r.ID}, r.ID)
}

// AddCertificate has a listener answer with a further certificate. It is known by both.
func AddCertificate(listener, certificate string) Call {
	in := &sdk.AddListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: &certificate}}}
	return Tell(ELB("AddListenerCertificates"), in, listener+"|"+certificate)
}

func TakeCertificate(r *Resource) Call {
	listener, certificate, _ := strings.Cut(r.ID, "|")
	in := &sdk.RemoveListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: &certificate}}}
	return Tell(ELB("RemoveListenerCertificates"), in, r.ID)
}

func MakeTargetGroup(in *sdk.CreateTargetGroupInput) Call {
	return Ask(ELB("CreateTargetGroup"), in, func(out *sdk.CreateTargetGroupOutput) (string, bool) { return targetGroup(out.TargetGroups) })
}

// LookTargetGroup finds a target group by its ARN or by its name.
func LookTargetGroup(name string, r *Resource) Call {
	in := &sdk.DescribeTargetGroupsInput{Names: []string{name}}
	if r.ID != "" {
		in = &sdk.DescribeTargetGroupsInput{TargetGroupArns: []string{r.ID}}
	}
	return Ask(ELB("DescribeTargetGroups"), in, func(out *sdk.DescribeTargetGroupsOutput) (string, bool) { return targetGroup(out.TargetGroups) })
}

func targetGroup(list []types.TargetGroup) (id string, ready bool) {
	for _, g := range list {
		return aws.ToString(g.TargetGroupArn), true
	}
	return "", false
}

func RemoveTargetGroup(r *Resource) Call {
	return Tell(ELB("DeleteTargetGroup"), &sdk.DeleteTargetGroupInput{TargetGroupArn: &r.ID}, r.ID)
}

// MakeRule makes a rule that LookRule finds by what is of it alone.
func MakeRule(in *sdk.CreateRuleInput, is func([]types.RuleCondition) bool) Call {
	return Ask(ELB("CreateRule"), in, func(out *sdk.CreateRuleOutput) (string, bool) { return rule(out.Rules, is) })
}

func LookRule(listener string, r *Resource, is func([]types.RuleCondition) bool) Call {
	in := &sdk.DescribeRulesInput{ListenerArn: &listener}
	if r.ID != "" {
		in = &sdk.DescribeRulesInput{RuleArns: []string{r.ID}}
	}
	return Ask(ELB("DescribeRules"), in, func(out *sdk.DescribeRulesOutput) (string, bool) { return rule(out.Rules, is) })
}

func rule(list []types.Rule, is func([]types.RuleCondition) bool) (id string, ready bool) {
	for _, r := range list {
		if is(r.Conditions) {
			return aws.ToString(r.RuleArn), true
		}
	}
	return "", false
}

func RemoveRule(r *Resource) Call {
	return Tell(ELB("DeleteRule"), &sdk.DeleteRuleInput{RuleArn: &r.ID}, r.ID)
}
