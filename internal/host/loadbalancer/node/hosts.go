package node

import (
	"context"
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

// Hosts has each load balancer on one of the hosts of an agent: on the first that is ready when it is made, and there it
// stays until that is lost. Its methods may be called by many goroutines at once.
type Hosts struct {
	all []Host

	mu sync.Mutex
	at map[string]int // which host load balancers are on, by ARN, as far as it is known
}

// Place is where a load balancer runs.
type Place struct {
	Address netip.Addr
	Subnet  string
	Host    string
}

// NewHosts takes the hosts in the order in which they are preferred. There is one at least.
func NewHosts(all []Host) *Hosts { return &Hosts{all: all, at: map[string]int{}} }

// candidate is a host at the time of a choice.
type candidate struct {
	name        string
	ready, lost bool
}

// choose says which host a load balancer is to run on, by its index. was is the one where it was last, if it was anywhere.
func choose(was string, placed bool, hosts []candidate) int {
	first, waits := -1, -1
	for i, h := range hosts {
		switch {
		case placed && h.name == was && !h.lost:
			return i
		case h.ready && !h.lost && first < 0:
			first = i
		case !h.lost && waits < 0:
			waits = i
		}
	}
	switch {
	case first >= 0:
		return first
	case waits >= 0:
		return waits
	}
	return 0
}

// Run is what it is of Nodes. One that has left its host has another address, since the engine there may have it still.
func (h *Hosts) Run(ctx context.Context, row *elbv2.LoadBalancer) (Place, error) {
	var hosts []candidate
	for _, one := range h.all {
		hosts = append(hosts, candidate{one.Name, one.Ready(), one.Lost()})
	}
	i := choose(row.Host, len(row.Addresses) > 0, hosts)
	on := h.all[i]
	if hosts[i].lost {
		return Place{}, fmt.Errorf("%w: all engines are lost", backend.ErrUnavailable)
	}
	if h.moves(row.ARN, i); row.Host != on.Name {
		moved := *row
		moved.Host, moved.Addresses = on.Name, nil
		row = &moved
	}
	address, subnet, err := on.Nodes.Run(ctx, row)
	if err == nil {
		h.tidy(ctx, row.ARN, i)
	}
	return Place{address, subnet, on.Name}, err
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
