package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
)

// engine has one load balancer, which notes what it is told.
type engine struct {
	mu      sync.Mutex
	runs    bool
	refuses error
	server  *control.Server
	streams []net.Conn
	did     []string
	ports   map[string]int32 // by listener
	gate    chan struct{}    // holds what is said of targets that drain
	settles chan struct{}    // holds the kernel
	tasks   []netip.Addr     // that answer through the load balancer
	deaf    int              // how many streams lead nowhere
	counts  *balancer.Counts // nil counts nothing
	frozen  chan struct{}    // it answers no questions until this is closed
}

// nodes are the load balancers of an engine, as the controller sees them.
type nodes struct{ *engine }

func (e *engine) holds(gate chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gate = gate
}

func (e nodes) Run(context.Context, *elbv2.LoadBalancer) (node.Place, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuses != nil {
		return node.Place{}, e.refuses
	}
	if !e.runs {
		e.runs, e.server = true, control.NewServer()
		e.did = append(e.did, "run")
	}
	return node.Place{Address: netip.MustParseAddr("172.31.0.4"), Subnet: "subnet-1"}, nil
}

func (e nodes) Connect(context.Context, string) (io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	near, far := net.Pipe()
	e.streams = append(e.streams, far)
	if e.deaf > 0 {
		e.deaf--
		go io.Copy(io.Discard, far) //nolint:errcheck // it ends with the stream
		return near, nil
	}
	go e.server.Serve(context.Background(), e.engine, far) //nolint:errcheck // it ends with the stream
	return near, nil
}

func (e nodes) KeepClients(_ context.Context, _ string, targets []netip.Addr) (kept []netip.Addr, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range targets {
		if slices.Contains(e.tasks, t) {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

func (e nodes) Remove(context.Context, string) error {
	e.mu.Lock()
	err := e.refuses
	e.mu.Unlock()
	if err == nil {
		e.end()
	}
	return err
}

// refuse has the engine refuse everything; nil ends that.
func (e *engine) refuse(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refuses = why
}

// OpenPort opens the port of that number, or one a thousand above where it is taken.
func (e nodes) OpenPort(_ context.Context, l *elbv2.Listener) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, open := e.ports[l.ARN]; !open {
		port := l.Port
		for slices.Contains(slices.Collect(maps.Values(e.ports)), port) {
			port += 1000
		}
		if e.ports == nil {
			e.ports = map[string]int32{}
		}
		e.ports[l.ARN] = port
	}
	return []string{fmt.Sprintf("127.0.0.1:%d", e.ports[l.ARN])}
}

func (e nodes) ClosePorts(_ string, but []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	maps.DeleteFunc(e.ports, func(listener string, _ int32) bool { return !slices.Contains(but, listener) })
}

// end ends the load balancer, and what it knew.
func (e *engine) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs {
		e.did = append(e.did, "end")
	}
	e.runs = false
	for _, s := range e.streams {
		_ = s.Close()
	}
	e.streams = nil
}

// Set, Remove, Settle and Counts of a balancer.
func (e *engine) Set(p balancer.Piece) error {
	e.mu.Lock()
	if gate := e.gate; gate != nil && p.Target != nil && p.Target.Draining {
		e.mu.Unlock()
		<-gate
		e.mu.Lock()
	}
	defer e.mu.Unlock()
	key, _ := p.Key()
	word := string(key.Kind)
	switch {
	case p.Listener != nil && p.Listener.Port == 7:
		return errors.New("the port is taken")
	case p.Target != nil && p.Target.Draining:
		word = "draining " + key.ID
	case p.Target != nil && p.Target.Direct:
		word = "direct " + key.ID
	case p.Target != nil:
		word = key.ID
	}
	e.did = append(e.did, word)
	return nil
}

func (e *engine) Remove(key balancer.Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	word := "no " + string(key.Kind)
	if key.Kind == balancer.KindTarget {
		word = "no " + key.ID
	}
	e.did = append(e.did, word)
}

func (e *engine) Settle() {
	e.mu.Lock()
	gate := e.settles
	e.mu.Unlock()
	if gate != nil {
		<-gate
	}
}

// settlesAfter has the kernel learn of changes only when a gate opens.
func (e *engine) settlesAfter(gate chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settles = gate
}

func (e *engine) Counts() *balancer.Counts {
	e.mu.Lock()
	frozen := e.frozen
	e.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts
}
