package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// phase runs a part of a test in which no request may be lost. Before it and after it requests go on: those after one phase are
// those before the next.
func (p *process) phase(name string, load *clients, part func()) {
	whole := p.T
	defer func() { p.T = whole }()
	if !whole.Run(name, func(t *testing.T) {
		p.T = t
		if !load.wentOn {
			p.since(load, 500)
		}
		part()
		p.since(load, 500)
		load.wentOn = true
		p.lostNone(load)
	}) {
		whole.FailNow()
	}
}

// A service on Fargate changes in all ways, and none of the requests to it is lost, although
// its containers end at once on SIGTERM: they are told so when the requests under way have been
// answered.
func TestDockerServiceLosesNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	p := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove", "--log-level", "warn")
	web := webService{"web", p.balance(elbtypes.TargetTypeEnumIp)[0], types.LaunchTypeFargate, types.NetworkModeAwsvpc}
	p.create(web, "one", 2)
	found, _ := p.balancer(1)
	load := keepAsking(t, "http://"+found.Address+"/")

	p.phase("rolling update", load, func() {
		old := p.update(ecs.UpdateServiceInput{Service: &web.name, TaskDefinition: p.define(web, "two")})
		p.untilStable(web.name, 2)
		p.untilEnded(old, 0)
	})
	p.phase("forced deployment", load, func() {
		old := p.update(ecs.UpdateServiceInput{Service: &web.name, ForceNewDeployment: true})
		p.untilStable(web.name, 2)
		p.untilEnded(old, 0)
	})
	p.phase("scale-in", load, func() {
		old := p.update(ecs.UpdateServiceInput{Service: &web.name, DesiredCount: aws.Int32(1)})
		p.untilEnded(old, 1)
	})
	second := p
	p.phase("emulator is killed in the middle of a deployment", load, func() {
		old := p.update(ecs.UpdateServiceInput{Service: &web.name, TaskDefinition: p.define(web, "three")})
		address := *p.task(old[0]).Containers[0].NetworkInterfaces[0].PrivateIpv4Address
		p.eventually("the target of the old task drains or has drained", func() bool { return !p.takes(web.group, address) })
		p.kill()
		p.since(load, 500)
		second = startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove", "--log-level", "warn")
		second.T = p.T
		second.untilStable(web.name, 1)
		second.untilEnded(old, 0)
	})
	second.T = t
	second.stopAsking(load)
	for text, want := range map[string]int{"one": 2, "two": 4, "three": 1} {
		if n := load.answerers(text); n < want || load.slow[text] == 0 { // more, if a busy machine fails a health check
			t.Errorf("%d tasks have answered %s, and %d times slowly; want %d tasks", n, text, load.slow[text], want)
		}
	}
}

// A container instance drains, and its tasks go to others, from which the requests under way
// are answered.
func TestDockerInstanceThatDrainsLosesNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	p := startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn")
	groups := p.balance(elbtypes.TargetTypeEnumIp, elbtypes.TargetTypeEnumInstance)
	p.instances(3)
	found, _ := p.balancer(2)
	for _, c := range []struct {
		service webService
		url     string
	}{
		{webService{"addresses", groups[0], types.LaunchTypeEc2, types.NetworkModeAwsvpc}, "http://" + found.Address + "/"},
		{webService{"ports", groups[1], types.LaunchTypeEc2, types.NetworkModeBridge}, "http://" + found.Address + ":81/"},
	} {
		p.create(c.service, "here", 2)
		load := keepAsking(t, c.url)
		p.phase(c.service.name, load, func() {
			leaves := p.tasksOf(c.service.name)[0]
			instance := p.drain(leaves)
			p.untilEnded([]string{leaves}, 0)
			p.untilStable(c.service.name, 2)
			for _, id := range p.tasksOf(c.service.name) {
				if *p.task(id).ContainerInstanceArn == instance {
					p.Errorf("%s runs where it cannot stay", id)
				}
			}
		})
		p.stopAsking(load)
		if n := load.answerers("here"); n < 3 {
			t.Errorf("%d tasks have answered; want 3", n)
		}
	}
}
