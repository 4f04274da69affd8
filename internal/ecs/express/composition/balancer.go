package composition

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

func tags(v *View) []types.Tag {
	return tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

// balancerName has AWS's form. Source: services.md I.2.
func balancerName(v *View) string { return "ecs-express-gateway-alb-" + v.eight() }

func makeBalancer(v *View) managedresource.Call {
	n := v.Service.Network
	in := &sdk.CreateLoadBalancerInput{
		Name: aws.String(balancerName(v)), Type: types.LoadBalancerTypeEnumApplication, Scheme: types.LoadBalancerSchemeEnumInternal,
		Subnets: n.Subnets, SecurityGroups: []string{v.ID(express.BalancerGroup)}, Tags: tags(v),
	}
	if n.Public {
		in.Scheme = types.LoadBalancerSchemeEnumInternetFacing
	}
	return managedresource.MakeBalancer(in)
}

func lookBalancer(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookBalancer(balancerName(v), r)
}

func removeBalancer(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveBalancer(r)
}

func makeListener(v *View) managedresource.Call {
	return managedresource.MakeListener(v.ID(express.LoadBalancer), v.ID(express.SetCertificate), tags(v))
}

func lookListener(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookListener(v.ID(express.LoadBalancer), r)
}

func removeListener(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveListener(r)
}

func addCertificate(v *View) managedresource.Call {
	return managedresource.AddCertificate(v.ID(express.Listener), v.ID(express.Certificate))
}

func takeCertificate(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.TakeCertificate(r)
}

// targetGroupName has AWS's beginning. Source: services.md I.2.
func targetGroupName(v *View, k express.Kind) string {
	half := len(v.Service.Token) / 2
	if k == express.AlternateTargetGroup {
		return "ecs-gateway-tg-" + v.Service.Token[half:]
	}
	return "ecs-gateway-tg-" + v.Service.Token[:half]
}

func makeTargetGroup(k express.Kind) func(v *View) managedresource.Call {
	return func(v *View) managedresource.Call {
		in := &sdk.CreateTargetGroupInput{
			Name: aws.String(targetGroupName(v, k)), Protocol: types.ProtocolEnumHttp, Port: aws.Int32(80), TargetType: types.TargetTypeEnumIp,
			VpcId: &v.Service.Network.VPC, HealthCheckPath: &v.Service.Asked.HealthCheckPath, Tags: tags(v),
		}
		return managedresource.MakeTargetGroup(in)
	}
}

// changeTargetGroup has another path of the health check.
func changeTargetGroup(v *View, r *express.Resource) managedresource.Call {
	in := &sdk.ModifyTargetGroupInput{TargetGroupArn: &r.ID, HealthCheckPath: &v.Service.Asked.HealthCheckPath}
	return managedresource.Tell(managedresource.ELB("ModifyTargetGroup"), in, r.ID)
}

func lookTargetGroup(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookTargetGroup(targetGroupName(v, r.Kind), r)
}

func removeTargetGroup(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveTargetGroup(r)
}

// makeRule leads the host of the service to the first of its target groups; a deployment shifts the weights.
func makeRule(v *View) managedresource.Call {
	groups := []types.TargetGroupTuple{
		{TargetGroupArn: aws.String(v.ID(express.TargetGroup)), Weight: aws.Int32(100)},
		{TargetGroupArn: aws.String(v.ID(express.AlternateTargetGroup)), Weight: aws.Int32(0)},
	}
	in := &sdk.CreateRuleInput{
		ListenerArn: aws.String(v.ID(express.Listener)), Priority: aws.Int32(int32(v.Service.Slot)), Tags: tags(v),
		Conditions: []types.RuleCondition{{Field: aws.String("host-header"), HostHeaderConfig: &types.HostHeaderConditionConfig{Values: []string{Host(v.Service)}}}},
		Actions:    []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}},
	}
	return managedresource.MakeRule(in, ofHost(v))
}

func lookRule(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookRule(v.ID(express.Listener), r, ofHost(v))
}

// ofHost is of the one rule of a service's host.
func ofHost(v *View) func([]types.RuleCondition) bool {
	host := Host(v.Service)
	return func(conditions []types.RuleCondition) bool {
		return slices.ContainsFunc(conditions, func(c types.RuleCondition) bool {
			return c.HostHeaderConfig != nil && slices.Contains(c.HostHeaderConfig.Values, host)
		})
	}
}

func removeRule(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveRule(r)
}
