package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

func (p *process) elb() *elb.Client {
	o := p.client.Options()
	return elb.New(elb.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// balance makes an application load balancer before some tasks, and returns its target group.
func (p *process) balance(tasks ...ecstypes.Task) (group string) {
	p.Helper()
	o, client := p.client.Options(), p.elb()
	found, err := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		DescribeSubnets(p.Context(), &ec2.DescribeSubnetsInput{})
	p.must(err)
	made, err := client.CreateLoadBalancer(p.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId},
	})
	p.must(err)
	groups, err := client.CreateTargetGroup(p.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("web"), TargetType: types.TargetTypeEnumIp, Protocol: types.ProtocolEnumHttp, Port: aws.Int32(8080),
		VpcId: made.LoadBalancers[0].VpcId, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4),
	})
	p.must(err)
	group = *groups.TargetGroups[0].TargetGroupArn
	_, err = client.CreateListener(p.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp,
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: &group}},
	})
	p.must(err)
	for _, t := range tasks {
		_, err := client.RegisterTargets(p.Context(), &elb.RegisterTargetsInput{
			TargetGroupArn: &group, Targets: []types.TargetDescription{{Id: t.Containers[0].NetworkInterfaces[0].PrivateIpv4Address}},
		})
		p.must(err)
	}
	p.untilTargets(group, types.TargetHealthStateEnumHealthy, len(tasks))
	return group
}

// untilTargets waits until so many targets of a group are in a state.
func (p *process) untilTargets(group string, state types.TargetHealthStateEnum, count int) {
	p.Helper()
	p.eventually(fmt.Sprintf("%d targets are %s", count, state), func() bool {
		out, err := p.elb().DescribeTargetHealth(p.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &group})
		p.must(err)
		found := 0
		for _, t := range out.TargetHealthDescriptions {
			if t.TargetHealth.State == state {
				found++
			}
		}
		return found == count
	})
}

// balancer is the only load balancer that is ready, and where it is reached.
func (p *process) balancer() (found control.LoadBalancer, local string) {
	p.Helper()
	p.eventually("the load balancer is ready", func() bool {
		answer, err := http.Get(*p.client.Options().BaseEndpoint + "/_emulator/loadbalancers")
		p.must(err)
		defer answer.Body.Close()
		var body control.LoadBalancers
		p.must(json.NewDecoder(answer.Body).Decode(&body))
		if len(body.LoadBalancers) != 1 || len(body.LoadBalancers[0].Listeners) != 1 || len(body.LoadBalancers[0].Listeners[0].LocalAddresses) != 1 {
			return false
		}
		found = body.LoadBalancers[0]
		return true
	})
	return found, found.Listeners[0].LocalAddresses[0]
}

// clients are those that ask again and again.
type clients struct {
	asked, failed atomic.Int64
	mu            sync.Mutex
	first         string // failure
	stop          func()
}

// keepAsking has clients with and without connections that stay ask for a page.
func keepAsking(t *testing.T, url string) *clients {
	ctx, cancel := context.WithCancel(context.Background())
	l := &clients{}
	var asking sync.WaitGroup
	l.stop = func() { cancel(); asking.Wait() }
	t.Cleanup(l.stop)
	for i := range 4 {
		client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: i == 0}}
		asking.Go(func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
				case <-ctx.Done():
					return
				}
				l.once(client, url)
			}
		})
	}
	return l
}

func (l *clients) once(client *http.Client, url string) {
	l.asked.Add(1)
	answer, err := client.Get(url)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %s", answer.Status)
		}
	}
	if err != nil {
		l.failed.Add(1)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.first == "" {
			l.first = err.Error()
		}
	}
}

// since waits for some more requests.
func (p *process) since(l *clients, more int64) {
	p.Helper()
	until := l.asked.Load() + more
	p.eventually("requests go on", func() bool { return l.asked.Load() >= until })
}

// Requests to the load balancer's own address do not pass through the emulator.
func TestDockerRequestsGoOnWhileTheEmulatorIsKilled(t *testing.T) {
	dockertest.Require(t)
	dir := t.TempDir()
	first := startServe(t, "--engine", "docker", "--data-dir", dir)
	one, two := first.run(dockertest.Image(t), "serve", "8080", "one"), first.run(dockertest.Image(t), "serve", "8080", "two")
	group := first.balance(one, two)
	before, local := first.balancer()
	load := keepAsking(t, "http://"+before.Address+"/")
	first.since(load, 100)
	page(t, "http://"+local+"/")
	first.kill()
	first.since(load, 100)

	second := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	after, local := second.balancer()
	if after.Address != before.Address {
		t.Errorf("it is at %s, and was at %s", after.Address, before.Address)
	}
	page(t, "http://"+local+"/")
	second.since(load, 100)
	_, err := second.elb().DeregisterTargets(t.Context(), &elb.DeregisterTargetsInput{
		TargetGroupArn: &group, Targets: []types.TargetDescription{{Id: one.Containers[0].NetworkInterfaces[0].PrivateIpv4Address}},
	})
	second.must(err)
	second.untilTargets(group, types.TargetHealthStateEnumDraining, 1)
	second.since(load, 100)
	load.stop()
	if failed := load.failed.Load(); failed > 0 {
		t.Errorf("%d of %d requests failed, the first one with %s\n%s", failed, load.asked.Load(), load.first, second.log())
	}
}

// page expects a page of one of the tasks.
func page(t *testing.T, url string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", url, answer.Status)
	}
}
