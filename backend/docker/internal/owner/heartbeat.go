package owner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

const (
	// brokenGrace is for how long an owner may be cut off before others take it for
	// dead: time enough to connect again where the engine is on the same machine, though
	// one that has much to do takes seconds to start a container.
	brokenGrace = 15 * time.Second
	// remoteGrace is the same for an owner that speaks to a remote engine, where
	// the network in between may be gone for a while.
	remoteGrace = 10 * time.Minute

	// probeInterval is how often an owner looks whether its heartbeat still runs, well
	// within brokenGrace. A connection may be dead without either end knowing: after
	// the engine's virtual machine slept, or behind a proxy. The engine's end is then
	// cleaned up first, and with it goes the heartbeat.
	probeInterval = 2 * time.Second
	// remoteProbeInterval is the same where the engine is remote.
	remoteProbeInterval = 15 * time.Second
)

// Heartbeat tells other emulators that the owner lives: a container that runs for as long as this
// process holds its standard input open. The engine notices when the process dies, however it dies.
type Heartbeat struct {
	HeartbeatOptions
	life lazy.Value[*beat]
	mu   sync.Mutex             // held while one starts or is dropped
	era  atomic.Int64           // counts the times it was dropped
	name atomic.Pointer[string] // of the newest container, from before it is made until it is over
}

// HeartbeatOptions are what a Heartbeat needs; all are required.
type HeartbeatOptions struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner
	Ulimits    *limits.Ulimits
	Errands    *errand.Runner
	Local      bool            // the engine's socket is on this machine
	Closing    context.Context // ends what tends the heartbeat
	Log        *slog.Logger
}

// NewHeartbeat returns a heartbeat that starts when it is first needed.
func NewHeartbeat(o HeartbeatOptions) *Heartbeat { return &Heartbeat{HeartbeatOptions: o} }

// beat is a container of a Heartbeat.
type beat struct {
	id      string
	conn    client.HijackedResponse
	era     int64       // Heartbeat.era when it was made
	dropped atomic.Bool // on purpose
}

func (l *beat) hangUp() {
	l.dropped.Store(true)
	l.conn.Close()
}

// Ensure has the heartbeat running before it returns. All that could be left over is made only after
// it: a sweep that sees a thing of the owner's and then looks for the heartbeat finds it. Making it
// concurrently would save a tenth of a second once, and lose that.
func (h *Heartbeat) Ensure(ctx context.Context) error {
	_, err := h.life.Get(ctx, h.start)
	return err
}

// attempts is how often a heartbeat is made whose container goes before it has started.
const attempts = 3

func (h *Heartbeat) start(ctx context.Context) (*beat, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lost []*beat
	defer func() { // when another one is there: without any, others would take the owner for dead
		for _, l := range lost {
			h.takeBack(ctx, l)
		}
	}()
	l, err := h.create(ctx)
	for len(lost) < attempts-1 && (h.Ulimits.Refused(err) || l.isTaken(err)) {
		lost = append(lost, l)
		l, err = h.create(ctx)
	}
	if err != nil {
		h.name.Store(nil)
		h.takeBack(ctx, l)
		return nil, fmt.Errorf("start the heartbeat of the emulator: %w", err)
	}
	l.era = h.era.Load()
	go h.tend(l)
	return l, nil
}

// isTaken reports whether a container that was made did not start because it is gone, or about to go: another process may remove
// all that it finds of the owner, such as `docker container prune`, for which a container that has not started is one to remove.
func (l *beat) isTaken(err error) bool {
	return l != nil && (cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err))
}

// create makes a container and starts it. With an error it returns the one that it has made, if any.
func (h *Heartbeat) create(ctx context.Context) (*beat, error) {
	labels := h.Owner.Labels(label.Heartbeat, nil)
	labels[label.GraceKey] = brokenGrace.String()
	if !h.Local {
		labels[label.GraceKey] = remoteGrace.String()
	}
	name := h.Owner.UniqueName("lifeline")
	h.name.Store(&name)
	made, err := h.Containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: name, CreateRequest: container.CreateRequest{
		Config: &container.Config{Cmd: []string{"lifeline"}, NetworkDisabled: true, OpenStdin: true, StdinOnce: true, AttachStdin: true, Labels: labels},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", LogConfig: container.LogConfig{Type: "none"},
			Resources: container.Resources{Ulimits: h.Ulimits.Trial()},
		},
	}})
	if err != nil {
		if ctx.Err() != nil { // the engine may have made it
			_ = h.Containers.TakeBack(ctx, name)
		}
		return nil, err
	}
	l := &beat{id: made.ID}
	// Output is attached only for its end, which tells that the container ended.
	l.conn, err = h.Client.Attach(ctx, l.id, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err == nil {
		err = h.Client.ContainerStart(ctx, l.id)
		if err != nil {
			l.hangUp()
		}
	}
	return l, err
}

// takeBack removes the container of a heartbeat that did not start, if there is one.
func (h *Heartbeat) takeBack(ctx context.Context, l *beat) {
	if l != nil {
		_ = h.Containers.TakeBack(ctx, l.id)
	}
}

// tend waits for the heartbeat to break, and makes a new one unless it was dropped.
func (h *Heartbeat) tend(l *beat) {
	if h.Owner.Durable() {
		if err := errors.Join(h.RemoveSpent(h.Closing, l.id), h.Errands.RemoveLost(h.Closing)); err != nil {
			h.Log.Debug("remove heartbeats and errands of earlier runs", "error", err)
		}
	}
	probing, stop := context.WithCancel(h.Closing)
	go h.probe(probing, l)
	_, err := io.Copy(io.Discard, l.conn.Reader)
	stop()
	if l.dropped.Load() || h.Closing.Err() != nil {
		return
	}
	h.Log.Warn("heartbeat of the emulator broke; starting another", "error", err)
	l.conn.Close()
	h.name.Store(nil)
	h.life.Reset()
	for wait := dockerapi.FirstRetry; ; wait = min(2*wait, dockerapi.LastRetry) {
		_, err := h.life.Get(h.Closing, func(ctx context.Context) (*beat, error) { return h.replace(ctx, l) })
		if err == nil || errors.Is(err, errDropped) {
			break
		}
		if pause.For(h.Closing, wait) != nil {
			return
		}
	}
	if err := h.Containers.Remove(h.Closing, l.id); err != nil {
		h.Log.Debug("remove broken heartbeat", "container", l.id, "error", err)
	}
}

// probe closes the connection to a heartbeat that does not run any more, which ends
// the wait of tend.
func (h *Heartbeat) probe(ctx context.Context, l *beat) {
	interval := probeInterval
	if !h.Local {
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
		if h.ended(ctx, l, interval) {
			l.conn.Close()
			return
		}
	}
}

// ended asks the engine whether a heartbeat is over. No answer is none.
func (h *Heartbeat) ended(ctx context.Context, l *beat, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := h.Client.ContainerInspect(ctx, l.id)
	if err != nil {
		return cerrdefs.IsNotFound(err)
	}
	return !found.State.Running
}

// errDropped: the heartbeat to replace is no longer wanted.
var errDropped = errors.New("heartbeat was dropped")

func (h *Heartbeat) replace(ctx context.Context, broken *beat) (*beat, error) {
	if h.era.Load() != broken.era {
		return nil, errDropped
	}
	l, err := h.start(ctx)
	if err == nil && h.era.Load() != broken.era {
		h.name.Store(nil)
		l.hangUp()
		return nil, errors.Join(errDropped, h.Containers.Remove(ctx, l.id))
	}
	return l, err
}

// Drop ends the heartbeat; the next thing made starts another.
func (h *Heartbeat) Drop(ctx context.Context) error {
	h.era.Add(1)
	h.mu.Lock() // one that is just being made is dropped too
	defer h.mu.Unlock()
	l, made := h.life.Peek()
	if !made {
		return nil
	}
	h.name.Store(nil)
	h.life.Reset()
	l.hangUp()
	return h.Containers.Remove(ctx, l.id)
}

// RemoveSpent removes the heartbeats of the owner's earlier runs, but for one. Something else has to
// tell where the owner's directory is by now.
func (h *Heartbeat) RemoveSpent(ctx context.Context, but string) error {
	spent := h.Owner.Filter(map[string]string{label.KindKey: string(label.Heartbeat)})
	spent.Add("status", string(container.StateExited))
	return h.Containers.RemoveListed(ctx, spent, func(c container.Summary) bool { return c.ID == but })
}

// HangUp ends the heartbeat without a request to the engine.
func (h *Heartbeat) HangUp() {
	if l, made := h.life.Peek(); made {
		l.hangUp()
	}
}

// ID is the container that beats now; empty is none.
func (h *Heartbeat) ID() string {
	if l, made := h.life.Peek(); made {
		return l.id
	}
	return ""
}

// has reports whether a container is the heartbeat, or the one that is being made.
func (h *Heartbeat) has(c container.Summary) bool {
	name := h.name.Load()
	return c.ID == h.ID() || name != nil && slices.Contains(c.Names, "/"+*name)
}
