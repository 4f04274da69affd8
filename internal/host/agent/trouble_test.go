package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// hooks is an engine some of whose calls go wrong. Each hook is asked first; an
// error is the call's answer.
type hooks struct {
	*sim.Engine
	list         func()
	startSandbox func(ctx context.Context) error
	warm         func(sandboxID string) // called with a sandbox that runs when it is made
	create       func(ctx context.Context) error
	stop         func(ctx context.Context, id string) error
	networks     atomic.Int32 // how often one was asked for
	volumes      []string     // removed
	sandboxes    sync.Map     // of containers, by id
}

func (h *hooks) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	found, err := h.Engine.List(ctx, labels)
	if h.list != nil {
		h.list()
	}
	return found, err
}

func (h *hooks) Start(ctx context.Context, id string) error {
	if c, err := h.Inspect(ctx, id); err == nil && c.Sandbox && h.startSandbox != nil {
		if err := h.startSandbox(ctx); err != nil {
			return err
		}
	}
	return h.Engine.Start(ctx, id)
}

func (h *hooks) Stop(ctx context.Context, id string, grace time.Duration) error {
	if h.stop != nil {
		if err := h.stop(ctx, id); err != nil {
			return err
		}
	}
	return h.Engine.Stop(ctx, id, grace)
}

func (h *hooks) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	c, err := h.Engine.CreateSandbox(ctx, spec)
	if err != nil || h.warm == nil {
		return c, err
	}
	if err := h.Engine.Start(ctx, c.ID); err != nil {
		return c, err
	}
	h.warm(c.ID)
	return h.Inspect(ctx, c.ID)
}

func (h *hooks) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	if h.create != nil {
		if err := h.create(ctx); err != nil {
			return "", err
		}
	}
	id, err := h.Engine.Create(ctx, spec)
	if err == nil {
		h.sandboxes.LoadOrStore(id, spec.Sandbox)
	}
	return id, err
}

func (h *hooks) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	h.networks.Add(1)
	return h.Engine.EnsureNetwork(ctx, spec)
}

func (h *hooks) RemoveVolume(_ context.Context, name string) error {
	h.volumes = append(h.volumes, name)
	return nil
}

// restartWith starts the agent again, on an engine with hooks.
func (b *bench) restartWith(h *hooks) {
	b.stop()
	h.Engine, b.hooks = b.engine, h
	b.start()
}

// once makes a hook that goes wrong the first time, after a while.
func once(failure error) func(context.Context) error {
	var called atomic.Bool
	return func(context.Context) error {
		if called.Swap(true) {
			return nil
		}
		time.Sleep(time.Second)
		return failure
	}
}

func TestTaskThatComesWhileContainersAreListed(t *testing.T) {
	withAgent(t, func(b *bench) {
		listed := make(chan struct{})
		b.restartWith(&hooks{list: func() { <-listed }})
		id := b.run(container("web"))
		close(listed)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Running)
	})
}

func TestSandboxThatCannotStartIsReplaced(t *testing.T) {
	for name, test := range map[string]struct {
		failure  error
		networks int32
		ip       string
	}{
		"its address belongs to another one": {fmt.Errorf("in use: %w", backend.ErrAddressInUse), 1, "172.31.0.6"},
		"a user removed the network":         {fmt.Errorf("network gone: %w", backend.ErrNotFound), 2, "172.31.0.6"},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.run(container("job", "exit", "0")) // leaves the image, so that containers are made at once
				time.Sleep(time.Hour)
				h := &hooks{startSandbox: once(test.failure)}
				b.restartWith(h)
				id := b.run(container("web"), container("sidecar"))
				time.Sleep(5 * time.Second)
				synctest.Wait()
				status := b.task(id).Status
				b.expect("lastStatus", status.LastStatus, state.Running)
				b.expect("networks asked for", h.networks.Load(), test.networks)
				b.expect("address", status.Attachment.PrivateIPv4, test.ip)
				left, _ := b.engine.List(t.Context(), nil)
				b.expect("containers", len(left), 3)
				for _, c := range status.Containers {
					sandbox, _ := h.sandboxes.Load(c.EngineID)
					b.expect("sandbox for which "+c.Name+" was made", sandbox, any(status.SandboxID))
				}
				if status.PullStartedAt.Before(status.ConnectivityAt) {
					t.Error("connected after the pull")
				}
			})
		})
	}
}

func TestSandboxThatNeverStartsFailsTheTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.restartWith(&hooks{startSandbox: func(context.Context) error { return backend.ErrNotFound }})
		id := b.run(container("web"))
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("stopCode", b.task(id).Stop.Code, types.TaskStopCodeTaskFailedToStart)
	})
}

func TestOneCallThatBreaksOffDoesNotStopTheAgent(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.restartWith(&hooks{create: once(fmt.Errorf("EOF: %w", backend.ErrUnavailable))})
		id := b.run(container("web"))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Running)
	})
}

func TestEndingAgentLetsCreationsFinish(t *testing.T) {
	withAgent(t, func(b *bench) {
		var cut error
		b.restartWith(&hooks{create: func(ctx context.Context) error {
			time.Sleep(time.Second)
			cut = ctx.Err()
			return nil
		}})
		b.run(container("web"))
		b.stop()
		b.expect("context", cut, nil)
		left, _ := b.engine.List(t.Context(), map[string]string{containerlabel.Container: "web"})
		b.expect("containers when the agent has ended", len(left), 1)
	})
}

func TestTaskGoesOnAfterACrashBeforeItsSandboxStarted(t *testing.T) {
	for name, imageThere := range map[string]bool{"image to be pulled": false, "sandbox stored": true} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				if imageThere { // so that the container is made meanwhile, which is stored
					b.run(container("job", "exit", "0"))
				}
				b.restartWith(&hooks{startSandbox: func(ctx context.Context) error {
					<-ctx.Done()
					return context.Cause(ctx)
				}})
				id := b.run(container("web"))
				if imageThere && b.task(id).Status.SandboxID == "" {
					t.Fatal("the sandbox is not stored")
				}
				b.restartWith(&hooks{})
				task := b.task(id)
				b.expect("lastStatus", task.Status.LastStatus, state.Running)
				sandbox, err := b.engine.Inspect(t.Context(), task.Status.SandboxID)
				if err != nil {
					t.Fatal(err)
				}
				a := task.Status.Attachment
				b.expect("address", a.PrivateIPv4, sandbox.IP.String())
				b.expect("attachment", a.Status, "ATTACHED")
				if a.NetworkID == "" || a.MAC == "" || a.PrivateDNSName == "" {
					t.Errorf("the attachment lacks something: %+v", a)
				}
			})
		})
	}
}

func TestStoppedContainerThatIsStartedAgainIsStopped(t *testing.T) {
	withAgent(t, func(b *bench) {
		job := container("job", "sleep", "3600")
		job.Essential = aws.Bool(false)
		id := b.run(container("web"), job)
		restart := func(i int) {
			engineID := b.task(id).Status.Containers[i].EngineID
			if err := b.engine.Stop(t.Context(), engineID, 0); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if err := b.engine.Start(t.Context(), engineID); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			c, err := b.engine.Inspect(t.Context(), engineID)
			b.expect("state", c.State, backend.Exited)
			b.expect("error", err, nil)
		}
		restart(1)
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		b.stopTask(id)
		b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
	})
}

func TestVolumesOfStoppedTasksGoAfterARestart(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("job", "exit", "0")
		c.MountPoints = []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}}
		id := b.runDefinition(types.TaskDefinition{
			ContainerDefinitions: []types.ContainerDefinition{c}, Volumes: []types.Volume{{Name: aws.String("data")}},
		})
		volume := enginename.Volume(b.task(id), "data")
		// Even if the task is not known any more.
		b.store.Update(func(tx *store.Tx) error {
			state.RemoveTask(tx, state.FindTask(tx, id))
			return nil
		})
		h := &hooks{}
		b.restartWith(h)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expect("volumes removed", h.volumes, []string{volume})
	})
}

func TestEngineNameFitsAFileName(t *testing.T) {
	long := strings.Repeat("x", 255)
	row := &state.Task{ARN: scope.Task("default", "1"), Spec: &state.TaskSpec{Family: long, Revision: 1 << 30}}
	a, b := enginename.Volume(row, long+"a"), enginename.Volume(row, long+"b")
	if len(a) > 255 || a == b {
		t.Errorf("names %q and %q: want two of at most 255 characters", a, b)
	}
}

// A range that another network has is said by health and by the tasks that it keeps from
// starting, until it is free.
func TestANetworkThatCannotBeMade(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		if err := b.engine.RemoveAll(b.Context()); err != nil {
			b.Fatal(err)
		}
		cidr := netip.MustParsePrefix("10.20.0.0/16")
		if _, err := b.engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "other", CIDR: cidr}); err != nil {
			b.Fatal(err)
		}
		b.startOn(HostOptions{Engine: b.engine, VPCRange: cidr})
		b.expect("health says why", errors.Is(b.agent.NetworkHealth(""), backend.ErrAddressInUse), true)
		b.expect("the engine is there", b.agent.Health(""), nil)
		failed := b.task(b.run(container("web")))
		b.expect("stop code", failed.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		if reason := failed.Stop.Reason; !strings.Contains(reason, "network of the VPC") {
			b.Errorf("reason %q does not tell of the network", reason)
		}
		if err := b.engine.RemoveAll(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.expect("a task when the range is free", b.task(b.run(container("web"))).Status.LastStatus, state.Running)
		b.expect("health", b.agent.NetworkHealth(""), nil)
		b.expect("range", ec2network.NetworkCIDR(b.store.Read()).String(), cidr.String())
	})
}

func TestAnEngineThatTakesNoMoreTasksIsLackOfCapacity(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.restartWith(&hooks{startSandbox: func(context.Context) error { return backend.ErrNoCapacity }})
		task := b.task(b.run(container("web")))
		b.expect("stop code", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("reason", task.Stop.Reason, "Capacity is unavailable at this time. Please try again later or in a different availability zone")
	})
}

// An engine may give a task a sandbox that runs already, also one that ends before the
// task has seen it.
func TestASandboxThatRunsAlready(t *testing.T) {
	for name, meanwhile := range map[string]func(b *bench, id string){
		"and goes on":   func(*bench, string) {},
		"is looked at":  func(b *bench, _ string) { b.agent.named[""].resync(b.Context()) },
		"and is killed": func(b *bench, id string) { _ = b.engine.Crash(b.Context(), id) },
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.restartWith(&hooks{warm: func(id string) { meanwhile(b, id) }})
				id := b.run(container("web"), container("side"))
				b.expect("the task", b.task(id).Status.LastStatus, state.Running)
				b.resync()
				b.expect("the task after a look at the engine", b.task(id).Status.LastStatus, state.Running)
				b.stopTask(id)
				b.expect("the task that was stopped", b.task(id).Status.LastStatus, state.Stopped)
				b.expect("sandboxes", len(b.sandboxes()), 0)
			})
		})
	}
}

// An engine that is restarted in the middle of a start ends the sandbox, not the task.
func TestASandboxThatEndsBeforeAnythingRanIsReplaced(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.engine.Script("slow", sim.Script{StartDelay: time.Minute})
		slow := types.ContainerDefinition{Name: aws.String("web"), Image: aws.String("slow")}
		id := b.run(slow)
		first := b.task(id).Status.SandboxID
		if err := b.engine.Stop(t.Context(), first, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.expect("lastStatus after the sandbox has ended", b.task(id).Status.LastStatus, state.Pending)

		time.Sleep(3 * time.Minute)
		synctest.Wait()
		runs := b.task(id)
		b.expect("lastStatus", runs.Status.LastStatus, state.Running)
		if second := runs.Status.SandboxID; second == first {
			t.Error("the task has the sandbox that has ended")
		}
		b.expect("sandboxes", len(b.sandboxes()), 1)

		// Once something has run, the end of the sandbox is that of the task.
		if err := b.engine.Stop(t.Context(), runs.Status.SandboxID, 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("stopCode", b.task(id).Stop.Code, types.TaskStopCodeEssentialContainerExited)
	})
}
