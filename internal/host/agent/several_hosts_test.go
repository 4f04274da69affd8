package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport/hostporttest"
)

// pair is an agent on two simulated engines, a and b.
type pair struct {
	*bench
	a, b *sim.Engine
}

func withPair(t *testing.T, story func(p *pair)) {
	withAgent(t, func(b *bench) {
		b.stop()
		other := sim.New(sim.Options{Clock: sim.ClockOf(b.clock)})
		p := &pair{bench: b, a: b.engine, b: other}
		p.startOn(HostOptions{Name: "a", Engine: p.a}, HostOptions{Name: "b", Engine: p.b})
		story(p)
	})
}

// instanceOn registers a container instance that is on a host.
func (p *pair) instanceOn(host string) string {
	p.Helper()
	id := scope.ContainerInstances("default") + arn.NewID()
	p.putInstance(&state.ContainerInstance{
		ARN: id, EC2InstanceID: "i-" + arn.Name(id)[:17], LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive, Host: host,
		AgentConnected: true, Subnet: p.subnet(), Registered: state.Resources{CPU: 2048, Memory: 3885, ENIs: 2},
	})
	return id
}

// runAtOn runs a task on a container instance that is on a host.
func (p *pair) runAtOn(host, instance string, containers ...types.ContainerDefinition) string {
	p.Helper()
	return p.put(types.TaskDefinition{ContainerDefinitions: containers, NetworkMode: types.NetworkModeBridge}, types.LaunchTypeEc2,
		state.Placement{ContainerInstance: instance, Host: host})
}

// count is how many containers and sandboxes an engine has.
func (p *pair) count(e *sim.Engine) int {
	p.Helper()
	list, err := e.List(p.Context(), nil)
	if err != nil {
		p.Fatal(err)
	}
	return len(list)
}

func TestContainerInstancesAreOnTheHostOfTheirRow(t *testing.T) {
	withPair(t, func(p *pair) {
		p.expect("hosts", p.agent.Hosts(), []string{"a", "b"})
		instance := p.instanceOn("b")
		task := p.runAtOn("b", instance, server("web", hostPort(8080)))
		p.expect("task", p.task(task).Status.LastStatus, state.Running)
		p.expect("what a has", p.count(p.a), 0)
		p.expect("what b has: instance, sandbox, container", p.count(p.b), 3)

		if err := p.agent.CutOff(p.Context(), instance, true); err != nil {
			p.Fatal(err)
		}
		p.expect("a port of an instance that is cut off", p.answers(instance, 8080), false)
		if err := p.agent.CutOff(p.Context(), instance, false); err != nil {
			p.Fatal(err)
		}
		p.expect("the port later", p.answers(instance, 8080), true)

		p.stopTask(task)
		p.deregister(instance)
		synctest.Wait()
		list, err := p.b.List(p.Context(), nil)
		if err != nil {
			p.Fatal(err)
		}
		for _, c := range list {
			if c.Sandbox {
				p.Errorf("b has %s still", c.Name)
			}
		}
	})
}

// A service's tasks may be on several engines; the loopback address has one port 80.
func TestAPortGoesFromOneEngineToAnother(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.service = scope.Service("default", "web")
		q := hostporttest.New()
		other := sim.New(sim.Options{Clock: sim.ClockOf(b.clock)})
		a := New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{
			{Name: "a", Engine: b.engine, LocalPorts: true}, {Name: "b", Engine: other, LocalPorts: true},
		}})
		a.ports = hostport.New(hostport.Options{Log: b.agent.Log, Listen: q.Listen})
		for _, h := range a.hosts {
			h.ports = a.ports
		}
		b.runAgent(a)
		one := b.runOn("a", serving("one"), stubborn)
		time.Sleep(time.Second)
		two := b.runOn("b", serving("two"))
		b.expect("at first", b.get(q, local80), "one")
		b.expect("who has it", b.has80(one, two), []string{one})
		b.stopTask(one)
		b.expect("while the first stops", b.get(q, local80), "two")
		b.expect("who has it then", b.has80(one, two), []string{two})
		b.stopTask(two)
		b.settleAfter(time.Minute)
		b.expect("ports left open", len(q.Open()), 0)
	})
}
