package agent

import (
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// HostPort is a port on the host's loopback address that leads to a task's port.
type HostPort struct {
	Container     string                  `json:"container"`
	ContainerPort int                     `json:"containerPort"`
	Protocol      types.TransportProtocol `json:"protocol"`
	Address       string                  `json:"address"` // 127.0.0.1:49153
}

// hostPorts are the emulator's own listeners. The engine's published ports would
// be fixed when the sandbox is created; these come and go with the task, and work
// wherever the engine runs.
//
// A listener belongs to a task, which has it for as long as it runs, or is shared by the
// tasks of a service, see sharedPort. Nobody else opens or closes one.
type hostPorts struct {
	engine   backend.Engine
	log      *slog.Logger
	loopback loopback

	mu      sync.Mutex
	closed  bool // nothing is opened any more
	tasks   map[string]*taskPorts
	shared  map[portKey]*sharedPort
	refused map[portKey]bool // that could not be had when they were last wanted
}

// taskPorts are those of a task.
type taskPorts struct {
	tenant
	openings []opening
	shared   []*sharedPort // for each opening: the one that it has a claim to, or nil
	own      []*port       // for each opening: its own, or nil
	all      bool          // each opening has a port, if there was one
}

func newHostPorts(engine backend.Engine, log *slog.Logger) *hostPorts {
	return &hostPorts{
		engine: engine, log: log, loopback: thisHost,
		tasks: map[string]*taskPorts{}, shared: map[portKey]*sharedPort{}, refused: map[portKey]bool{},
	}
}

// open listens for ports of a task; again is harmless. Without all, it opens shared ports
// alone: simulated tasks may be more than this process may have files.
func (h *hostPorts) open(t tenant, openings []opening, all bool) []HostPort {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(openings) == 0 {
		return nil
	}
	p := h.tasks[t.task]
	if p == nil {
		p = &taskPorts{tenant: t, openings: openings, own: make([]*port, len(openings))}
		for _, o := range openings {
			p.shared = append(p.shared, h.claim(t, o))
		}
		h.tasks[t.task] = p
	}
	if all && !p.all {
		h.complete(p)
	}
	return p.shown()
}

// claim gives a task its turn at a shared port; nil if that is not to be had.
func (h *hostPorts) claim(t tenant, o opening) *sharedPort {
	if o.shared == 0 {
		return nil
	}
	key := portKey{o.protocol, o.shared}
	s := h.shared[key]
	if s == nil {
		p, err := h.listen(key, o.leads)
		if err != nil {
			h.refuse(key, err)
			return nil
		}
		delete(h.refused, key)
		s = &sharedPort{port: p, key: key, group: t.group(), has: t.task, claims: map[string]claim{}}
		h.shared[key] = s
	}
	if _, twice := s.claims[t.task]; twice || s.group != t.group() {
		return nil
	}
	s.claims[t.task] = claim{t, o.leads}
	h.pass(s)
	return s
}

// refuse says once why a port is another one here.
func (h *hostPorts) refuse(key portKey, err error) {
	if !h.refused[key] {
		h.refused[key] = true
		h.log.Info("a port cannot be had on this host; tasks get another one", "port", key.port, "protocol", key.protocol, "error", err)
	}
}

// complete gives a task ports of its own for what no shared one leads to.
func (h *hostPorts) complete(p *taskPorts) {
	p.all = true
	for i, o := range p.openings {
		if s := p.shared[i]; s != nil && s.has == p.task {
			continue
		}
		own, err := h.listen(portKey{o.protocol, o.own}, o.leads)
		if err != nil && o.own != 0 {
			own, err = h.listen(portKey{o.protocol, 0}, o.leads)
		}
		if err != nil {
			h.log.Warn("no host port for a container port", "task", p.task, "port", o.containerPort, "error", err)
			continue
		}
		p.own[i] = own
	}
}

// shown are the ports that lead to a task. One that has its service's by succession has
// its own as well.
func (p *taskPorts) shown() (list []HostPort) {
	for i, o := range p.openings {
		if s := p.shared[i]; s != nil && s.has == p.task {
			list = append(list, HostPort{o.container, o.containerPort, o.protocol, s.address})
		}
		if own := p.own[i]; own != nil {
			list = append(list, HostPort{o.container, o.containerPort, o.protocol, own.address})
		}
	}
	return list
}

// pass has a shared port lead to whose turn it is, or gives it back.
func (h *hostPorts) pass(s *sharedPort) {
	if s.settled() {
		return
	}
	next, found := successor(s.has, s.claims)
	switch {
	case !found:
		s.close()
		delete(h.shared, s.key)
	case next.task != s.has:
		h.log.Info("host port goes to the next task of the service", "address", s.address, "from", s.has, "to", next.task)
		s.has = next.task
		s.to.Store(&next.leads)
	}
}

// leave notes that a task ends: new connections go to others of its service, if there are
// any. It is called before anything in the task is stopped.
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
			c := s.claims[taskARN]
			c.leaving = true
			s.claims[taskARN] = c
			h.pass(s)
		}
	}
}

// of are the ports of a task that are open.
func (h *hostPorts) of(taskARN string) []HostPort {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.tasks[taskARN]; p != nil {
		return p.shown()
	}
	return nil
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
			delete(s.claims, taskARN)
			h.pass(s)
		}
		if p.own[i] != nil {
			p.own[i].close()
		}
	}
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
		return h.ports.of(taskARN)
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

func (h *host) openingRules() openingRules {
	return openingRules{local: h.LocalPorts, udp: h.engineInfo().Reachable}
}

func tenantOf(t *state.Task, s *state.TaskStatus, stop *state.Stop) tenant {
	return tenant{task: t.ARN, service: t.Spec.ServiceARN, startedAt: s.StartedAt, leaving: stop != nil}
}
