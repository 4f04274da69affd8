package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// Host is a host of an agent, as load balancers see it.
type Host struct {
	Name  string
	Nodes *Nodes
	// Ready reports whether load balancers may be made on its engine, Lost whether they leave it.
	Ready, Lost func() bool
}

// Hosts has each load balancer on one of the hosts of an agent: on the first that is ready and takes it, and there it
// stays until that is lost. Its methods may be called by many goroutines at once.
type Hosts struct {
	all []Host

	mu    sync.Mutex
	at    map[string]int // which host load balancers are on, or are tried on, by ARN, as far as it is known
	stood map[string]int // which host has run them last, by ARN: rows may not say so yet
}

// Place is where a load balancer runs.
type Place struct {
	Address netip.Addr
	Subnet  string
	Host    string
}

// NewHosts takes the hosts in the order in which they are preferred. There is one at least.
func NewHosts(all []Host) *Hosts {
	return &Hosts{all: all, at: map[string]int{}, stood: map[string]int{}}
}

// candidate is a host at the time of a choice.
type candidate struct {
	name        string
	ready, lost bool
}

// choose says which hosts a load balancer may be on, by their indexes, the first one first: if one does not take it, the next one is
// tried. was is the one where it was last, if it was anywhere. There is none if all are lost.
func choose(was string, placed bool, hosts []candidate) []int {
	var ready, waits []int
	for i, h := range hosts {
		switch {
		case h.lost:
		case placed && h.name == was:
			return []int{i}
		case h.ready:
			ready = append(ready, i)
		default:
			waits = append(waits, i)
		}
	}
	if len(ready) == 0 {
		return waits[:min(len(waits), 1)]
	}
	return ready
}

// Run is what it is of Nodes. One that has left its host has another address, since the engine there may have it still. It does not go
// back when that answers again; a move that no host has taken has not been one.
func (h *Hosts) Run(ctx context.Context, row *elbv2.LoadBalancer) (place Place, err error) {
	err = fmt.Errorf("%w: all engines are lost", backend.ErrUnavailable)
	for _, i := range h.choose(row) {
		failed := err
		place, err = h.runOn(ctx, row, i)
		if err == nil || ctx.Err() != nil || errors.Is(err, backend.ErrSubnetFull) { // as it is for all
			return place, err
		}
		if !errors.Is(failed, backend.ErrUnavailable) {
			err = failed // the first one that no look at an engine mends
		}
	}
	return place, err
}

func (h *Hosts) choose(row *elbv2.LoadBalancer) []int {
	var hosts []candidate
	for _, one := range h.all {
		hosts = append(hosts, candidate{one.Name, one.Ready(), one.Lost()})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if i, stands := h.stood[row.ARN]; stands {
		return choose(h.all[i].Name, true, hosts)
	}
	return choose(row.Host, len(row.Addresses) > 0, hosts)
}

// runOn runs a load balancer on a host.
func (h *Hosts) runOn(ctx context.Context, row *elbv2.LoadBalancer, i int) (Place, error) {
	on := h.all[i]
	if h.moves(row.ARN, i); row.Host != on.Name {
		moved := *row
		moved.Host, moved.Addresses = on.Name, nil
		row = &moved
	}
	address, subnet, err := on.Nodes.Run(ctx, row)
	if err != nil {
		return Place{}, err
	}
	h.mu.Lock()
	h.stood[row.ARN] = i
	h.mu.Unlock()
	h.tidy(ctx, row.ARN, i)
	return Place{address, subnet, on.Name}, nil
}

// moves notes which host a load balancer is on. Nothing leads to where it was any more.
func (h *Hosts) moves(arn string, to int) {
	h.mu.Lock()
	was, known := h.at[arn]
	h.at[arn] = to
	h.mu.Unlock()
	if known && was != to {
		h.all[was].Nodes.abandon(arn)
	}
}

// tidy removes a load balancer from all hosts but one. What cannot be removed now, the next look at that engine brings up again.
func (h *Hosts) tidy(ctx context.Context, arn string, but int) {
	for i, other := range h.all {
		if i == but || !other.Nodes.knows(arn) || other.Nodes.Engine.Health() != nil {
			continue
		}
		if err := other.Nodes.Remove(ctx, arn); err != nil && !other.Nodes.Engine.Lost(err) {
			other.Nodes.Log.Warn("cannot remove a load balancer from the engine that it has left", "loadBalancer", arn, "error", err)
		}
	}
}

// of are the Nodes that a load balancer is on.
func (h *Hosts) of(arn string) *Nodes {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[h.at[arn]].Nodes
}

// Connect is what it is of Nodes.
func (h *Hosts) Connect(ctx context.Context, arn string) (io.ReadWriteCloser, error) {
	return h.of(arn).Connect(ctx, arn)
}

// KeepClients is what it is of Nodes. The targets may be on any engine.
func (h *Hosts) KeepClients(ctx context.Context, arn string, targets []netip.Addr) (kept []netip.Addr, err error) {
	return h.of(arn).KeepClients(ctx, arn, targets)
}

// Remove takes a load balancer off all engines. A lost one is not waited for: what is there is removed when it is back.
func (h *Hosts) Remove(ctx context.Context, arn string) error {
	h.mu.Lock()
	at := h.at[arn]
	h.mu.Unlock()
	for i, host := range h.all {
		if i != at && !host.Nodes.knows(arn) || host.Lost() {
			continue
		}
		if err := host.Nodes.Remove(ctx, arn); err != nil {
			return err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.at, arn)
	delete(h.stood, arn)
	return nil
}

// OpenPort is what it is of Nodes.
func (h *Hosts) OpenPort(ctx context.Context, l *elbv2.Listener) (addresses []string) {
	return h.of(l.LoadBalancer).OpenPort(ctx, l)
}

// ClosePorts is what it is of Nodes.
func (h *Hosts) ClosePorts(arn string, but []string) { h.of(arn).ClosePorts(arn, but) }

// Dial is what it is of Nodes.
func (h *Hosts) Dial(ctx context.Context, arn string, port int) (net.Conn, error) {
	return h.of(arn).Dial(ctx, arn, port)
}

// OnNews is what it is of Nodes.
func (h *Hosts) OnNews(tell func(arn string)) {
	for _, host := range h.all {
		host.Nodes.OnNews(tell)
	}
}

// knows reports whether there may be something of a load balancer on the engine.
func (n *Nodes) knows(arn string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.nodes[arn] != nil
}

// abandon leaves a load balancer alone that goes on elsewhere: its engine may not answer.
func (n *Nodes) abandon(arn string) {
	n.mu.Lock()
	b := n.nodes[arn]
	n.mu.Unlock()
	if b == nil {
		return
	}
	b.closePorts()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.runs = false
	if b.stream != nil {
		_ = b.stream.Close()
	}
	n.Interfaces.LeaveAt(b.arn, b.sandbox.IP)
}
