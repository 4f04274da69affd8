package agent

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// leading is an engine that notes of which sandboxes calls are led.
type leading struct {
	hooks
	mu     sync.Mutex
	led    []string
	before func(sandbox string) // nil: nothing happens once calls are led
}

func (l *leading) SetConnect(ctx context.Context, sandbox string, c backend.Connect) error {
	err := l.hooks.SetConnect(ctx, sandbox, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.led = append(l.led, sandbox)
	if l.before != nil {
		l.before(sandbox)
	}
	return err
}

// withProxies has tasks have a proxy of Service Connect, on an engine that notes whose calls are led.
func withProxies(t *testing.T, story func(b *bench, engine *leading)) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &leading{hooks: hooks{Engine: b.engine}}
		b.proxied = &state.Connect{Endpoints: []state.ConnectEndpoint{{DNSName: "api", Port: 80}}}
		b.startOn(HostOptions{Engine: engine})
		story(b, engine)
	})
}

// phase is how far a container of a task is; the proxy is named by the empty string.
func (b *bench) phase(id, name string) state.ContainerPhase {
	t := b.task(id)
	if name == "" {
		name = t.ProxyName()
	}
	return t.Status.Container(name).Phase
}

func TestOtherContainersStartWhenTheProxyKnowsWhatToDo(t *testing.T) {
	withProxies(t, func(b *bench, _ *leading) {
		told := ""
		b.agent.Proxies().OnNews(func(taskARN string) { told = taskARN })
		id := b.run(container("web", "linger", "5s"))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the task of which is told that its proxy runs", told, id)
		b.expect("the proxy", b.phase(id, ""), state.ContainerRunning)
		b.expect("web while the proxy knows nothing", b.phase(id, "web"), state.ContainerPulled)
		b.expect("the task", b.task(id).Status.LastStatus, state.Pending)

		b.agent.Proxies().Ready(t.Context(), id)
		synctest.Wait()
		b.expect("web", b.phase(id, "web"), state.ContainerRunning)
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		b.expect("the health of the proxy", b.task(id).Status.Container(b.task(id).ProxyName()).HealthStatus, types.HealthStatusHealthy)

		b.stopTask(id)
		time.Sleep(4 * time.Second)
		synctest.Wait()
		b.expect("the proxy while web stops", b.phase(id, ""), state.ContainerRunning)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the task that was stopped", b.task(id).Status.LastStatus, state.Stopped)
	})
}

func TestATaskEndsWithItsProxy(t *testing.T) {
	withProxies(t, func(b *bench, engine *leading) {
		id := b.run(container("web"))
		b.agent.Proxies().Ready(t.Context(), id)
		synctest.Wait()
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		if err := engine.Crash(t.Context(), b.task(id).Status.Container(b.task(id).ProxyName()).EngineID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		ended := b.task(id)
		b.expect("the task", ended.Status.LastStatus, state.Stopped)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeEssentialContainerExited)
		b.expect("reason", ended.Stop.Reason, "Essential container in task exited")
	})
}

// A sandbox that ends before anything has run has lost its hosts file: the next one leads calls as well.
func TestTheNextSandboxLeadsCalls(t *testing.T) {
	withProxies(t, func(b *bench, engine *leading) {
		engine.before = func(sandbox string) {
			if len(engine.led) == 1 {
				_ = engine.Stop(t.Context(), sandbox, 0)
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
