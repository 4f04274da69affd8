package agent

import (
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// restart starts containers and sandboxes again as `docker restart` does.
func (b *bench) restart(ids ...string) {
	b.Helper()
	for _, id := range ids {
		if err := b.engine.Restart(id); err != nil {
			b.Fatal(err)
		}
	}
	soon()
}

// expectEndedWithSandbox expects a task that has ended with its sandbox, and of which nothing runs.
func (b *bench) expectEndedWithSandbox(id string) {
	b.Helper()
	t := b.task(id)
	b.expect("the task", t.Status.LastStatus, state.Stopped)
	if t.Stop != nil {
		b.expect("why", *t.Stop, state.Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "Essential container in task exited", At: t.Stop.At})
	}
	list, err := b.engine.List(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range list {
		if c.Labels[containerlabel.Task] == id && c.State == backend.Running {
			b.Errorf("container %s runs", c.Name)
		}
	}
}

// otherSandbox is the one that the engine has besides the one of a container instance.
func (b *bench) otherSandbox(instance string) string {
	b.Helper()
	others := slices.DeleteFunc(b.sandboxes(), func(id string) bool { return id == instance })
	if len(others) != 1 {
		b.Fatalf("other sandboxes: %q", others)
	}
	return others[0]
}

// restarts are what a user restarts of a task.
var restarts = map[string]func(*state.Task) []string{
	"its sandbox":               func(t *state.Task) []string { return []string{t.Status.SandboxID} },
	"its sandbox and container": func(t *state.Task) []string { return []string{t.Status.SandboxID, t.Status.Containers[0].EngineID} },
	"its container and sandbox": func(t *state.Task) []string { return []string{t.Status.Containers[0].EngineID, t.Status.SandboxID} },
}

// A sandbox that others start again has no filter, leads no calls, and is not where the containers are.
func TestATaskEndsWhoseSandboxIsStartedAgain(t *testing.T) {
	for what, of := range restarts {
		t.Run(what, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				id := b.run(container("web"))
				b.expect("before", b.task(id).Status.LastStatus, state.Running)
				b.restart(of(b.task(id))...)
				b.expectEndedWithSandbox(id)
			})
		})
		t.Run(what+" while the emulator is away", func(t *testing.T) {
			withAgent(t, func(b *bench) {
				id := b.run(container("web"))
				b.stop()
				b.restart(of(b.task(id))...)
				b.start()
				soon()
				b.expectEndedWithSandbox(id)
			})
		})
		t.Run(what+" while the engine is lost", func(t *testing.T) {
			withAgent(t, func(b *bench) {
				id := b.run(container("web"))
				b.engine.Disconnect(nil)
				synctest.Wait()
				b.restart(of(b.task(id))...)
				b.engine.Reconnect()
				soon()
				b.expectEndedWithSandbox(id)
			})
		})
	}
}

// A task ends even if its sandbox, which others have started again, does not.
func TestATaskEndsWhoseSandboxIsStartedAgainAndCannotBeStopped(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults(fault.Rule{Call: fault.Stop, Sandbox: sandboxes, Error: "tried to kill container, but did not receive an exit event"})
		id := b.run(container("web"))
		b.restart(b.task(id).Status.SandboxID)
		b.settleAfter(time.Minute)
		b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
		b.expectEndedWithSandbox(id)
	})
}

func TestATaskOfServiceConnectEndsWhoseSandboxIsStartedAgain(t *testing.T) {
	withProxies(t, func(b *bench, _ *leading) {
		id := b.run(container("web"))
		b.agent.Proxies().Ready(t.Context(), id)
		synctest.Wait()
		b.expect("before", b.task(id).Status.LastStatus, state.Running)
		ids := []string{b.task(id).Status.SandboxID}
		for _, c := range b.task(id).Status.Containers {
			ids = append(ids, c.EngineID)
		}
		b.restart(ids...)
		b.expectEndedWithSandbox(id)
	})
}

// Nothing is sent to a task whose network is gone, so it does not wait for its load balancers.
func TestATaskWithTargetsEndsAtOnceWithItsSandbox(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.balanced = true
		id := b.run(container("web"))
		b.registered(id)
		b.restart(b.task(id).Status.SandboxID)
		b.expect("its container", b.task(id).Status.Containers[0].Phase, state.ContainerStopped)
	})
}

// A sandbox that is started again while its task ends is stopped, although containers of the task still run.
func TestASandboxOfATaskThatEndsStaysDown(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web", "ignore-term"))
		sandbox := b.task(id).Status.SandboxID
		if err := b.engine.Stop(b.Context(), sandbox, 0); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		b.expect("its container", b.task(id).Status.Containers[0].Phase, state.ContainerRunning)
		if err := b.engine.Start(b.Context(), sandbox); err != nil { // as an engine does that was told to restart it
			b.Fatal(err)
		}
		synctest.Wait()
		seen, err := b.engine.Inspect(b.Context(), sandbox)
		b.expect("the sandbox", seen.State, backend.Exited)
		b.expect("the engine's error", err, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expectEndedWithSandbox(id)
	})
}

// Before anything has run, a task gets another sandbox.
func TestATaskThatBeginsGetsAnotherSandbox(t *testing.T) {
	withProxies(t, func(b *bench, engine *leading) {
		engine.before = func(sandbox string) {
			if len(engine.led) == 1 {
				_ = b.engine.Restart(sandbox)
				time.Sleep(time.Second) // until the agent has been told
			}
		}
		id := b.run(container("web"))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.agent.Proxies().Ready(t.Context(), id)
		synctest.Wait()
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		if len(engine.led) != 2 || engine.led[0] == engine.led[1] || engine.led[1] != b.task(id).Status.SandboxID {
			t.Errorf("calls are led in %q; the task has the sandbox %s", engine.led, b.task(id).Status.SandboxID)
		}
	})
}

// A container may run that is not known to when the emulator ends. It is not in a sandbox that is started again meanwhile.
func TestATaskEndsWhoseSandboxIsStartedAgainBeforeItsStartIsKnown(t *testing.T) {
	for restarted, mode := range map[string]types.NetworkMode{
		"the task's":               types.NetworkModeHost,
		"the container instance's": types.NetworkModeHost,
		"one with an interface":    types.NetworkModeAwsvpc,
	} {
		t.Run(restarted, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults(fault.Rule{Call: fault.Start, Sandbox: containers, LoseAnswer: true, Times: 1})
				instance := b.instance()
				id := b.runAt(instance, mode, container("web"))
				b.expect("lost answers", b.faults.Rules()[0].Used, 1)
				b.stop()
				b.expect("the start is known", b.task(id).Status.Containers[0].StartedAt.IsZero(), true)
				of := b.instanceSandbox(instance)
				if restarted != "the container instance's" {
					of = b.otherSandbox(of) // the store may not have it: that is no news of its own
				}
				time.Sleep(time.Second) // an engine needs longer than a millisecond
				b.restart(of)
				b.start()
				b.settleAfter(time.Minute)
				b.expectEndedWithSandbox(id)
			})
		})
	}
}

// The tasks in a container instance end with the life of its sandbox, and the next one finds it filtered.
func TestTasksEndWhoseContainerInstanceIsStartedAgain(t *testing.T) {
	for _, away := range []bool{false, true} {
		withAgent(t, func(b *bench) {
			g := b.withGate(vpc.GroupsFilter)
			b.changeRules(onlyFriend)
			instance := b.instance()
			first := b.runAt(instance, types.NetworkModeHost, container("web"))
			sandbox := b.instanceSandbox(instance)
			if away {
				b.stop()
			}
			g.mu.Lock()
			clear(g.filters)
			g.mu.Unlock()
			b.restart(sandbox, b.task(first).Status.Containers[0].EngineID)
			if away {
				b.throughGate(g, vpc.GroupsFilter)
				soon()
			} else if seen, err := b.engine.Inspect(b.Context(), sandbox); err != nil || seen.State == backend.Running {
				b.Errorf("nothing uses the sandbox, which is not filtered, and it is %s (%v)", seen.State, err)
			}
			b.expectEndedWithSandbox(first)
			second := b.runAt(instance, types.NetworkModeHost, container("web"))
			b.expect("the next task", b.task(second).Status.LastStatus, state.Running)
			b.expect("the container instance lets in", g.sandboxLetsIn(b.instanceSandbox(instance)), "192.0.2.1")
			b.expect("containers that started before their filter", len(g.early), 0)
		})
	}
}

// Rows keep less of a time than engines tell: a task whose row is read again has the same sandbox still.
func TestATaskGoesOnWhenItsRowIsReadAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		path := filepath.Join(t.TempDir(), "state.db")
		open := func() {
			b.Helper()
			var err error
			if b.store, err = state.Open(store.Options{Path: path}); err != nil {
				b.Fatal(err)
			}
			b.start()
		}
		b.stop()
		open()
		time.Sleep(1_234_567)
		tasks := []string{b.run(container("web")), b.runAt(b.instance(), types.NetworkModeHost, container("web"))}
		b.stop()
		if err := b.store.Close(); err != nil {
			b.Fatal(err)
		}
		open()
		soon()
		for _, id := range tasks {
			b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		}
		b.stop()
		b.expect("the store's error", b.store.Close(), nil)
	})
}
