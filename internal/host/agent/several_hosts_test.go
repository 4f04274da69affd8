package agent

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport/hostporttest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// pair is an agent on two simulated engines that share their networks, a and b.
type pair struct {
	*bench
	a, b   *sim.Engine
	faults map[string]*fault.Engine // the same, with faults
}

func withPair(t *testing.T, story func(p *pair)) {
	withAgent(t, func(b *bench) {
		b.stop()
		o := sim.Options{Clock: sim.ClockOf(b.clock), VPCs: sim.NewVPCs()}
		p := &pair{bench: b, a: sim.New(o), b: sim.New(o)}
		p.faults = map[string]*fault.Engine{"a": fault.New(p.a, fault.Options{}), "b": fault.New(p.b, fault.Options{})}
		p.startPair()
		story(p)
	})
}

func (p *pair) startPair() { p.startOn(p.hosts(false)...) }

func (p *pair) hosts(localPorts bool) []HostOptions {
	return []HostOptions{
		{Name: "a", Engine: p.faults["a"], LocalPorts: localPorts, Command: "docker --host a"},
		{Name: "b", Engine: p.faults["b"], LocalPorts: localPorts, Command: "docker --host b"},
	}
}

// names are the engine's containers and sandboxes that carry a label.
func (p *pair) names(on *sim.Engine, label, value string) (names []string) {
	p.Helper()
	list, err := on.List(p.Context(), map[string]string{label: value})
	if err != nil {
		p.Fatal(err)
	}
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
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
	withPair(t, func(b *pair) {
		b.stop()
		b.service = scope.Service("default", "web")
		q := hostporttest.New()
		a := New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: b.hosts(true)})
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

// balance writes the row of a load balancer in a subnet.
func (p *pair) balance(name string) *elbv2.LoadBalancer {
	p.Helper()
	subnets, _ := ec2network.DefaultNetwork(scope)
	row := &elbv2.LoadBalancer{
		Scope: scope, ARN: elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, name), DNSName: name + ".us-east-1.elb.amazonaws.com",
		Type: elb.LoadBalancerTypeEnumApplication, Zones: []elbv2.Zone{{Name: subnets[1].Zone, Subnet: subnets[1].ID}},
	}
	p.update(func(tx *store.Tx) { elbv2.PutLoadBalancer(tx, row) })
	return row
}

// up runs a load balancer, and writes its row as its controller does.
func (p *pair) up(row *elbv2.LoadBalancer) node.Place {
	p.Helper()
	at, err := p.agent.LoadBalancers().Run(p.Context(), row)
	if err != nil {
		p.Fatal(err)
	}
	row.Host, row.Addresses = at.Host, map[string]string{at.Subnet: at.Address.String()}
	p.update(func(tx *store.Tx) { elbv2.PutLoadBalancer(tx, row) })
	return at
}

func TestALoadBalancerLeavesAHostThatIsLost(t *testing.T) {
	withPair(t, func(p *pair) {
		row := p.balance("web")
		first := p.up(row)
		p.expect("where it is at first", first.Host, "a")
		p.faults["a"].Leave("a cable is out")
		synctest.Wait()
		if _, err := p.agent.LoadBalancers().Run(p.Context(), row); !errors.Is(err, backend.ErrUnavailable) {
			p.Errorf("while its engine is away, it is not waited for: %v", err)
		}
		p.agent.SetAbsence("a", Absence{Since: p.agent.SilentSince("a"), Lost: "the engine is lost"})
		second := p.up(row)
		p.expect("where it is with its engine lost", second.Host, "b")
		p.expect("its address is another one", second.Address != first.Address, true)
		p.expect("the owner of its address", p.agent.InterfacesAt(second.Address), []string{row.ARN})
		if conn, err := p.agent.LoadBalancers().Connect(p.Context(), row.ARN); err != nil {
			p.Error(err)
		} else {
			conn.Close()
		}

		p.faults["a"].Return()
		p.settleAfter(10 * time.Second)
		p.expect("what a has when it is back", len(p.names(p.a, node.Label, row.ARN)), 2)
		p.expect("it stays", p.up(row) == second, true)
		p.expect("what a has then", len(p.names(p.a, node.Label, row.ARN)), 0)
		p.expect("what b has", len(p.names(p.b, node.Label, row.ARN)), 2)
		p.expect("the owner of its address", p.agent.InterfacesAt(second.Address), []string{row.ARN})

		p.stop()
		p.startPair()
		p.expect("after a restart", p.up(row) == second, true)
		if err := p.agent.LoadBalancers().Remove(p.Context(), row.ARN); err != nil {
			p.Fatal(err)
		}
		p.expect("what is left", p.count(p.a)+p.count(p.b), 0)
	})
}

// TestALoadBalancerThatHasMovedStays although no row says so yet, and its former engine is back before it is lost for good.
func TestALoadBalancerThatHasMovedStays(t *testing.T) {
	withPair(t, func(p *pair) {
		row := p.balance("web")
		p.up(row)
		p.faults["a"].Leave("a cable is out")
		synctest.Wait()
		p.agent.SetAbsence("a", Absence{Since: p.agent.SilentSince("a"), Lost: "the engine is lost"})
		second, err := p.agent.LoadBalancers().Run(p.Context(), row)
		p.expect("it moves", second.Host, "b")
		p.faults["a"].Return()
		p.settleAfter(10 * time.Second)
		again, failed := p.agent.LoadBalancers().Run(p.Context(), row)
		if err = errors.Join(err, failed); err != nil {
			p.Fatal(err)
		}
		p.expect("it stays", again == second, true)
		p.expect("what a has", len(p.names(p.a, node.Label, row.ARN)), 0)
	})
}

// unbalanced is an engine that makes no load balancer.
type unbalanced struct{ *sim.Engine }

func (unbalanced) CreateLoadBalancer(context.Context, backend.LoadBalancerSpec) (string, error) {
	return "", errors.New("exec format error")
}

func TestALoadBalancerIsOnTheNextEngineThatTakesIt(t *testing.T) {
	withPair(t, func(p *pair) {
		p.stop()
		hosts := p.hosts(false)
		hosts[0].Engine = unbalanced{p.a}
		p.startOn(hosts...)
		row := p.balance("web")
		p.expect("where it is", p.up(row).Host, "b")
		p.expect("what a has", len(p.names(p.a, node.Label, row.ARN)), 0)

		p.stop()
		hosts[1].Engine = unbalanced{p.b}
		p.startOn(hosts...)
		other := p.balance("other")
		if _, err := p.agent.LoadBalancers().Run(p.Context(), other); err == nil || !strings.Contains(err.Error(), "exec format error") {
			p.Errorf("where no engine takes it: %v", err)
		}
		if err := p.agent.LoadBalancers().Remove(p.Context(), other.ARN); err != nil {
			p.Fatal(err)
		}
		p.expect("what is left", len(p.names(p.a, node.Label, other.ARN))+len(p.names(p.b, node.Label, other.ARN)), 0)
	})
}

// An engine that answers no call delays nothing on another one.
func TestAnEngineThatHangsDelaysNoOther(t *testing.T) {
	withPair(t, func(p *pair) {
		stuck, neighbour := p.runOn("b", container("web")), p.runOn("a", container("web"))
		if _, err := p.faults["b"].AddRule(fault.Rule{Hang: true}); err != nil {
			p.Fatal(err)
		}
		p.stopTask(stuck)
		begin := time.Now()
		web := p.runOn("a", container("web", "print", "2"))
		p.expect("a task on a", p.task(web).Status.ExecutionStoppedAt.IsZero(), false)
		lines := 0
		count := backend.LogOptions{Write: func(time.Time, bool, string) error { lines++; return nil }}
		if err := p.agent.Logs(p.Context(), web, "", count); err != nil || lines != 2 {
			p.Errorf("%d lines of output: %v", lines, err)
		}
		p.expect("health of a", p.agent.Health("a"), nil)
		instance := p.instanceOn("a")
		p.expect("a task on an instance of a", p.task(p.runAtOn("a", instance, container("web"))).Status.LastStatus, state.Running)
		p.stopTask(neighbour)
		p.expect("a task of a that is stopped", p.task(neighbour).Status.LastStatus, state.Stopped)
		p.expect("how long that took", time.Since(begin), time.Duration(0))
		if err := p.agent.Idle(p.Context(), 10*time.Second); err != nil || time.Since(begin) > 10*time.Second {
			p.Errorf("Idle: %v, after %s", err, time.Since(begin))
		}
		p.expect("the task on b", p.task(stuck).Status.LastStatus, state.Running)
	})
}

// Members of a security group count that are on an engine which has not answered since the start.
func TestMembersOfAGroupAreOnAllEngines(t *testing.T) {
	withPair(t, func(p *pair) {
		p.stop()
		g := &gate{Engine: p.a, filters: map[string]*backend.Filter{}, sandboxes: map[string]string{}}
		start := func() {
			p.runAgent(New(Options{Store: p.store, Clock: p.clock, Log: slog.New(slog.DiscardHandler), SecurityGroups: vpc.GroupsStrict, Hosts: []HostOptions{
				{Name: "a", Engine: g}, {Name: "b", Engine: p.faults["b"]},
			}}))
		}
		start()
		web, other := p.runOn("a", container("web")), p.runOn("b", container("web"))
		soon()
		p.expect("what the task on a lets in", g.letsIn(p.bench, web), p.ips(web, other))
		p.stop()
		p.faults["b"].Leave("a cable is out")
		start()
		soon()
		p.expect("what it lets in after a restart without b", g.letsIn(p.bench, web), p.ips(web, other))
		third := p.runOn("a", container("web"))
		soon()
		p.expect("and with another member", g.letsIn(p.bench, web), p.ips(web, other, third))
		p.faults["b"].Return()
		p.settleAfter(10 * time.Second)
		p.stopTask(other)
		p.settleAfter(time.Minute)
		p.expect("when the one on b has stopped", g.letsIn(p.bench, web), p.ips(web, third))
	})
}

func TestANetworkOfAVPCIsThereForAllEngines(t *testing.T) {
	withPair(t, func(p *pair) {
		v, subnet := p.ownVPC("10.7.0.0/16")
		run := func(host string) string {
			return p.put(types.TaskDefinition{
				ContainerDefinitions: []types.ContainerDefinition{container("web")}, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			}, types.LaunchTypeFargate, state.Placement{SubnetID: subnet.ID, Host: host})
		}
		onA, onB := run("a"), run("b")
		p.expect("tasks", []string{p.task(onA).Status.LastStatus, p.task(onB).Status.LastStatus}, []string{state.Running, state.Running})
		p.expect("their addresses differ", p.ips(onA) != p.ips(onB), true)
		address, err := p.agent.ReserveAddress(p.Context(), scope, subnet.ID)
		if err != nil || slices.Contains(strings.Fields(p.ips(onA, onB)), address.String()) {
			p.Errorf("an address for an instance: %s, %v", address, err)
		}
		p.stop()
		p.startPair() // what a has made, b knows as well
		p.stopTask(onA)
		p.stopTask(onB)
		p.update(func(tx *store.Tx) { ec2network.DeleteSubnet(tx, subnet); ec2network.DeleteVPC(tx, v) })
		p.settleAfter(time.Minute)
		for name, engine := range map[string]*sim.Engine{"a": p.a, "b": p.b} {
			there, err := engine.Networks(p.Context(), nil)
			if err != nil || slices.ContainsFunc(there, func(n backend.Network) bool { return n.Name == v.ID }) {
				p.Errorf("%s has the networks %+v: %v", name, there, err)
			}
		}
	})
}

// With CopyImages what another engine has is copied. A task that still pulls when the copy comes has it, too.
func TestAnImageIsCopiedFromAnotherEngine(t *testing.T) {
	withPair(t, func(p *pair) {
		p.stop()
		p.runAgent(New(Options{Store: p.store, Clock: p.clock, Hosts: p.hosts(false), CopyImages: true}))
		if err := p.b.Pull(p.Context(), backend.PullSpec{Ref: "shop/web:1"}); err != nil {
			p.Fatal(err)
		}
		p.a.Script("*", sim.Script{PullError: "pull access denied", PullDelay: time.Minute})
		nowhere, first := p.runOn("a", imageOf("web", "shop/other:1")), p.runOn("a", imageOf("web", "shop/web:1"))
		p.settleAfter(30 * time.Second)
		second := p.runOn("a", imageOf("web", "shop/web:1"))
		p.settleAfter(time.Minute)
		for _, arn := range []string{first, second} {
			got := p.task(arn)
			p.expect("a task with the copy", got.Status.LastStatus, state.Running)
			p.expect("its digest", strings.HasPrefix(got.Status.Containers[0].ImageDigest, "sha256:"), true)
			p.expect("for how long it pulls", got.Status.PullStoppedAt.Sub(got.Status.PullStartedAt) >= 30*time.Second, true)
		}
		p.expect("an image that none has", strings.HasSuffix(p.task(nowhere).Stop.Reason, ": pull access denied"), true)
	})
}

// What another engine has is not copied by itself: the reason says what to type.
func TestAnImageThatOnlyAnotherEngineHas(t *testing.T) {
	withPair(t, func(p *pair) {
		if err := p.b.Pull(p.Context(), backend.PullSpec{Ref: "shop/web:1"}); err != nil {
			p.Fatal(err)
		}
		if _, err := p.faults["a"].AddRule(fault.Rule{Call: fault.Pull, Image: "*", Error: "pull access denied"}); err != nil {
			p.Fatal(err)
		}
		there, nowhere := p.task(p.runOn("a", imageOf("web", "shop/web:1"))), p.task(p.runOn("a", imageOf("web", "shop/other:1")))
		p.expect("with the image on b", there.Stop.Reason, "CannotPullContainerError: pull image manifest has been retried 1 time(s): "+
			"failed to resolve ref docker.io/shop/web:1: pull access denied "+
			"(ecs-emulator: the engine b has this image, and a has not: docker --host b save shop/web:1 | docker --host a load)")
		p.expect("without it", there.Stop.Reason == nowhere.Stop.Reason || strings.Contains(nowhere.Stop.Reason, "ecs-emulator"), false)
	})
}
