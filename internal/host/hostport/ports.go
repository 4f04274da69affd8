// Package hostport opens ports on the user's loopback address that lead to tasks and to
// load balancers. It knows owners, which want ports, and where these lead; which ports a task
// has its caller says.
//
// [Ports] decides which owner has which port. A port leads somewhere in one of two ways: this
// process listens at it (listener.go), or the engine publishes it (published_port.go), where
// this process runs in a container of the engine. Host ports of container instances are not
// these: package containerinstance picks them.
package hostport

import (
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// Port is a port on the user's loopback address that leads to a port of a container.
type Port struct {
	Container     string                  `json:"container"`
	ContainerPort int                     `json:"containerPort"`
	Protocol      types.TransportProtocol `json:"protocol"`
	Address       string                  `json:"address"` // 127.0.0.1:49153
}

// Options are what Ports need.
type Options struct {
	Log *slog.Logger
	// Engine connects to sandboxes. If it has no relay, this process listens, and so it does with nil: then each Target
	// says on which of several engines it is.
	Engine *enginecall.Engine
	// Listen opens a TCP port of this process; nil is net.Listen.
	Listen func(network, address string) (net.Listener, error)
}

// Ports decides which ports of the loopback address lead to which owner. A port belongs to one
// owner for as long as that runs, or owners share it, see sharedPort. Only Ports opens and
// closes them. Its methods may be called by many goroutines at once.
type Ports struct {
	Options
	finding chan struct{} // holds a token while the engine is asked for its ports

	mu       sync.Mutex
	loopback loopback // nil until it is known
	closed   bool     // nothing is opened any more
	owners   map[string]*ownerPorts
	shared   map[sharedKey]*sharedPort
	refused  map[portKey]bool // that could not be had when they were last wanted
	// lacking are those that found no port of a protocol, the first to get one first.
	lacking map[types.TransportProtocol][]*ownerPorts
}

// New makes Ports without any port. If the engine has a relay, nothing is opened before Find has found out
// whose loopback address is the user's.
func New(o Options) *Ports {
	h := &Ports{
		Options: o, finding: make(chan struct{}, 1),
		owners: map[string]*ownerPorts{}, shared: map[sharedKey]*sharedPort{}, refused: map[portKey]bool{},
		lacking: map[types.TransportProtocol][]*ownerPorts{},
	}
	if o.Engine == nil || o.Engine.Relay() == nil {
		h.loopback = newListeners(o)
	}
	return h
}

// Open gives an owner its ports, and returns those that lead to it now; again is harmless.
// Without all, it has those alone that it shares: simulated tasks may be more than this process
// may have files.
func (h *Ports) Open(t Owner, mappings []Mapping, all bool) []Port {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(mappings) == 0 {
		return nil
	}
	p := h.owners[t.ID]
	known := p != nil
	if !known {
		p = &ownerPorts{Owner: t, mappings: mappings, shared: make([]*sharedPort, len(mappings)), own: make([]openPort, len(mappings))}
		h.owners[t.ID] = p
	}
	if !known || all && !p.all {
		p.all = all
		h.provide(p)
	}
	return p.shown()
}

// provide gives an owner what it does not have yet.
func (h *Ports) provide(p *ownerPorts) {
	if h.loopback == nil {
		return
	}
	for i := range p.mappings {
		if p.shared[i] == nil {
			p.shared[i] = h.share(p, i)
		}
	}
	if p.all {
		h.complete(p)
	}
}

// refuse reports whether the log has to say, as it does once, that a port is another one here.
func (h *Ports) refuse(key portKey) bool {
	if !h.loopback.numbered() || h.refused[key] {
		return false
	}
	h.refused[key] = true
	return true
}

// standIn opens a port in place of a shared one that is not to be had: the log names it.
func (h *Ports) standIn(p *ownerPorts, i int, why error) {
	var err error
	if p.own[i] == nil {
		p.own[i], err = h.openOwn(p.Owner, p.mappings[i])
	}
	if err != nil {
		why = errors.Join(why, err)
	}
	h.tell(p.Owner, p.mappings[i].Shared, p.mappings[i].Protocol, p.own[i], why)
}

// tell says which port takes the place of another one.
func (h *Ports) tell(t Owner, port uint16, protocol types.TransportProtocol, instead openPort, why error) {
	address := ""
	if instead != nil {
		address = instead.address()
	}
	h.Log.Info("a port of this host is not available: another one takes its place", "port", port, "protocol", protocol, "instead", address, "for", t.ID, "error", why)
}

// complete gives an owner ports of its own for what no shared one leads to. One that finds
// none has the next that is given back.
func (h *Ports) complete(p *ownerPorts) {
	var why error
	lacks := map[types.TransportProtocol]bool{}
	for i, o := range p.mappings {
		if p.own[i] != nil || p.holds(i) {
			continue
		}
		own, err := h.openOwn(p.Owner, o)
		if err != nil {
			why, lacks[o.Protocol] = err, true
			continue
		}
		p.own[i] = own
	}
	for protocol := range lacks {
		if !p.lacks[protocol] {
			h.lacking[protocol] = append(h.lacking[protocol], p)
		}
	}
	switch {
	case why != nil && len(p.lacks) == 0:
		h.Log.Warn("no host port is free: the task waits for one; raise --host-ports", "for", p.ID, "containerPorts", p.without(), "error", why)
	case why == nil && len(p.lacks) > 0:
		h.Log.Info("missing host ports are assigned now", "for", p.ID, "ports", p.shown())
	}
	p.lacks = lacks
}

// openOwn opens a port for one owner: of the number that is asked for, or else of any.
func (h *Ports) openOwn(t Owner, o Mapping) (openPort, error) {
	key := portKey{o.Protocol, o.Own}
	own, why := h.loopback.open(key, o.Leads)
	if why == nil || o.Own == 0 {
		delete(h.refused, key)
		return own, why
	}
	own, err := h.loopback.open(portKey{o.Protocol, 0}, o.Leads)
	if h.refuse(key) {
		h.tell(t, o.Own, o.Protocol, own, errors.Join(why, err))
	}
	return own, err
}

// fill gives what has been given back to those that lack a port. Owners that wait for a port
// of one protocol do not delay those that wait for the other.
func (h *Ports) fill() {
	for _, protocol := range []types.TransportProtocol{types.TransportProtocolTcp, types.TransportProtocolUdp} {
		for len(h.lacking[protocol]) > 0 {
			p := h.lacking[protocol][0]
			if !p.Leaving {
				h.provide(p)
				if p.lacks[protocol] {
					break
				}
			}
			h.lacking[protocol] = slices.Delete(h.lacking[protocol], 0, 1)
		}
	}
}

// Leave notes that an owner ends: new connections to a port that it shares go to others, if
// there are any. It is called before anything of the owner is stopped.
func (h *Ports) Leave(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.owners[owner]
	if p == nil || p.Leaving {
		return
	}
	p.Leaving = true
	for _, s := range p.shared {
		if s != nil {
			s.leave(owner)
			h.pass(s)
		}
	}
}

// Of returns the ports that lead to an owner, and its container ports that have none although
// they should.
func (h *Ports) Of(owner string) (list []Port, without []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.owners[owner]; p != nil {
		return p.shown(), p.without()
	}
	return nil, nil
}

// Close gives back the ports of an owner that has ended. None is harmless.
func (h *Ports) Close(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.owners[owner]
	if p == nil {
		return
	}
	delete(h.owners, owner)
	for i := range p.mappings {
		if s := p.shared[i]; s != nil {
			s.remove(owner)
			h.pass(s)
		}
		if p.own[i] != nil {
			p.own[i].close()
		}
	}
	for protocol := range p.lacks {
		h.lacking[protocol] = slices.DeleteFunc(h.lacking[protocol], func(other *ownerPorts) bool { return other == p })
	}
	h.fill()
}

// CloseAll gives back all ports. None is opened after that.
func (h *Ports) CloseAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, s := range h.shared {
		s.close()
	}
	for _, p := range h.owners {
		for _, own := range p.own {
			if own != nil {
				own.close()
			}
		}
	}
	clear(h.shared)
	clear(h.owners)
	clear(h.lacking)
}
