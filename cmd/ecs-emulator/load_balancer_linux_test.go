package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func (p *process) elb() *elb.Client {
	o := p.client.Options()
	return elb.New(elb.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// balance makes an application load balancer with a listener for each of some target groups,
// from port 80 on, that have targets of those types. Who is deregistered drains for five
// seconds.
func (p *process) balance(of ...types.TargetTypeEnum) (groups []string) {
	p.Helper()
	o, client := p.client.Options(), p.elb()
	found, err := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		DescribeSubnets(p.Context(), &ec2.DescribeSubnetsInput{})
	p.must(err)
	made, err := client.CreateLoadBalancer(p.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId},
	})
	p.must(err)
	for i, kind := range of {
		out, err := client.CreateTargetGroup(p.Context(), &elb.CreateTargetGroupInput{
			Name: aws.String(string(kind)), TargetType: kind, Protocol: types.ProtocolEnumHttp, Port: aws.Int32(8080),
			VpcId: made.LoadBalancers[0].VpcId, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4),
		})
		p.must(err)
		group := out.TargetGroups[0].TargetGroupArn
		_, err = client.ModifyTargetGroupAttributes(p.Context(), &elb.ModifyTargetGroupAttributesInput{
			TargetGroupArn: group, Attributes: []types.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("5")}},
		})
		p.must(err)
		_, err = client.CreateListener(p.Context(), &elb.CreateListenerInput{
			LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(80 + int32(i)), Protocol: types.ProtocolEnumHttp,
			DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: group}},
		})
		p.must(err)
		groups = append(groups, *group)
	}
	return groups
}

// register has a target group send requests to tasks.
func (p *process) register(group string, tasks ...ecstypes.Task) {
	p.Helper()
	for _, t := range tasks {
		_, err := p.elb().RegisterTargets(p.Context(), &elb.RegisterTargetsInput{
			TargetGroupArn: &group, Targets: []types.TargetDescription{{Id: t.Containers[0].NetworkInterfaces[0].PrivateIpv4Address}},
		})
		p.must(err)
	}
	p.untilTargets(group, types.TargetHealthStateEnumHealthy, len(tasks))
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

// balancer is the only load balancer when all its listeners are ready, and where the first of
// them is reached on this host.
func (p *process) balancer(listeners int) (found control.LoadBalancer, local string) {
	p.Helper()
	p.eventually("the load balancer is ready", func() bool {
		answer, err := http.Get(*p.client.Options().BaseEndpoint + "/_emulator/loadbalancers")
		p.must(err)
		defer answer.Body.Close()
		var body control.LoadBalancers
		p.must(json.NewDecoder(answer.Body).Decode(&body))
		if len(body.LoadBalancers) != 1 || len(body.LoadBalancers[0].Listeners) != listeners || len(body.LoadBalancers[0].Listeners[0].LocalAddresses) != 1 {
			return false
		}
		found = body.LoadBalancers[0]
		return true
	})
	return found, found.Listeners[0].LocalAddresses[0]
}

// Requests to the load balancer's own address do not pass through the emulator.
func TestDockerRequestsGoOnWhileTheEmulatorIsKilledUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	first := startServe(t, "--engine", "docker", "--data-dir", dir)
	one, two := first.run(dockertest.Image(t), "serve", "8080", "one"), first.run(dockertest.Image(t), "serve", "8080", "two")
	group := first.balance(types.TargetTypeEnumIp)[0]
	first.register(group, one, two)
	before, local := first.balancer(1)
	load := keepAsking(t, "http://"+before.Address+"/")
	first.since(load, 500)
	page(t, "http://"+local+"/")
	first.kill()
	first.since(load, 500)

	second := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	after, local := second.balancer(1)
	if after.Address != before.Address {
		t.Errorf("it is at %s, and was at %s", after.Address, before.Address)
	}
	page(t, "http://"+local+"/")
	second.since(load, 500)
	_, err := second.elb().DeregisterTargets(t.Context(), &elb.DeregisterTargetsInput{
		TargetGroupArn: &group, Targets: []types.TargetDescription{{Id: one.Containers[0].NetworkInterfaces[0].PrivateIpv4Address}},
	})
	second.must(err)
	second.untilTargets(group, types.TargetHealthStateEnumHealthy, 1) // the other one drains or has drained
	second.since(load, 500)
	second.stopAsking(load)
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
