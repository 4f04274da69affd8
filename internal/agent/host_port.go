package agent

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// HostPort is a port on the user's loopback address that leads to a task's port.
type HostPort struct {
	Container     string                  `json:"container"`
	ContainerPort int                     `json:"containerPort"`
	Protocol      types.TransportProtocol `json:"protocol"`
	Address       string                  `json:"address"` // 127.0.0.1:49153
}

// hostPorts decide which ports of the loopback address lead to which task. A port belongs to
// a task, which has it for as long as it runs, or is shared by tasks, see sharedPort. Nobody
// else opens or closes one. Whose loopback address that is, and how a port leads anywhere, is
// the loopback's.
type hostPorts struct {
	log *slog.Logger

	mu       sync.Mutex
	loopback loopback // nil until it is known
	closed   bool     // nothing is opened any more
	tasks    map[string]*taskPorts
	shared   map[sharedKey]*sharedPort
	refused  map[portKey]bool // that could not be had when they were last wanted
	// lacking are those that found no port of a protocol, the first to get one first.
	lacking map[types.TransportProtocol][]*taskPorts
}

func newHostPorts(l loopback, log *slog.Logger) *hostPorts {
	return &hostPorts{
		log: log, loopback: l,
		tasks: map[string]*taskPorts{}, shared: map[sharedKey]*sharedPort{}, refused: map[portKey]bool{},
		lacking: map[types.TransportProtocol][]*taskPorts{},
	}
}

// settle says whose loopback address it is, if nobody has said it before. Tasks that wait for that get their ports.
func (h *hostPorts) settle(l loopback) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loopback != nil {
		return
	}
	h.loopback = l
	waiting := make([]*taskPorts, 0, len(h.tasks))
	for _, p := range h.tasks {
		waiting = append(waiting, p)
	}
	slices.SortFunc(waiting, func(a, b *taskPorts) int {
		return cmp.Or(a.startedAt.Compare(b.startedAt), cmp.Compare(a.task, b.task))
	})
	for _, p := range waiting {
		h.provide(p)
	}
}

// settled reports whether it is known whose loopback address it is.
func (h *hostPorts) settled() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.loopback != nil
}

// open gives a task its ports; again is harmless. Without all, it has those alone that it
// shares: simulated tasks may be more than this process may have files.
func (h *hostPorts) open(t tenant, openings []opening, all bool) []HostPort {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(openings) == 0 {
		return nil
	}
	p := h.tasks[t.task]
	known := p != nil
	if !known {
		p = &taskPorts{tenant: t, openings: openings, shared: make([]*sharedPort, len(openings)), own: make([]port, len(openings))}
		h.tasks[t.task] = p
	}
	if !known || all && !p.all {
		p.all = all
		h.provide(p)
	}
	return p.shown()
}

// provide gives a task what it does not have yet.
func (h *hostPorts) provide(p *taskPorts) {
	if h.loopback == nil {
		return
	}
	for i, o := range p.openings {
		if p.shared[i] == nil {
			p.shared[i] = h.claim(p.tenant, o)
		}
	}
	if p.all {
		h.complete(p)
	}
}

// refuse says once why a port is another one here.
func (h *hostPorts) refuse(key portKey, err error) {
	if h.loopback.numbered() && !h.refused[key] {
		h.refused[key] = true
		h.log.Info("a port cannot be had on this host; another one is taken in its place", "port", key.port, "protocol", key.protocol, "error", err)
	}
}

// complete gives a task ports of its own for what no shared one leads to. One that finds
// none has the next that is given back.
func (h *hostPorts) complete(p *taskPorts) {
	var why error
	lacks := map[types.TransportProtocol]bool{}
	for i, o := range p.openings {
		if p.own[i] != nil || p.holds(i) {
			continue
		}
		own, err := h.openOwn(o)
		if err != nil {
			why, lacks[o.protocol] = err, true
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
		h.log.Warn("no host port until another one is given back", "for", p.task, "containerPorts", p.without(), "error", why)
	case why == nil && len(p.lacks) > 0:
		h.log.Info("host ports that were lacking are there now", "for", p.task, "ports", p.shown())
	}
	p.lacks = lacks
}

// openOwn opens a port that nobody shares: of the number that is asked for, or else of any.
func (h *hostPorts) openOwn(o opening) (port, error) {
	key := portKey{o.protocol, o.own}
	own, err := h.loopback.open(key, o.leads)
	if err == nil || o.own == 0 {
		delete(h.refused, key)
		return own, err
	}
	h.refuse(key, err)
	return h.loopback.open(portKey{o.protocol, 0}, o.leads)
}

// fill gives what has been given back to those that lack a port. Who waits for one of a
// protocol is in the way of nobody who waits for the other.
func (h *hostPorts) fill() {
	for _, protocol := range []types.TransportProtocol{types.TransportProtocolTcp, types.TransportProtocolUdp} {
		for len(h.lacking[protocol]) > 0 {
			p := h.lacking[protocol][0]
			if !p.leaving {
				h.provide(p)
				if p.lacks[protocol] {
					break
				}
			}
			h.lacking[protocol] = slices.Delete(h.lacking[protocol], 0, 1)
		}
	}
}

// leave notes that a task ends: new connections go to others, if there are any. It is called
// before anything in the task is stopped.
func (h *hostPorts) leave(taskARN string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.tasks[taskARN]
	if p == nil || p.leaving {
		return
	}
	p.leaving = true
	for _, s := range p.shared {
		if s != nil {
			s.leave(taskARN)
			h.pass(s)
		}
	}
}

// of are the ports that lead to a task, and the container ports to which none does.
func (h *hostPorts) of(taskARN string) (list []HostPort, without []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.tasks[taskARN]; p != nil {
		return p.shown(), p.without()
	}
	return nil, nil
}

// close gives up the ports of a task that has ended.
func (h *hostPorts) close(taskARN string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.tasks[taskARN]
	if p == nil {
		return
	}
	delete(h.tasks, taskARN)
	for i := range p.openings {
		if s := p.shared[i]; s != nil {
			s.remove(taskARN)
			h.pass(s)
		}
		if p.own[i] != nil {
			p.own[i].close()
		}
	}
	for protocol := range p.lacks {
		h.lacking[protocol] = slices.DeleteFunc(h.lacking[protocol], func(other *taskPorts) bool { return other == p })
	}
	h.fill()
}

func (h *hostPorts) closeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, s := range h.shared {
		s.close()
	}
	for _, p := range h.tasks {
		for _, own := range p.own {
			if own != nil {
				own.close()
			}
		}
	}
	clear(h.shared)
	clear(h.tasks)
	clear(h.lacking)
}

// HostPorts lists the loopback ports that lead to a running task. Where tasks are
// simulated those that it shares with none are opened only when somebody asks for them.
func (a *Agent) HostPorts(taskARN string, open bool) []HostPort {
	t := a.Store.Read().Task(taskARN)
	if t == nil || t.Status.LastStatus != state.Running {
		return nil
	}
	h := a.hostOf(t)
	if h == nil {
		return nil
	}
	if !open {
		ports, _ := h.ports.of(taskARN)
		return ports
	}
	definition := a.Store.Read().TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return nil
	}
	var on place
	if m := h.machineOf(t); m != nil {
		on = m.where()
	}
	list := h.openingRules().openings(t, &t.Status, definition.Definition().ContainerDefinitions, on)
	ports := h.ports.open(tenantOf(t, &t.Status, t.Stop), list, true)
	if t := a.Store.Read().Task(taskARN); t == nil || t.Ended() {
		h.ports.close(taskARN) // it ended in between, and nobody else would
		return nil
	}
	return ports
}

// openingRules: nothing that is simulated speaks UDP.
func (h *host) openingRules() openingRules {
	return openingRules{local: h.LocalPorts, udp: !h.engineInfo().Simulated}
}

func tenantOf(t *state.Task, s *state.TaskStatus, stop *state.Stop) tenant {
	return tenant{task: t.ARN, service: t.Spec.ServiceARN, startedAt: s.StartedAt, leaving: stop != nil}
}
