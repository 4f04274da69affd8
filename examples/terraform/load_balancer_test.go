package terraform

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// TestLoadBalancers makes load balancers with all that belongs to them and a service behind
// one, changes them, and removes them.
func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	asRoot(t, runLoadBalancers)
}

func runLoadBalancers(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/load_balancer"))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	shopAnswers(t, srv)
	if second := p.change("apply", "-var=release=2"); second.Change == 0 || second.Add+second.Remove > 0 {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	shopAnswers(t, srv)
	n := p.forgetSome("", forgotten)
	if done := p.change("apply", "-var=release=2"); done.Import != n || done.Add+done.Remove > 0 {
		t.Errorf("an import of %d resources made %+v", n, done)
	}
	p.imported()
	p.settled("-var=release=2")
	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	client := elb.NewFromConfig(srv.Config())
	balancers, err := client.DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{})
	if err != nil || len(balancers.LoadBalancers) > 0 {
		t.Errorf("load balancers are left: %+v, %v", balancers, err)
	}
	groups, err := client.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{})
	if err != nil || len(groups.TargetGroups) > 0 {
		t.Errorf("target groups are left: %+v, %v", groups, err)
	}
}

// forgotten are resources of each type that can be imported, with the attributes by which they
// are. Listeners and rules that forward to a single group are none of them: answers say so in two
// ways (ELB0003), of which the provider removes one.
var forgotten = map[string]string{
	"aws_lb.web": "arn", "aws_lb.network": "arn", "aws_lb.inside": "arn",
	"aws_lb_listener.http": "arn", "aws_lb_listener.https": "arn", "aws_lb_listener.inside": "arn",
	"aws_lb_listener_rule.answer":     "arn",
	`aws_lb_target_group.web["blue"]`: "arn", "aws_lb_target_group.grpc": "arn", `aws_lb_target_group.network["TCP_UDP"]`: "arn", "aws_lb_target_group.inside": "arn",
	"aws_lb_listener_certificate.other":       "id",
	`aws_acm_certificate.web["shop.example"]`: "arn",
}

// shopAnswers asks the service behind the load balancer web.
func shopAnswers(t *testing.T, srv account) {
	t.Helper()
	found, err := elb.NewFromConfig(srv.Config()).DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{Names: []string{"web"}})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(endpoint)}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+*found.LoadBalancers[0].DNSName+"/shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || strings.TrimSpace(string(text)) != "hello" {
		t.Errorf("the service behind the load balancer answers %s: %q, %v", response.Status, text, err)
	}
}
