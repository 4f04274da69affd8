package composition

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

func tags(v *View) []types.Tag {
	return tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

// balancerName has AWS's form. Source: services.md I.2.
func balancerName(v *View) string { return "ecs-express-gateway-alb-" + v.eight() }

func makeBalancer(v *View) call {
	n := v.Service.Network
	in := &sdk.CreateLoadBalancerInput{
		Name: aws.String(balancerName(v)), Type: types.LoadBalancerTypeEnumApplication, Scheme: types.LoadBalancerSchemeEnumInternal,
		Subnets: n.Subnets, SecurityGroups: []string{v.id(express.BalancerGroup)}, Tags: tags(v),
	}
	if n.Public {
		in.Scheme = types.LoadBalancerSchemeEnumInternetFacing
	}
	return ask(elb("CreateLoadBalancer"), in, func(out *sdk.CreateLoadBalancerOutput) (string, bool) { return balancer(out.LoadBalancers) })
}

func lookBalancer(v *View, r *express.Resource) call {
	in := &sdk.DescribeLoadBalancersInput{Names: []string{balancerName(v)}}
	if r.ID != "" {
		in = &sdk.DescribeLoadBalancersInput{LoadBalancerArns: []string{r.ID}}
	}
	return ask(elb("DescribeLoadBalancers"), in, func(out *sdk.DescribeLoadBalancersOutput) (string, bool) { return balancer(out.LoadBalancers) })
}

func balancer(list []types.LoadBalancer) (id string, ready bool) {
	for _, b := range list {
		ready = b.State != nil && (b.State.Code == types.LoadBalancerStateEnumActive || b.State.Code == types.LoadBalancerStateEnumActiveImpaired)
		return aws.ToString(b.LoadBalancerArn), ready
	}
	return "", false
}

func removeBalancer(_ *View, r *express.Resource) call {
	return tell(elb("DeleteLoadBalancer"), &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &r.ID}, r.ID)
}

// makeListener has a host that is no service's be not found.
func makeListener(v *View) call {
	in := &sdk.CreateListenerInput{
		LoadBalancerArn: aws.String(v.id(express.LoadBalancer)), Port: aws.Int32(httpsPort), Protocol: types.ProtocolEnumHttps,
		Certificates: []types.Certificate{{CertificateArn: aws.String(v.id(express.SetCertificate))}}, Tags: tags(v),
		DefaultActions: []types.Action{{
			Type:                types.ActionTypeEnumFixedResponse,
			FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("404"), ContentType: aws.String("text/plain")},
		}},
	}
	return ask(elb("CreateListener"), in, func(out *sdk.CreateListenerOutput) (string, bool) { return listener(out.Listeners) })
}

// lookListener finds the one of the load balancer's port.
func lookListener(v *View, r *express.Resource) call {
	in := &sdk.DescribeListenersInput{LoadBalancerArn: aws.String(v.id(express.LoadBalancer))}
	if r.ID != "" {
		in = &sdk.DescribeListenersInput{ListenerArns: []string{r.ID}}
	}
	return ask(elb("DescribeListeners"), in, func(out *sdk.DescribeListenersOutput) (string, bool) { return listener(out.Listeners) })
}

func listener(list []types.Listener) (id string, ready bool) {
	for _, l := range list {
		if aws.ToInt32(l.Port) == httpsPort {
			return aws.ToString(l.ListenerArn), true
		}
	}
	return "", false
}

func removeListener(_ *View, r *express.Resource) call {
	return tell(elb("DeleteListener"), &sdk.DeleteListenerInput{ListenerArn: &r.ID}, r.ID)
}

// addCertificate has the listener answer with the service's own certificate. It is known by both.
func addCertificate(v *View) call {
	listener, certificate := v.id(express.Listener), v.id(express.Certificate)
	in := &sdk.AddListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: &certificate}}}
	return tell(elb("AddListenerCertificates"), in, listener+"|"+certificate)
}

func takeCertificate(_ *View, r *express.Resource) call {
	listener, certificate, _ := strings.Cut(r.ID, "|")
	in := &sdk.RemoveListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: &certificate}}}
	return tell(elb("RemoveListenerCertificates"), in, r.ID)
}

// targetGroupName has AWS's beginning. Source: services.md I.2.
func targetGroupName(v *View, k express.Kind) string {
	half := len(v.Service.Token) / 2
	if k == express.AlternateTargetGroup {
		return "ecs-gateway-tg-" + v.Service.Token[half:]
	}
	return "ecs-gateway-tg-" + v.Service.Token[:half]
}

func makeTargetGroup(k express.Kind) func(v *View) call {
	return func(v *View) call {
		in := &sdk.CreateTargetGroupInput{
			Name: aws.String(targetGroupName(v, k)), Protocol: types.ProtocolEnumHttp, Port: aws.Int32(80), TargetType: types.TargetTypeEnumIp,
			VpcId: &v.Service.Network.VPC, HealthCheckPath: &v.Service.Asked.HealthCheckPath, Tags: tags(v),
		}
		return ask(elb("CreateTargetGroup"), in, func(out *sdk.CreateTargetGroupOutput) (string, bool) { return targetGroup(out.TargetGroups) })
	}
}

func targetGroup(list []types.TargetGroup) (id string, ready bool) {
	for _, g := range list {
		return aws.ToString(g.TargetGroupArn), true
	}
	return "", false
}

// changeTargetGroup has another path of the health check.
func changeTargetGroup(v *View, r *express.Resource) call {
	in := &sdk.ModifyTargetGroupInput{TargetGroupArn: &r.ID, HealthCheckPath: &v.Service.Asked.HealthCheckPath}
	return tell(elb("ModifyTargetGroup"), in, r.ID)
}

func lookTargetGroup(v *View, r *express.Resource) call {
	in := &sdk.DescribeTargetGroupsInput{Names: []string{targetGroupName(v, r.Kind)}}
	if r.ID != "" {
		in = &sdk.DescribeTargetGroupsInput{TargetGroupArns: []string{r.ID}}
	}
	return ask(elb("DescribeTargetGroups"), in, func(out *sdk.DescribeTargetGroupsOutput) (string, bool) { return targetGroup(out.TargetGroups) })
}

func removeTargetGroup(_ *View, r *express.Resource) call {
	return tell(elb("DeleteTargetGroup"), &sdk.DeleteTargetGroupInput{TargetGroupArn: &r.ID}, r.ID)
}

// makeRule leads the host of the service to the first of its target groups; a deployment shifts the weights.
func makeRule(v *View) call {
	groups := []types.TargetGroupTuple{
		{TargetGroupArn: aws.String(v.id(express.TargetGroup)), Weight: aws.Int32(100)},
		{TargetGroupArn: aws.String(v.id(express.AlternateTargetGroup)), Weight: aws.Int32(0)},
	}
	in := &sdk.CreateRuleInput{
		ListenerArn: aws.String(v.id(express.Listener)), Priority: aws.Int32(int32(v.Service.Slot)), Tags: tags(v),
		Conditions: []types.RuleCondition{{Field: aws.String("host-header"), HostHeaderConfig: &types.HostHeaderConditionConfig{Values: []string{Host(v.Service)}}}},
		Actions:    []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}},
	}
	return ask(elb("CreateRule"), in, func(out *sdk.CreateRuleOutput) (string, bool) { return rule(out.Rules, Host(v.Service)) })
}

// lookRule finds the one of the service's host.
func lookRule(v *View, r *express.Resource) call {
	in := &sdk.DescribeRulesInput{ListenerArn: aws.String(v.id(express.Listener))}
	if r.ID != "" {
		in = &sdk.DescribeRulesInput{RuleArns: []string{r.ID}}
	}
	host := Host(v.Service)
	return ask(elb("DescribeRules"), in, func(out *sdk.DescribeRulesOutput) (string, bool) { return rule(out.Rules, host) })
}

func rule(list []types.Rule, host string) (id string, ready bool) {
	for _, r := range list {
		for _, c := range r.Conditions {
			if c.HostHeaderConfig != nil && slices.Contains(c.HostHeaderConfig.Values, host) {
				return aws.ToString(r.RuleArn), true
			}
		}
	}
	return "", false
}

func removeRule(_ *View, r *express.Resource) call {
	return tell(elb("DeleteRule"), &sdk.DeleteRuleInput{RuleArn: &r.ID}, r.ID)
}
