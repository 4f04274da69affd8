package serviceconnect

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type proxy struct {
	task  string // ARN
	knows *state.Connect
	turn  chan struct{}   // holds a token while rows are read and pushed, so that older ones do not come later
	runs  context.Context // ends when it does not run any more
	stop  func()          // ends that
	// silentSince is since when it has not answered who connects to it, in real time, and saidSilent that the log says
	// so. Both belong to lookAtTask.
	silentSince time.Time
	saidSilent  bool

	mu     sync.Mutex
	client *control.Client // nil: not connected
	told   chan struct{}   // closed while it knows all that rows said when it was connected to
	silent bool            // it did not answer in time when it was last told something
	owes   *control.Client // the connection, if any, with a question that should have been answered; see count
	// ejected are the targets that it has ejected, and since when, as the latest connection has told.
	ejected map[balancer.Key]time.Time
}

func newProxy(t *state.Task) *proxy {
	p := &proxy{task: t.ARN, knows: t.Spec.Connect, turn: make(chan struct{}, 1), told: make(chan struct{})}
	p.runs, p.stop = context.WithCancel(context.Background())
	return p
}

const (
	// greetTimeout is until when a proxy has to have answered for the first time.
	greetTimeout = 5 * time.Second
	// pushTimeout bounds how long it may take to learn all that it is to know.
	pushTimeout = 30 * time.Second
)

// connected reports whether a proxy knows what to do and is told what changes.
func (p *proxy) connected() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client == nil {
		return false
	}
	select {
	case <-p.client.Over():
		return false
	default:
		return true
	}
}

// connect tells a proxy over a stream what it is to do, as far as it does not do so already. over is closed when the
// connection has ended, pushed is how many pieces it did not have. It gives up when the proxy stops.
func (p *proxy) connect(ctx context.Context, stream io.ReadWriteCloser, read func() func(string) *endpoint) (over <-chan struct{}, pushed int, err error) {
	p.forget()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(p.runs, stop)()
	greeting, cancel := context.WithTimeout(ctx, greetTimeout)
	defer cancel()
	ejected := map[balancer.Key]time.Time{}
	client, err := control.Connect(greeting, stream, func(news []balancer.Health) { p.heard(ejected, news) })
	if err != nil {
		return nil, 0, fmt.Errorf("connect to the proxy: %w", err)
	}
	pushing, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	if err := p.takeTurn(pushing); err != nil {
		client.Close()
		return nil, 0, err
	}
	defer func() { <-p.turn }()
	had := client.Has()
	c, err := configure(p.knows, read())
	if err == nil {
		err = client.UpdateParts(pushing, c.parts, c.own, func(balancer.Key) bool { return true })
	}
	if err != nil {
		client.Close()
		return nil, 0, fmt.Errorf("tell the proxy what to do: %w", err)
	}
	for _, piece := range client.Has() {
		if !slices.Contains(had, piece) {
			pushed++
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.runs.Err() != nil { // forget may have been called already
		client.Close()
		return nil, 0, p.runs.Err()
	}
	p.client, p.silent, p.ejected = client, false, ejected
	close(p.told)
	return client.Over(), pushed, nil
}

// forget ends the connection, if there is one.
func (p *proxy) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client != nil {
		p.client.Close()
		p.client, p.told = nil, make(chan struct{})
	}
}

// end is for a proxy that does not run any more: what waits for it goes on.
func (p *proxy) end() {
	p.stop()
	p.forget()
}

func (p *proxy) takeTurn(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// push tells a proxy of a service of Cloud Map, and returns when it acts by that, or does not run any more. While it is
// not connected it waits.
func (p *proxy) push(ctx context.Context, read func() *endpoint) error {
	for {
		p.mu.Lock()
		client, told := p.client, p.told
		p.mu.Unlock()
		select {
		case <-told:
		case <-p.runs.Done():
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		if client == nil { // it has just been connected to
			continue
		}
		if err := p.takeTurn(ctx); err != nil {
			return err
		}
		err := p.tell(ctx, client, read())
		<-p.turn
		select {
		case <-client.Over():
		default:
			return err
		}
		if !p.reconnects(ctx, client) {
			return err
		}
	}
}

// tell has a proxy act by an endpoint.
func (p *proxy) tell(ctx context.Context, client *control.Client, e *endpoint) error {
	c, of, err := configureEndpoint(p.knows, e)
	if err != nil {
		return err
	}
	return client.UpdateParts(ctx, c.parts, c.own, of)
}

// reconnects waits until the connection that has ended is not the one that is used any more.
func (p *proxy) reconnects(ctx context.Context, ended *control.Client) bool {
	p.mu.Lock()
	if p.client == ended {
		p.client, p.told = nil, make(chan struct{})
	}
	p.mu.Unlock()
	return ctx.Err() == nil
}

// drain returns when the requests of the task have been answered that were under way to what is gone. Of one that is not
// connected nothing is known, and one that is silent has been waited for already.
func (p *proxy) drain(ctx context.Context) error {
	p.mu.Lock()
	client, silent := p.client, p.silent
	p.mu.Unlock()
	if client == nil || silent {
		return nil
	}
	return client.Drain(ctx)
}
