package agent

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// stuck has the engine tell nothing about the containers with some labels, also to an agent that
// has just begun.
func (b *bench) stuck(labels map[string]string) (free func()) {
	b.Helper()
	b.withFaults(fault.Rule{Call: fault.Inspect, Labels: labels, Hang: true})
	return func() { b.faults.RemoveRule(b.faults.Rules()[0].ID) }
}

// pass lets time go by in which no look at the engine is due.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestATaskThatCannotBeInspectedStaysAndTheRestGoesOn(t *testing.T) {
	withAgent(t, func(b *bench) {
		job, other := b.run(container("job", "sleep", "3600")), b.run(container("web"))
		free := b.stuck(map[string]string{containerlabel.Task: job})
		h := b.agent.named[""]
		for range 20 {
			b.resync()
			pass(5 * time.Minute)
		}
		later := b.run(container("web"))
		if err := h.Engine.Health(); err != nil {
			b.Errorf("the engine cannot be used: %v", err)
		}
		for name, id := range map[string]string{"that cannot be inspected": job, "beside it": other, "that came later": later} {
			b.expect("the task "+name, b.task(id).Status.LastStatus, state.Running)
			if stop := b.task(id).Stop; stop != nil {
				b.Errorf("the task %s is to stop: %+v", name, stop)
			}
		}
		b.stopTask(other)
		b.expect("the one beside it, stopped", b.task(other).Status.LastStatus, state.Stopped)

		free()
		pass(2 * time.Minute)
		b.expect("when it can be inspected", b.task(job).Status.LastStatus, state.Stopped)
		b.expect("its exit code", b.task(job).Status.Containers[0].ExitCode, new(int32(0)))
	})
}

// What ends unseen, as no event of it comes through, is seen soon after the engine tells again.
func TestWhatIsUnseenIsLookedAtAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		job := b.run(container("job", "sh", "-c", "sleep 60; exit 7"))
		free := b.stuck(map[string]string{containerlabel.Task: job})
		if _, err := b.faults.AddRule(fault.Rule{Call: fault.Event, LoseAnswer: true}); err != nil {
			b.Fatal(err)
		}
		pass(3 * time.Minute)
		b.expect("while it cannot be inspected", b.task(job).Status.LastStatus, state.Running)
		free()
		pass(time.Minute)
		b.expect("then", b.task(job).Status.LastStatus, state.Stopped)
		b.expect("its exit code", b.task(job).Status.Containers[0].ExitCode, new(int32(7)))
	})
}

func TestTheTasksOfAnInstanceThatCannotBeInspectedStay(t *testing.T) {
	withAgent(t, func(b *bench) {
		instance := b.instance()
		web := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8080)))
		sandbox := b.agent.named[""].instances.Of(instance).Place().Sandbox
		free := b.stuck(map[string]string{containerinstance.Label: instance})
		pass(time.Hour)
		b.expect("the task", b.task(web).Status.LastStatus, state.Running)
		b.expect("container instances", len(b.instances()), 1)
		b.expect("the container instance", b.instances()[0].ID, sandbox)
		free()
		pass(time.Minute)
		b.expect("the task, when the instance can be inspected", b.task(web).Status.LastStatus, state.Running)
		second := b.runAt(instance, types.NetworkModeBridge, server("web", hostPort(8081)))
		b.expect("another task", b.task(second).Status.LastStatus, state.Running)
		b.expect("the second task's instance", b.agent.named[""].instances.Of(instance).Place().Sandbox, sandbox)
		b.expect("answers", b.answers(instance, 8080), true)
	})
}

// hidden is an engine that does not tell about a sandbox that was warm, which has no label with its task.
type hidden struct {
	*sim.Engine
	sandbox string
}

func (h *hidden) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	list, err := h.Engine.List(ctx, labels)
	for i, c := range list {
		if c.ID == h.sandbox {
			label := map[string]string{enginename.LabelHost: c.Labels[enginename.LabelHost]}
			list[i] = backend.Container{ID: c.ID, Name: c.Name, Labels: label, Sandbox: true, State: backend.Unseen}
		}
	}
	return list, err
}

func TestWhatIsUnseenIsToldWithItsTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		b.stop()
		var log bytes.Buffer
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Hosts: []HostOptions{{Engine: &hidden{b.engine, b.task(id).Status.SandboxID}}},
		}))
		b.stop()
		if said := log.String(); !strings.Contains(said, "does not answer about a container") || !strings.Contains(said, "task="+id) {
			b.Errorf("it says %s", said)
		}
	})
}
