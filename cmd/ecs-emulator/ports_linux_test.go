package main

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func TestPortsHasLoadBalancers(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	p.balance(types.TargetTypeEnumIp)
	found, local := p.balancer(1)
	task := p.runServer(8080)

	url := endpoint.FindStringSubmatch(p.ready)[1]
	all, err := command("ports", "--endpoint", url).CombinedOutput()
	p.must(err)
	want := regexp.MustCompile(`\A127\.0\.0\.1:\d+ +8080/tcp +app +family:web +default/[0-9a-f]{32}\n` +
		regexp.QuoteMeta(local) + ` +80/http +- +load-balancer:web +` + regexp.QuoteMeta(found.DNSName) + `\n\z`)
	if !want.Match(all) {
		t.Errorf("ports prints\n%swant %s", all, want)
	}
	one, err := command("ports", "--endpoint", url, *task.TaskArn).CombinedOutput()
	p.must(err)
	if regexp.MustCompile(`load-balancer`).Match(one) {
		t.Errorf("ports of a task has\n%s", one)
	}
}

func TestPortsFitATerminal(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	p.runServer(8080)
	s := p.onTerminal(70, 24, nil, "ports")
	<-s.exited
	s.fits(s.output(), 70, 24)
	if want := regexp.MustCompile(`^127\.0\.0\.1:\d+ +8080/tcp +app +family:web +default/[0-9a-f]{8}\r\n$`); !want.MatchString(s.output()) {
		t.Errorf("it shows %q", s.output())
	}
}
