package emulator_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// saying makes an application load balancer that answers everything with its name.
func (w *world) saying(name string, port int) *balanced {
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
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: &b.port, Protocol: elbtypes.ProtocolEnumHttp,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{
			StatusCode: aws.String("200"), ContentType: aws.String("text/plain"), MessageBody: &name,
		}}},
	})
	w.must(err)
	b.eventually("the listener of "+name+" is ready", func() bool { return len(b.local()) > 0 })
	return b
}

// Several may have a listener of the same port: the first that is ready has its number here.
func TestLoadBalancersHavePortsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	at := "127.0.0.1:" + strconv.Itoa(port)
	first, second := w.saying("first", port), w.saying("second", port)
	elsewhere := second.local()
	if got := first.local(); !slices.Equal(got, []string{at}) || len(elsewhere) != 1 || elsewhere[0] == at {
		t.Fatalf("they are at %q and %q, want %q and another port", got, elsewhere, at)
	}
	for local, want := range map[string]string{at: "first", elsewhere[0]: "second"} {
		if got := answer("http://" + local); got != want {
			t.Errorf("%s is answered by %q, want %q", local, got, want)
		}
	}
	proxy, err := url.Parse(w.srv.URL())
	w.must(err)
	proxied := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	for _, b := range []*balanced{first, second} {
		name := *b.loadBalancer.LoadBalancerName
		if got := b.answersOf(proxied, "http://"+*b.loadBalancer.DNSName+":"+strconv.Itoa(port)+"/"); !slices.Equal(got, []string{"200 " + name}) {
			t.Errorf("by its DNS name %s answers %q", name, got)
		}
	}
	_, err = first.elb.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: first.loadBalancer.LoadBalancerArn})
	w.must(err)
	first.eventually("the port of the first is closed", func() bool { return answer("http://"+at) == "" })
	if third := w.saying("third", port).local(); !slices.Equal(third, []string{at}) || !slices.Equal(second.local(), elsewhere) {
		t.Errorf("the next is at %q, want %q; the second is at %q, and was at %q", third, at, second.local(), elsewhere)
	}
}
