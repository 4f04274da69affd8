package agent

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// One that could not be made is made anew by the next task.
func TestAContainerInstanceIsMadeAfterItCouldNotBe(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		first := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.withFaults(
			fault.Rule{Call: fault.SetTraffic, Error: "no nftables", Times: 2},
			fault.Rule{Call: fault.CreateSandbox, Error: "no space left", Times: 1},
		)
		if err := b.engine.Stop(b.Context(), b.instances()[0].ID, 0); err != nil {
			b.Fatal(err)
		}
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("second", b.task(second).Status.LastStatus, state.Stopped)
		b.expect("first", b.task(first).Status.LastStatus, state.Stopped)
		third := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("third", b.task(third).Status.LastStatus, state.Running)
		b.expect("answers", b.answers(instance, 8081), true)
		b.expect("container instances", len(b.instances()), 1)
	})
}

// An emulator may be killed when the sandbox of a container instance runs, but does not lead anywhere
// yet. The start is completed.
func TestTheStartOfAnAdoptedContainerInstanceIsCompleted(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.runAt(b.instance(), types.NetworkModeBridge, server("web", hostPort(8080)))
		starts := 0
		b.restartWith(&hooks{startSandbox: func(context.Context) error { starts++; return nil }})
		b.expect("starts after the next start of the emulator", starts, 1)
	})
}

// The network may be removed of a container instance that has no task there.
func TestTheBridgeOfAContainerInstanceIsGone(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		own := b.runAt(instance, types.NetworkModeAwsvpc, container("web"))
		gone := &backend.NotFoundError{Kind: backend.KindNetwork, Err: errors.New("network not found")}
		b.restartWith(&hooks{create: once(gone)})
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		b.expect("it answers", b.answers(instance, 8080), true)
		b.expect("what has a network of its own", b.task(own).Status.LastStatus, state.Running)
		b.expect("lives of the container instance's sandbox", b.agent.named[""].instances.Of(instance).Place().Life, 2)
	})
}

// An answer of the engine may be older than the next life of the sandbox that it shows as stopped.
func TestAnInspectionThatComesLateShowsAContainerInstanceThatRunsAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.withFaults()
		life := func() int { return b.agent.named[""].instances.Of(instance).Place().Life }
		before := life()
		if _, err := b.faults.AddRule(ofInstance(fault.Rule{Call: fault.Inspect, DelayAnswer: 10 * time.Second, Times: 1})); err != nil {
			b.Fatal(err)
		}
		if err := b.engine.Stop(b.Context(), b.instances()[0].ID, 0); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("lives before the inspection comes", life(), before+1)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the next task", b.task(id).Status.LastStatus, state.Running)
		b.expect("it answers", b.answers(instance, 8081), true)
		b.expect("lives after the inspection came", life(), before+1)
	})
}

// A list may be older than the removal of a container instance that it shows.
func TestAListThatComesLateShowsAContainerInstanceThatIsGone(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.withFaults()
		if _, err := b.faults.AddRule(fault.Rule{Call: fault.List, DelayAnswer: 5 * time.Second, Times: 1}); err != nil {
			b.Fatal(err)
		}
		b.resync()
		time.Sleep(time.Second)
		b.switchOff(instance)
		b.expectInstances("before the list comes", 0)
		b.connect(instance, true)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		b.expect("the next task", b.task(id).Status.LastStatus, state.Running)
		b.expect("it answers", b.answers(instance, 8080), true)
		b.expectInstances("in the end", 1)
	})
}

// ofInstance makes a rule about the sandboxes of container instances.
func ofInstance(r fault.Rule) fault.Rule {
	r.Sandbox, r.Labels = sandboxes, map[string]string{containerinstance.Label: "*"}
	return r
}

// In all that may happen to a container instance while it is made, the tasks that wait for it end or run,
// the next one runs, and nothing is left of it.
func TestAContainerInstanceIsDisturbedWhileItIsMade(t *testing.T) {
	slow := []fault.Rule{
		{Call: fault.EnsureNetwork, Labels: map[string]string{containerinstance.Label: "*"}, Delay: 2 * time.Second, DelayAnswer: 2 * time.Second, Times: 1},
		ofInstance(fault.Rule{Call: fault.CreateSandbox, Delay: 2 * time.Second, DelayAnswer: 2 * time.Second, Times: 1}),
		ofInstance(fault.Rule{Call: fault.Start, Delay: 2 * time.Second, DelayAnswer: 2 * time.Second, Times: 1}),
		ofInstance(fault.Rule{Call: fault.SetTraffic, Delay: 2 * time.Second, DelayAnswer: 2 * time.Second, Times: 1}),
	}
	for name, disturb := range map[string]func(b *bench, instance string){
		"its instance is deregistered":  func(b *bench, instance string) { b.deregister(instance) },
		"its instance is switched off":  func(b *bench, instance string) { b.switchOff(instance) },
		"the agent looks at the engine": func(b *bench, _ string) { b.resync() },
		"the engine is restarted": func(b *bench, _ string) {
			b.faults.Leave("restart")
			for _, id := range b.sandboxes() {
				_ = b.engine.Stop(b.Context(), id, 0)
			}
			b.faults.Return()
		},
		"the emulator is restarted": func(b *bench, _ string) { b.restartOn(b.faults) },
		"a user removes all": func(b *bench, _ string) {
			for _, id := range b.sandboxes() {
				_ = b.engine.Remove(b.Context(), id)
			}
			for _, name := range b.bridges() {
				_ = b.engine.RemoveNetwork(b.Context(), name)
			}
		},
	} {
		for _, rule := range slow {
			for _, after := range []time.Duration{time.Second, 3 * time.Second} {
				t.Run(name+" during "+string(rule.Call)+" after "+after.String(), func(t *testing.T) {
					withAgent(t, func(b *bench) {
						b.withFaults(rule)
						instance := b.instance()
						b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
						b.runAt(instance, types.NetworkModeHost, container("web"))
						time.Sleep(after)
						disturb(b, instance)
						time.Sleep(2 * time.Minute)
						synctest.Wait()
						b.expectEnd(instance)
					})
				})
			}
		}
	}
}

// expectEnd wants a container instance to work, if it is still there, and to leave nothing.
func (b *bench) expectEnd(instance string) {
	b.Helper()
	for _, row := range state.AllTasks(b.store.Read()) {
		if status := row.Status.LastStatus; status != state.Running && status != state.Stopped {
			b.Errorf("a task in mode %s stays %s", row.Spec.NetworkMode, status)
		}
	}
	if row := state.FindContainerInstance(b.store.Read(), instance); row.Status != state.InstanceInactive {
		b.connect(instance, true)
		id := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		time.Sleep(time.Minute)
		synctest.Wait()
		if next := b.task(id); next.Status.LastStatus != state.Running {
			b.Errorf("the next task is %s: %+v", next.Status.LastStatus, next.Stop)
		}
		b.expect("it answers", b.answers(instance, 8081), true)
	}
	b.switchOff(instance)
	time.Sleep(time.Minute)
	synctest.Wait()
	for _, row := range state.AllTasks(b.store.Read()) {
		b.expect("a task at the end", row.Status.LastStatus, state.Stopped)
	}
	b.expectInstances("at the end", 0)
}

// Each call about a container instance may hang: its tasks fail then, and the next ones run.
func TestACallAboutAContainerInstanceHangs(t *testing.T) {
	for _, rule := range []fault.Rule{
		{Call: fault.EnsureNetwork, Labels: map[string]string{containerinstance.Label: "*"}},
		ofInstance(fault.Rule{Call: fault.CreateSandbox}),
		ofInstance(fault.Rule{Call: fault.Start}),
		ofInstance(fault.Rule{Call: fault.SetTraffic}),
		ofInstance(fault.Rule{Call: fault.Remove}),
	} {
		t.Run(string(rule.Call), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				rule.Hang, rule.Times = true, 1
				b.withFaults(rule)
				instance := b.instance()
				b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if rule.Call == fault.Remove {
					b.switchOff(instance)
					time.Sleep(10 * time.Minute)
					synctest.Wait()
				}
				b.expectEnd(instance)
			})
		})
	}
}

// An emulator that is reset ends its agent in the middle of what it does, and then removes
// all.
func TestNothingComesAfterAResetInTheMiddleOfMakingAContainerInstance(t *testing.T) {
	for _, call := range []fault.Call{fault.CreateSandbox, fault.Start, fault.SetTraffic} {
		t.Run(string(call), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults(ofInstance(fault.Rule{Call: call, Delay: 3 * time.Second}))
				instance := b.instance()
				b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
				b.runAt(instance, types.NetworkModeHost, container("web"))
				time.Sleep(time.Second)
				b.stop()
				if err := b.engine.RemoveAll(b.Context()); err != nil {
					b.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				b.expectInstances("after the reset", 0)
				b.expect("sandboxes", len(b.sandboxes()), 0)
				b.stop = func() {}
			})
		})
	}
}

// occupied is an engine on which another container has an address.
type occupied struct {
	backend.Engine
	address netip.Addr
	when    fault.Call
	ips     map[string]netip.Addr
}

func (o *occupied) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	if o.when == fault.CreateSandbox && spec.IP == o.address {
		return backend.Container{}, backend.ErrAddressInUse
	}
	c, err := o.Engine.CreateSandbox(ctx, spec)
	if err == nil {
		o.ips[c.ID] = c.IP
	}
	return c, err
}

func (o *occupied) Start(ctx context.Context, id string) error {
	if o.when == fault.Start && o.ips[id] == o.address {
		return backend.ErrAddressInUse
	}
	return o.Engine.Start(ctx, id)
}

func TestAnotherContainerHasTheAddressOfAnInstance(t *testing.T) {
	for _, when := range []fault.Call{fault.CreateSandbox, fault.Start} {
		t.Run(string(when), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.stop()
				address := netip.MustParseAddr("172.31.0.9")
				engine := &occupied{b.engine, address, when, map[string]netip.Addr{}}
				b.runAgent(New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: engine}},
					InstanceAddress: func(*state.ContainerInstance) netip.Addr { return address }}))
				id := b.runAt(b.instance(), types.NetworkModeHost, container("web"))
				b.expect("the task", b.task(id).Status.LastStatus, state.Running)
				b.expect("it has another address", b.instances()[0].IP != address, true)
			})
		})
	}
}
