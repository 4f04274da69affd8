package emulator_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// saying makes an application load balancer that answers everything with its name.
func (w *world) saying(name string, port int, protocol elbtypes.ProtocolEnum, certificates ...elbtypes.Certificate) *balanced {
	w.Helper()
	b := &balanced{world: w, elb: elb.NewFromConfig(w.srv.Config()), port: int32(port)}
	found, err := ec2.NewFromConfig(w.srv.Config()).DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{})
	w.must(err)
	made, err := b.elb.CreateLoadBalancer(w.Context(), &elb.CreateLoadBalancerInput{
		Name: &name, Subnets: []string{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId},
	})
	w.must(err)
	b.loadBalancer = made.LoadBalancers[0]
	_, err = b.elb.CreateListener(w.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: &b.port, Protocol: protocol, Certificates: certificates,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{
			StatusCode: aws.String("200"), ContentType: aws.String("text/plain"), MessageBody: &name,
		}}},
	})
	w.must(err)
	b.eventually("the listener of "+name+" is ready", func() bool { return len(b.local()) > 0 })
	return b
}

// toHost is the answer to a request with a Host header.
func (w *world) toHost(client *http.Client, url, host string) string {
	w.Helper()
	request, err := http.NewRequestWithContext(w.Context(), http.MethodGet, url, nil)
	w.must(err)
	request.Host = host
	answer, err := client.Do(request)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	return string(body)
}

func TestLoadBalancersShareAPortByTheHostHeader(t *testing.T) {
	w := start(t, emulator.Options{Engine: "sim"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	first := w.saying("first", port, elbtypes.ProtocolEnumHttp)
	if by := first.shown().Listeners[0].SharedBy; by != "" {
		t.Errorf("the only one shares its port by %s", by)
	}
	second := w.saying("second", port, elbtypes.ProtocolEnumHttp)
	_, err = second.elb.CreateRule(t.Context(), &elb.CreateRuleInput{
		ListenerArn: &second.shown().Listeners[0].ARN, Priority: aws.Int32(1),
		Conditions: []elbtypes.RuleCondition{{Field: aws.String("host-header"), HostHeaderConfig: &elbtypes.HostHeaderConditionConfig{Values: []string{"*.shop.example"}}}},
		Actions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{
			StatusCode: aws.String("200"), ContentType: aws.String("text/plain"), MessageBody: aws.String("shop"),
		}}},
	})
	w.must(err)
	at := "127.0.0.1:" + strconv.Itoa(port)
	for _, b := range []*balanced{first, second} {
		if l := b.shown().Listeners[0]; l.LocalAddresses[0] != at || l.SharedBy != "Host header" {
			t.Errorf("%s is at %v by %q, want %s by the Host header", *b.loadBalancer.LoadBalancerName, l.LocalAddresses, l.SharedBy, at)
		}
	}
	client := &http.Client{} // which keeps its connection for all hosts
	b := first
	b.eventually("the rule of the second is known", func() bool { return w.toHost(client, "http://"+at, "a.shop.example") == "shop" })
	for host, want := range map[string]string{
		*first.loadBalancer.DNSName: "first", *second.loadBalancer.DNSName: "second", *second.loadBalancer.DNSName + ":80": "second",
		"127.0.0.1": "first", "elsewhere.example": "first",
	} {
		if got := w.toHost(client, "http://"+at, host); got != want {
			t.Errorf("%s is answered by %q, want %q", host, got, want)
		}
	}
	_, err = first.elb.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: first.loadBalancer.LoadBalancerArn})
	w.must(err)
	b.eventually("the second has the port for itself", func() bool { return w.toHost(client, "http://"+at, "elsewhere.example") == "second" })
}

func TestLoadBalancersShareAPortBySNI(t *testing.T) {
	w := start(t, emulator.Options{Engine: "sim"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	at, certificates := "127.0.0.1:"+strconv.Itoa(port), acm.NewFromConfig(w.srv.Config())
	shown := map[string][]byte{}
	for i, name := range []string{"first", "second"} {
		certificate, key := w.ownCertificate(name+".example", int64(i+1))
		imported, err := certificates.ImportCertificate(t.Context(), &acm.ImportCertificateInput{Certificate: certificate, PrivateKey: key})
		w.must(err)
		b := w.saying(name, port, elbtypes.ProtocolEnumHttps, elbtypes.Certificate{CertificateArn: imported.CertificateArn})
		if local := b.local()[0]; local != at {
			t.Errorf("%s is at %s, want %s", name, local, at)
		}
		shown[name+".example"], shown[*b.loadBalancer.DNSName] = certificate, certificate
	}
	for name, want := range shown {
		if got := shownAt(at, name); !bytes.Equal(got, want) {
			t.Errorf("%s shows another certificate:\n%s", name, got)
		}
	}
}
