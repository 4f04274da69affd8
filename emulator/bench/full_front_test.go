package bench_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// hostsEach is how many routes share a load balancer of a gateway.
const hostsEach = 25

// fullFront is of the last host of a user's load balancer that has as much as a gateway's has: for each of its hosts a certificate, two
// target groups, a rule, and one before it for test traffic.
func (w *world) fullFront() (f *front) {
	w.Helper()
	client := elb.NewFromConfig(w.Config())
	balancer := w.balancer(client, "full")
	made, err := client.CreateListener(w.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: balancer.LoadBalancerArn, Protocol: elbtypes.ProtocolEnumHttps, Port: aws.Int32(443),
		Certificates: []elbtypes.Certificate{w.certificate("*.shop.example")},
		DefaultActions: []elbtypes.Action{{
			Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{StatusCode: aws.String("404")},
		}},
	})
	w.must(err)
	for i := range hostsEach {
		f = &front{world: w, elb: client, balancer: balancer, listener: *made.Listeners[0].ListenerArn}
		f.createGroups(fmt.Sprint("full-", i))
		_, err := client.AddListenerCertificates(w.Context(), &elb.AddListenerCertificatesInput{
			ListenerArn: &f.listener, Certificates: []elbtypes.Certificate{w.certificate(hostOf(i))},
		})
		w.must(err)
		host := elbtypes.RuleCondition{Field: aws.String("host-header"), HostHeaderConfig: &elbtypes.HostHeaderConditionConfig{Values: []string{hostOf(i)}}}
		f.test = f.createRule(int32(2*i+1), host, elbtypes.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &elbtypes.HttpHeaderConditionConfig{
			HttpHeaderName: aws.String("X-Test"), Values: []string{"1"},
		}})
		f.rule = f.createRule(int32(2*i+2), host)
	}
	return f
}

func hostOf(i int) string { return fmt.Sprint("web-", i, ".shop.example") }

func (w *world) certificate(host string) elbtypes.Certificate {
	w.Helper()
	made, err := acm.NewFromConfig(w.Config()).RequestCertificate(w.Context(), &acm.RequestCertificateInput{DomainName: &host})
	w.must(err)
	return elbtypes.Certificate{CertificateArn: made.CertificateArn}
}

func (f *front) createRule(priority int32, conditions ...elbtypes.RuleCondition) string {
	f.Helper()
	made, err := f.elb.CreateRule(f.Context(), &elb.CreateRuleInput{
		ListenerArn: &f.listener, Priority: &priority, Conditions: conditions, Actions: f.forward(100, 0),
	})
	f.must(err)
	return *made.Rules[0].RuleArn
}
