// Package sim is a container engine in process. It runs nothing: a Script says
// what each container would do, and the engine keeps the books as Docker would:
// states, exit codes, addresses, ports, logs, health, events. A running container
// costs about a kilobyte and no goroutine.
//
// Scripts come from commands, image names, labels and rules; see Script. Engines with the same
// VPCs are as the engines of one Docker swarm.
package sim

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logrouter"
)

// Options configure an Engine. The zero value is useful.
type Options struct {
	// Clock is the time of everything containers do by themselves: scripts,
	// health checks and the times of logs and events. Nil is real time. The
	// grace of Stop is real time in any case.
	Clock Clock
	// Scripts override what containers of matching images do, later ones
	// overriding earlier ones. Engine.Script adds more.
	Scripts []Rule
	// Default is what a container does when neither its command nor its image's
	// name says. The zero Script runs until stopped and serves nothing.
	Default Script
	// Images are local from the start, as if built here: they have no digest. An
	// invalid reference says so when it is used.
	Images []string
	// Rand is where ids come from; nil is crypto/rand.
	Rand io.Reader
	// CPUs and Memory (bytes) are what Info tells; 0 is 64 and 256 GiB. Nothing
	// is ever used up.
	CPUs   int
	Memory int64
	// Architecture is the GOARCH that Info tells; empty is the one of this process.
	Architecture string
	// ID is what Info tells; empty is one that no other engine has.
	ID string
	// VPCs are where the networks are; nil is no other engine's.
	VPCs *VPCs
}

// Engine is a simulated container engine. It lives as long as the value does.
type Engine struct {
	clock Clock
	opts  Options
	web   *http.Server // serves what Dial connects

	vpcs       *VPCs
	mu         *sync.Mutex   // of all that stand in the VPCs
	lost       error         // why the engine can't be reached; nil if it can
	cut        chan struct{} // closed when the engine is lost
	rules      []Rule
	load       LoadFunc
	images     *image.Store
	bridges    map[string]*network // isolated networks, by name
	volumes    map[string]volume   // by name
	sockets    logrouter.Sockets   // of log routers
	files      files
	containers map[string]*container // by id
	names      map[string]*container
	watchers   map[*watcher]struct{}
	planes     map[*container]*dataplane.Balancer // of load balancers that run
	created    uint64                             // containers ever made, the order of List
}

var (
	_ backend.Engine        = (*Engine)(nil)
	_ backend.Crasher       = (*Engine)(nil)
	_ backend.PowerCutter   = (*Engine)(nil)
	_ backend.LoadBalancers = (*Engine)(nil)
	_ backend.UsageReader   = (*Engine)(nil)
)

// New makes an engine without containers. It starts no goroutine.
func New(opts Options) *Engine {
	e := &Engine{
		clock:    opts.Clock,
		opts:     opts,
		cut:      make(chan struct{}),
		rules:    append([]Rule(nil), opts.Scripts...),
		volumes:  map[string]volume{},
		files:    files{},
		watchers: map[*watcher]struct{}{},
		planes:   map[*container]*dataplane.Balancer{},
	}
	if e.vpcs = opts.VPCs; e.vpcs == nil {
		e.vpcs = NewVPCs()
	}
	e.mu = &e.vpcs.mu
	if e.clock == nil {
		e.clock = realClock{}
	}
	if e.opts.Rand == nil {
		e.opts.Rand = rand.Reader
	}
	if e.opts.CPUs == 0 {
		e.opts.CPUs = 64
	}
	if e.opts.Memory == 0 {
		e.opts.Memory = 256 << 30
	}
	e.opts.Architecture = cmp.Or(e.opts.Architecture, runtime.GOARCH)
	e.images = image.NewStore(e.opts.Architecture)
	for _, name := range opts.Images {
		if ref, err := image.ParseReference(name); err == nil {
			e.images.Build(ref)
		}
	}
	if e.opts.ID == "" {
		e.opts.ID = rand.Text()
	}
	e.web = e.newWebServer()
	e.clear()
	return e
}

// Script adds a rule: from its next start or pull on, a container or image that
// matches does what the rule says, and not what an earlier one says.
func (e *Engine) Script(match string, script Script) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = append(e.rules, Rule{Image: match, Script: script})
}

// Info describes the engine.
func (e *Engine) Info(ctx context.Context) (backend.Info, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Info{}, err
	}
	return backend.Info{
		ID:           e.opts.ID,
		Name:         "sim",
		Version:      "1",
		OS:           "linux",
		Architecture: e.opts.Architecture,
		CPUs:         e.opts.CPUs,
		Memory:       e.opts.Memory,
		Simulated:    true,
		TaskLimits:   true, // no container ever uses more than nothing
	}, nil
}

// RemoveAll removes every container, network and volume. Images and shared volumes stay, and so do networks on which
// another engine has sandboxes.
func (e *Engine) RemoveAll(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	for _, c := range e.list(nil) {
		e.remove(c)
	}
	for name, v := range e.volumes {
		if !v.shared {
			e.removeVolume(name)
		}
	}
	e.clear()
	return nil
}

func (e *Engine) clear() {
	e.leaveNetworks()
	e.containers = map[string]*container{}
	e.names = map[string]*container{}
}

// Close ends sessions and the connections that Dial made. Containers stay, and so does the
// engine: another emulator may go on with it.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.containers {
		c.hangUp()
	}
	e.loseSessions(net.ErrClosed)
	return nil
}

// reach is the first thing that every method does: a lost engine answers nothing.
func (e *Engine) reach(ctx context.Context) error {
	if e.lost != nil {
		return e.lost
	}
	return ctx.Err()
}

// wait gives up the lock until done is closed. It fails when ctx ends or the
// engine is lost first.
func (e *Engine) wait(ctx context.Context, done <-chan struct{}) error {
	cut := e.cut
	e.mu.Unlock()
	defer e.mu.Lock()
	select {
	case <-done:
		return nil
	case <-cut:
		return backend.ErrUnavailable
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sleep gives up the lock until d of the clock has passed. It tells the caller that
// its call goes on only when the clock does.
func (e *Engine) sleep(ctx context.Context, d time.Duration) error {
	passed, giveUp := backend.WaitForTimer(ctx, func(ring func()) (stop func() bool) { return e.clock.AfterFunc(d, ring).Stop })
	defer giveUp()
	return e.wait(ctx, passed)
}

// newID is 64 hexadecimal digits, as Docker's.
func (e *Engine) newID() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(e.opts.Rand, b[:]); err != nil {
		return "", fmt.Errorf("make container id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}
