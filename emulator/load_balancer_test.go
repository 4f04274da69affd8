package emulator_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// balanced is a world with an application load balancer before a target group of addresses.
type balanced struct {
	*world
	elb          *elb.Client
	loadBalancer elbtypes.LoadBalancer
	group        string
	port         int32
}

// withLoadBalancer makes one whose listener has a port.
func (w *world) withLoadBalancer(port int32) *balanced {
	w.Helper()
	b := &balanced{world: w, elb: elb.NewFromConfig(w.srv.Config()), port: port}
	found, err := ec2.NewFromConfig(w.srv.Config()).DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{})
	w.must(err)
	made, err := b.elb.CreateLoadBalancer(w.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId},
	})
	w.must(err)
	b.loadBalancer = made.LoadBalancers[0]
	group, err := b.elb.CreateTargetGroup(w.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("web"), TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080),
		VpcId: b.loadBalancer.VpcId, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4),
		HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
	})
	w.must(err)
	b.group = *group.TargetGroups[0].TargetGroupArn
	_, err = b.elb.CreateListener(w.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: &port, Protocol: elbtypes.ProtocolEnumHttp,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &b.group}},
	})
	w.must(err)
	b.eventually("the load balancer is active, and its listener ready", func() bool {
		out, err := b.elb.DescribeLoadBalancers(w.Context(), &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{*b.loadBalancer.LoadBalancerArn}})
		w.must(err)
		return out.LoadBalancers[0].State.Code == elbtypes.LoadBalancerStateEnumActive && len(b.local()) > 0
	})
	return b
}

// shown is what /_emulator/loadbalancers says.
func (b *balanced) shown() control.LoadBalancer {
	b.Helper()
	answer, err := http.Get(b.srv.URL() + "/_emulator/loadbalancers")
	b.must(err)
	defer answer.Body.Close()
	var body control.LoadBalancers
	b.must(json.NewDecoder(answer.Body).Decode(&body))
	for _, one := range body.LoadBalancers {
		if one.ARN == *b.loadBalancer.LoadBalancerArn {
			return one
		}
	}
	return control.LoadBalancer{}
}

// local are the addresses of the loopback interface that lead to its listener.
func (b *balanced) local() []string {
	b.Helper()
	for _, l := range b.shown().Listeners {
		return l.LocalAddresses
	}
	return nil
}

func targets(addresses ...string) (list []elbtypes.TargetDescription) {
	for _, a := range addresses {
		list = append(list, elbtypes.TargetDescription{Id: aws.String(a), Port: aws.Int32(8080)})
	}
	return list
}

func (b *balanced) register(addresses ...string) {
	b.Helper()
	_, err := b.elb.RegisterTargets(b.Context(), &elb.RegisterTargetsInput{TargetGroupArn: &b.group, Targets: targets(addresses...)})
	b.must(err)
}

func (b *balanced) deregister(addresses ...string) {
	b.Helper()
	_, err := b.elb.DeregisterTargets(b.Context(), &elb.DeregisterTargetsInput{TargetGroupArn: &b.group, Targets: targets(addresses...)})
	b.must(err)
}

// health is the state of each target.
func (b *balanced) health() map[string]elbtypes.TargetHealthStateEnum {
	b.Helper()
	out, err := b.elb.DescribeTargetHealth(b.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &b.group})
	b.must(err)
	states := map[string]elbtypes.TargetHealthStateEnum{}
	for _, t := range out.TargetHealthDescriptions {
		states[*t.Target.Id] = t.TargetHealth.State
	}
	return states
}

func (b *balanced) untilHealth(want map[string]elbtypes.TargetHealthStateEnum, tick func()) {
	b.Helper()
	var last map[string]elbtypes.TargetHealthStateEnum
	defer func() {
		if b.Failed() {
			b.Logf("at last the health was %v", last)
		}
	}()
	b.eventually("the health is as expected", func() bool {
		tick()
		last = b.health()
		return maps.Equal(last, want)
	})
}

// answersOf are the different answers to some requests, in order.
func (b *balanced) answersOf(client *http.Client, url string) (bodies []string) {
	b.Helper()
	for range 6 {
		answer, err := client.Get(url)
		b.must(err)
		body, err := io.ReadAll(answer.Body)
		b.must(err)
		answer.Body.Close()
		if text := strconv.Itoa(answer.StatusCode) + " " + string(body); !slices.Contains(bodies, text) {
			bodies = append(bodies, text)
		}
	}
	slices.Sort(bodies)
	return bodies
}

func (b *balanced) expectAnswers(what, want string) {
	b.Helper()
	if got := strings.Join(b.answersOf(http.DefaultClient, "http://"+b.local()[0]+"/"), ", "); got != want {
		b.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestALoadBalancerAnswersForItsTargets(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(port))
	tick := func() { b.must(b.srv.Clock().Advance(5 * time.Second)) }
	if at := b.local()[0]; at != "127.0.0.1:"+strconv.Itoa(port) {
		t.Errorf("the port %d leads there as %s", port, at)
	}
	var address [2]string
	var task [2]string
	for i, text := range []string{"first", "second"} {
		task[i] = b.runTask(b.world.register(text, "app", "serve", "8080", text))
		address[i] = addressOf(b.untilRunning(task[i]))
	}
	b.expectAnswers("without targets", "503 "+unavailablePage)
	b.register(address[0], address[1])
	b.untilHealth(map[string]elbtypes.TargetHealthStateEnum{address[0]: "healthy", address[1]: "healthy"}, tick)
	b.expectAnswers("with both", "200 first, 200 second")

	proxy, err := url.Parse(b.srv.URL())
	b.must(err)
	proxied := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	byName := b.answersOf(proxied, "http://"+*b.loadBalancer.DNSName+":"+strconv.Itoa(port)+"/")
	if !slices.Equal(byName, []string{"200 first", "200 second"}) {
		t.Errorf("by its name it answers %q", byName)
	}

	b.deregister(address[0])
	b.eventually("only the other one gets requests", func() bool {
		return slices.Equal(b.answersOf(http.DefaultClient, "http://"+b.local()[0]+"/"), []string{"200 second"})
	})
	if got := b.health()[address[0]]; got != elbtypes.TargetHealthStateEnumDraining {
		t.Errorf("what was deregistered is %s", got)
	}
	b.must(b.srv.Clock().Advance(301 * time.Second))
	b.untilHealth(map[string]elbtypes.TargetHealthStateEnum{address[1]: "healthy"}, func() {})

	engine := b.srv.Engine().(*sim.Engine)
	b.must(engine.Crash(t.Context(), b.engineID(task[1])))
	b.untilHealth(map[string]elbtypes.TargetHealthStateEnum{address[1]: "unhealthy"}, tick)
	_, err = b.elb.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: b.loadBalancer.LoadBalancerArn})
	b.must(err)
	b.eventually("its port is closed", func() bool { return answer("http://127.0.0.1:"+strconv.Itoa(port)) == "" && len(b.local()) == 0 })
}

const unavailablePage = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
	"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n"
