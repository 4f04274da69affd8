package elasticloadbalancingv2_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestQuotasOfAnAccount(t *testing.T) {
	s := newScene(t)
	for i := range 50 {
		s.alb(fmt.Sprint("web", i))
	}
	in := &sdk.CreateLoadBalancerInput{Name: aws.String("one-more"), Subnets: s.subnets()[:2]}
	refused(s, s.CreateLoadBalancer, in, "TooManyLoadBalancers", "The maximum number of load balancers of type 'application' has been reached: 50")
	s.nlb("of-another-type")
	s.alb("web7") // which is there

	s.update(func(tx *store.Tx) {
		for i := range 3000 {
			name := fmt.Sprint("group", i)
			elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: scope, Name: name, ARN: elbv2.NewTargetGroupARN(scope, name)})
		}
	})
	refused(s, s.CreateTargetGroup, s.httpGroup("web"), "TooManyTargetGroups", "The maximum number of target groups has been reached: 3000")
}

func TestQuotasOfALoadBalancer(t *testing.T) {
	s := newScene(t)
	on := s.alb("web")
	listener := s.listener(on, 1, answer("200"))
	for i := range int32(49) {
		s.listener(on, i+2, answer("200"))
	}
	refused(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &on, Port: aws.Int32(443), Protocol: types.ProtocolEnumHttp, DefaultActions: []types.Action{answer("200")},
	}, "TooManyListeners", "The maximum number of listeners has been reached on load balancer '"+on+"': 50")

	for i := range int32(100) {
		s.rule(listener, i+1, fmt.Sprint("/", i), forward(s.group(fmt.Sprint("group", i))))
	}
	last := s.group("one-more")
	refused(s, s.CreateRule, &sdk.CreateRuleInput{
		ListenerArn: &listener, Priority: aws.Int32(500), Conditions: []types.RuleCondition{condition("path-pattern", "/")}, Actions: []types.Action{answer("200")},
	}, "TooManyRules", "The maximum number of rules has been reached on load balancer '"+on+"': 100")
	refused(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: &listener, DefaultActions: []types.Action{forward(last)}},
		"TooManyUniqueTargetGroupsPerLoadBalancer", "You have reached the maximum number of unique target groups that you can associate with a load balancer of type 'application': [100]")
}

func TestQuotaOfCertificates(t *testing.T) {
	s := newScene(t)
	on := s.alb("web")
	made := ok(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &on, Port: aws.Int32(443), Protocol: types.ProtocolEnumHttps, DefaultActions: []types.Action{answer("200")},
		Certificates: []types.Certificate{{CertificateArn: aws.String(certificate + "default")}},
	})
	listener := made.Listeners[0].ListenerArn
	add := func(i int) *sdk.AddListenerCertificatesInput {
		return &sdk.AddListenerCertificatesInput{ListenerArn: listener, Certificates: []types.Certificate{{CertificateArn: aws.String(certificate + fmt.Sprint(i))}}}
	}
	for i := range 25 {
		ok(s, s.AddListenerCertificates, add(i))
	}
	refused(s, s.AddListenerCertificates, add(25), "TooManyCertificates", "The maximum number of certificates has been reached on load balancer '"+on+"': 25")
}

func TestQuotasOfTargets(t *testing.T) {
	s := newScene(t)
	blue, green, on := s.group("blue"), s.group("green"), s.alb("web")
	ports := func(from, n int32) (list []types.TargetDescription) {
		for i := range n {
			list = append(list, types.TargetDescription{Id: aws.String("172.31.0.9"), Port: aws.Int32(from + i)})
		}
		return list
	}
	refuse := func(group string, text string, targets ...types.TargetDescription) {
		t.Helper()
		refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: targets}, "TooManyTargets", text)
	}
	s.register(blue, ports(1, 1000)...)
	refuse(blue, "The maximum number of targets has been reached on target group '"+blue+"': 1000", target("172.31.0.10"))
	s.rule(s.listener(on, 80, forward(blue)), 1, "/", forward(green))
	refuse(green, "The maximum number of targets has been reached on load balancer '"+on+"': 1000", target("172.31.0.10"))
	s.deregister(blue, slices.Clone(ports(1, 1))...)
	s.register(green, target("172.31.0.10"))
}
