package agent

import (
	"context"
	"errors"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Proxies are the proxies of Service Connect in tasks. The agent runs their containers; who has them do what rows say
// connects to them, and tells when one knows it: it is HEALTHY from then on.
type Proxies struct{ agent *Agent }

func (a *Agent) Proxies() Proxies { return Proxies{a} }

// OnNews sets what is told of a task whose proxy runs, before the engine is looked at.
func (p Proxies) OnNews(tell func(taskARN string)) { p.agent.proxyRuns = tell }

// OnEnd sets what is told of a task whose proxy is about to be stopped, and waited for, before the engine is looked at.
func (p Proxies) OnEnd(tell func(ctx context.Context, taskARN string)) { p.agent.proxyEnds = tell }

// Connect returns a stream to the proxy of a task, for package balancer's control.Connect; nil: it does not run.
func (p Proxies) Connect(ctx context.Context, taskARN string) (io.ReadWriteCloser, error) {
	t := p.agent.Task(taskARN)
	if t == nil {
		return nil, nil
	}
	h, c := p.agent.hostOf(t), t.Status.Container(t.ProxyName())
	if h == nil || c == nil || c.Phase != state.ContainerRunning {
		return nil, nil
	}
	if err := h.Engine.Health(); err != nil {
		return nil, err
	}
	stream, err := h.Engine.LoadBalancers().ConnectLoadBalancer(ctx, c.EngineID)
	if errors.Is(err, backend.ErrNotFound) {
		return nil, nil
	}
	return stream, err
}

// Ready notes that the proxy of a task knows what to do.
func (p Proxies) Ready(ctx context.Context, taskARN string) {
	t := state.FindTask(p.agent.Store.Read(), taskARN)
	if t == nil {
		return
	}
	h := p.agent.hostOf(t)
	if h == nil {
		return
	}
	w := h.lockTask(taskARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	if on, ok := w.view.Named(w.view.Proxy); ok && w.view.HealthIs(on, backend.Healthy, p.agent.Clock.Now()) {
		w.publication.Touch()
	}
	w.advance(ctx)
}
