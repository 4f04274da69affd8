package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

const (
	// brokenGrace is for how long an owner may be cut off before others take it for
	// dead: time enough to connect again where the engine is on the same machine, though
	// one that has much to do takes seconds to start a container.
	brokenGrace = 15 * time.Second
	// remoteGrace is the same for an owner that speaks to a remote engine, where
	// the network in between may be gone for a while.
	remoteGrace = 10 * time.Minute

	// probeInterval is how often an owner looks whether its lifeline still runs, well
	// within brokenGrace. A connection may be dead without either end knowing: after
	// the engine's virtual machine slept, or behind a proxy. The engine's end is then
	// cleaned up first, and with it goes the lifeline.
	probeInterval = 2 * time.Second
	// remoteProbeInterval is the same where the engine is remote.
	remoteProbeInterval = 15 * time.Second

	firstRetry = 250 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// lifeline is a container that runs for as long as this process holds its standard
// input open. The engine notices when the process dies, however it dies.
type lifeline struct {
	id      string
	conn    client.HijackedResponse
	era     int64       // Engine.lifeEra when it was made
	dropped atomic.Bool // on purpose
}

func (l *lifeline) hangUp() {
	l.dropped.Store(true)
	l.conn.Close()
}

// ensureLifeline has the lifeline running before it returns. Whatever could be left
// over is made only after it: a sweep that sees a thing of ours and then looks for
// the lifeline finds it. Making it concurrently would save a tenth of a second once,
// and lose that.
func (e *Engine) ensureLifeline(ctx context.Context) error {
	_, err := e.life.Get(ctx, e.startLifeline)
	return err
}

func (e *Engine) startLifeline(ctx context.Context) (*lifeline, error) {
	e.lifeMu.Lock()
	defer e.lifeMu.Unlock()
	l, err := e.newLifeline(ctx)
	if e.ulimits.Refused(err) {
		l, err = e.newLifeline(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("start lifeline: %w", err)
	}
	l.era = e.lifeEra.Load()
	go e.tend(l)
	return l, nil
}

func (e *Engine) newLifeline(ctx context.Context) (*lifeline, error) {
	labels := e.owner.Labels(label.Heartbeat, nil)
	labels[label.GraceKey] = brokenGrace.String()
	if !e.local {
		labels[label.GraceKey] = remoteGrace.String()
	}
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: e.owner.UniqueName("lifeline"), CreateRequest: container.CreateRequest{
		Config: &container.Config{Cmd: []string{"lifeline"}, OpenStdin: true, StdinOnce: true, AttachStdin: true, Labels: labels},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", LogConfig: container.LogConfig{Type: "none"},
			Resources: container.Resources{Ulimits: e.ulimits.Trial()},
		},
	}})
	if err != nil {
		return nil, err
	}
	l := &lifeline{id: made.ID}
	// Output is attached only for its end, which tells that the container ended.
	l.conn, err = e.client.Attach(ctx, l.id, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err == nil {
		err = e.client.ContainerStart(ctx, l.id)
		if err != nil {
			l.hangUp()
		}
	}
	if err != nil {
		_ = e.containers.Remove(context.WithoutCancel(ctx), l.id)
		return nil, err
	}
	return l, nil
}

// tend waits for the lifeline to break, and makes a new one unless that was meant.
func (e *Engine) tend(l *lifeline) {
	if e.owner.Durable() {
		if err := errors.Join(e.removeSpentLifelines(e.closing, l.id), e.errands.RemoveLost(e.closing)); err != nil {
			e.log.Debug("remove lifelines and errands of earlier runs", "error", err)
		}
	}
	probing, stop := context.WithCancel(e.closing)
	go e.probe(probing, l)
	_, err := io.Copy(io.Discard, l.conn.Reader)
	stop()
	if l.dropped.Load() || e.closing.Err() != nil {
		return
	}
	e.log.Warn("lifeline broke; starting another", "error", err)
	l.conn.Close()
	e.life.Reset()
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		_, err := e.life.Get(e.closing, func(ctx context.Context) (*lifeline, error) { return e.replace(ctx, l) })
		if err == nil || errors.Is(err, errDropped) {
			break
		}
		select {
		case <-time.After(wait):
		case <-e.closing.Done():
			return
		}
	}
	if err := e.containers.Remove(e.closing, l.id); err != nil {
		e.log.Debug("remove broken lifeline", "container", l.id, "error", err)
	}
}

// probe closes the connection to a lifeline that does not run any more, which ends
// the wait of tend.
func (e *Engine) probe(ctx context.Context, l *lifeline) {
	interval := probeInterval
	if !e.local {
		interval = remoteProbeInterval
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if e.ended(ctx, l, interval) {
			l.conn.Close()
			return
		}
	}
}

// ended asks the engine whether a lifeline is over. No answer is none.
func (e *Engine) ended(ctx context.Context, l *lifeline, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := e.client.ContainerInspect(ctx, l.id)
	if err != nil {
		return cerrdefs.IsNotFound(err)
	}
	return !found.State.Running
}

// errDropped: the lifeline to replace is no longer wanted.
var errDropped = errors.New("lifeline was dropped")

func (e *Engine) replace(ctx context.Context, broken *lifeline) (*lifeline, error) {
	if e.lifeEra.Load() != broken.era {
		return nil, errDropped
	}
	l, err := e.startLifeline(ctx)
	if err == nil && e.lifeEra.Load() != broken.era {
		l.hangUp()
		return nil, errors.Join(errDropped, e.containers.Remove(ctx, l.id))
	}
	return l, err
}

// dropLifeline ends the lifeline; the next thing made starts another.
func (e *Engine) dropLifeline(ctx context.Context) error {
	e.lifeEra.Add(1)
	e.lifeMu.Lock() // one that is just being made is dropped too
	defer e.lifeMu.Unlock()
	l, made := e.life.Peek()
	if !made {
		return nil
	}
	e.life.Reset()
	l.hangUp()
	return e.containers.Remove(ctx, l.id)
}
