package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// hooks is an engine some of whose calls go wrong. Each hook is asked first; an
// error is the call's answer.
type hooks struct {
	*sim.Engine
	list         func()
	startSandbox func(ctx context.Context) error
	create       func(ctx context.Context) error
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
		"its address belongs to somebody else": {fmt.Errorf("in use: %w", backend.ErrAddressInUse), 1, "172.31.0.5"},
		"somebody removed the network":         {fmt.Errorf("network gone: %w", backend.ErrNotFound), 2, "172.31.0.5"},
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
					sandbox, _ := h.sandboxes.Load(c.RuntimeID)
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
		left, _ := b.engine.List(t.Context(), map[string]string{labelContainerName: "web"})
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
				b.expect("address", a.PrivateIPv4, sandbox.IP)
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
			runtimeID := b.task(id).Status.Containers[i].RuntimeID
			if err := b.engine.Stop(t.Context(), runtimeID, 0); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if err := b.engine.Start(t.Context(), runtimeID); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			c, err := b.engine.Inspect(t.Context(), runtimeID)
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
		h := &hooks{}
		b.restartWith(h)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		b.expect("volumes removed", h.volumes, []string{volumeName(b.task(id), "data")})
	})
}

func TestEngineNameFitsAFileName(t *testing.T) {
	long := strings.Repeat("x", 255)
	row := &state.Task{ARN: scope.Task("default", "1"), Spec: &state.TaskSpec{Family: long, Revision: 1 << 30}}
	a, b := volumeName(row, long+"a"), volumeName(row, long+"b")
	if len(a) > 255 || a == b {
		t.Errorf("names %q and %q: want two of at most 255 characters", a, b)
	}
}

func TestLostErrorKeepsItsCause(t *testing.T) {
	cause := errors.New("no such host")
	if err := lostError(cause); !errors.Is(err, cause) || !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("lostError(%v) = %v", cause, err)
	}
}
