package bench_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// listenersEach is how many listeners a load balancer has: not more than AWS lets it have.
const listenersEach = 50

// front leads to a service: a listener's default rule and its two target groups, of which the first has all traffic.
type front struct {
	*world
	elb            *elb.Client
	balancer       elbtypes.LoadBalancer
	listener, rule string
	test           string // the rule of test traffic, if any
	groups         [2]string
}

// fronts makes so many, with as few load balancers as there can be.
func (w *world) fronts(n int) (all []*front) {
	w.Helper()
	client := elb.NewFromConfig(w.Config())
	var balancer elbtypes.LoadBalancer
	for i := range n {
		if i%listenersEach == 0 {
			balancer = w.balancer(client, fmt.Sprint("shop-", i))
		}
		f := &front{world: w, elb: client, balancer: balancer}
		f.createGroups(fmt.Sprint("web-", i))
		f.listen(int32(8000 + i))
		all = append(all, f)
	}
	return all
}

func (w *world) balancer(client *elb.Client, name string) elbtypes.LoadBalancer {
	w.Helper()
	made, err := client.CreateLoadBalancer(w.Context(), &elb.CreateLoadBalancerInput{Name: &name, Subnets: w.Subnets()})
	w.must(err)
	return made.LoadBalancers[0]
}

func (f *front) createGroups(name string) {
	f.Helper()
	for i, colour := range []string{"blue", "green"} {
		made, err := f.elb.CreateTargetGroup(f.Context(), &elb.CreateTargetGroupInput{
			Name: aws.String(name + "-" + colour), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(port),
			TargetType: elbtypes.TargetTypeEnumIp, VpcId: f.balancer.VpcId,
		})
		f.must(err)
		f.groups[i] = *made.TargetGroups[0].TargetGroupArn
		_, err = f.elb.ModifyTargetGroupAttributes(f.Context(), &elb.ModifyTargetGroupAttributesInput{
			TargetGroupArn: &f.groups[i],
			Attributes:     []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("0")}},
		})
		f.must(err)
	}
}

func (f *front) listen(port int32) {
	f.Helper()
	made, err := f.elb.CreateListener(f.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: f.balancer.LoadBalancerArn, Protocol: elbtypes.ProtocolEnumHttp, Port: &port, DefaultActions: f.forward(100, 0),
	})
	f.must(err)
	f.listener = *made.Listeners[0].ListenerArn
	rules, err := f.elb.DescribeRules(f.Context(), &elb.DescribeRulesInput{ListenerArn: &f.listener})
	f.must(err)
	f.rule = *rules.Rules[0].RuleArn
}

// forward is the default action that leads to both groups by weights.
func (f *front) forward(weights ...int32) []elbtypes.Action {
	var tuples []elbtypes.TargetGroupTuple
	for i := range f.groups {
		tuples = append(tuples, elbtypes.TargetGroupTuple{TargetGroupArn: &f.groups[i], Weight: &weights[i]})
	}
	return []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: tuples}}}
}

// weights are the weights of both groups as DescribeRules shows them.
func (f *front) weights() (weights [2]int32) {
	f.Helper()
	found, err := f.elb.DescribeRules(f.Context(), &elb.DescribeRulesInput{RuleArns: []string{f.rule}})
	f.must(err)
	for _, t := range found.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		for i, group := range f.groups {
			if *t.TargetGroupArn == group {
				weights[i] = *t.Weight
			}
		}
	}
	return weights
}

// behind has a service shift traffic by the front, or only be its targets.
func (f *front) behind(in *ecs.CreateServiceInput) {
	in.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: &f.groups[0], ContainerName: aws.String("app"), ContainerPort: aws.Int32(port)}}
	if in.DeploymentConfiguration != nil {
		in.LoadBalancers[0].AdvancedConfiguration = &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &f.groups[1], ProductionListenerRule: &f.rule, RoleArn: aws.String("arn:aws:iam::000000000000:role/ecs"),
		}
		if f.test != "" {
			in.LoadBalancers[0].AdvancedConfiguration.TestListenerRule = &f.test
		}
	}
}
