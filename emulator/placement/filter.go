package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/emulator/placement/query"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// verdict is the first filter that a container instance does not pass, in the order in
// which they are applied; AWS does not publish its own.
type verdict uint8

const (
	skipped verdict = iota // not ACTIVE, or of another launch type: not looked at
	noAgent
	noAttribute
	noLocation
	noCPU
	noMemory
	noPort
	noENI
	noGPU
	noMember
	notDistinct
	fits
)

// Reasons of failures. Source: ECS developer guide, API failure reasons; field reports
// for those of constraints.
const (
	Missing  = "MISSING"
	Inactive = "INACTIVE"

	Agent              = "AGENT"
	Attribute          = "ATTRIBUTE"
	Location           = "LOCATION"
	ResourceCPU        = "RESOURCE:CPU"
	ResourceMemory     = "RESOURCE:MEMORY"
	ResourcePorts      = "RESOURCE:PORTS"
	ResourceENI        = "RESOURCE:ENI"
	ResourceGPU        = "RESOURCE:GPU"
	MemberOf           = "MemberOf placement constraint unsatisfied."
	DistinctInstance   = "DistinctInstance placement constraint unsatisfied."
	otherKindOfMachine = Attribute // StartTask names an instance of another launch type
)

// reasons in the order of verdicts.
var reasons = [...]string{
	otherKindOfMachine, Agent, Attribute, Location, ResourceCPU, ResourceMemory, ResourcePorts, ResourceENI, ResourceGPU,
	MemberOf, DistinctInstance,
}

func (v verdict) reason() string { return reasons[v] }

// Miss is why a task has no place on a container instance.
type Miss struct {
	Instance *state.ContainerInstance
	Reason   string
}

// Closest is the miss of which a service's event speaks: that of the container instance
// that passed most filters. It is false without misses.
func Closest(misses []Miss) (closest Miss, found bool) {
	best := -1
	for _, m := range misses {
		if passed := slices.Index(reasons[noAgent:], m.Reason); passed > best {
			best, closest = passed, m
		}
	}
	return closest, len(misses) > 0
}

// plan is a demand held against the instances of a pool.
type plan struct {
	demand *Demand
	*compiled
	kind  kind
	group *groupTasks
	// fixed is for each instance that was judged the verdict of the filters that no task
	// changes; of others it is skipped.
	fixed []verdict
}

func (p *Pool) plan(d *Demand) *plan {
	if known := p.plans[d]; known != nil {
		return known
	}
	pl := &plan{demand: d, compiled: d.compile(), kind: kindFor(d.LaunchType), group: p.group(d.Group), fixed: make([]verdict, len(p.nodes))}
	if p.plans == nil {
		p.plans = map[*Demand]*plan{}
	}
	p.plans[d] = pl
	return pl
}

// judged is the verdict of the filters that no task changes.
func (p *Pool) judged(i int, pl *plan) verdict {
	if pl.fixed[i] == skipped {
		pl.fixed[i] = pl.judge(&p.nodes[i])
	}
	return pl.fixed[i]
}

func (pl *plan) judge(n *node) verdict {
	switch {
	case !n.instance.AgentConnected:
		return noAgent
	case !pl.hasAttributes(n.instance):
		return noAttribute
	case pl.subnets != nil && pl.subnetOf(n.instance) == nil:
		return noLocation
	case !pl.isMember(n):
		return noMember
	}
	return fits
}

func (pl *plan) hasAttributes(c *state.ContainerInstance) bool {
	for i := range pl.requires {
		r := &pl.requires[i]
		if value, found := c.Attribute(r.name); !found || r.valued && value != r.value {
			return false
		}
	}
	return true
}

// subnetOf is where a task with a network interface of its own gets it: in the subnet of
// its instance if that is asked for, else in one of the same zone. An instance of which
// nobody has said where it is may have any, which is the emulator's own rule.
func (pl *plan) subnetOf(c *state.ContainerInstance) *state.Subnet {
	switch {
	case pl.subnets == nil:
		return nil
	case pl.subnets[c.Subnet] != nil:
		return pl.subnets[c.Subnet]
	case c.Zone == "":
		return pl.demand.Subnets[0]
	}
	return pl.zones[c.Zone]
}

func (pl *plan) isMember(n *node) bool {
	if pl.unreadable {
		return false
	}
	return pl.allows(n.instance, n.usage.Running)
}

// allows asks the constraints whose answers no task that is placed changes.
func (pl *plan) allows(c *state.ContainerInstance, running int) bool {
	if len(pl.onInstance) == 0 {
		return true
	}
	subject := query.Subject{Instance: c, Running: running}
	for _, e := range pl.onInstance {
		if !e.Match(&subject) {
			return false
		}
	}
	return true
}

// mayFit is what can be said about an instance at a glance. What it denies has a reason,
// which examine finds.
func (p *Pool) mayFit(i int, pl *plan) bool {
	n := &p.nodes[i]
	if n.kind != pl.kind || pl.fixed[i] != skipped && pl.fixed[i] != fits {
		return false
	}
	r := pl.demand.Reserved
	return (r == nil || p.room(i, r) == fits) && (!pl.distinct || pl.group.left[i] == 0)
}

// examine applies all filters to an instance.
func (p *Pool) examine(i int, pl *plan) verdict {
	if p.nodes[i].kind != pl.kind {
		return skipped
	}
	fixed := p.judged(i, pl)
	if fixed < noMember {
		return fixed
	}
	if r := pl.demand.Reserved; r != nil {
		if v := p.room(i, r); v != fits {
			return v
		}
	}
	switch {
	case fixed != fits, !p.groupsSatisfy(i, pl):
		return noMember
	case pl.distinct && pl.group.left[i] > 0:
		return notDistinct
	}
	return fits
}

// room is what an instance lacks for a reservation.
func (p *Pool) room(i int, r *state.Reservation) verdict {
	n := &p.nodes[i]
	switch {
	case int(n.cpu) < r.CPU:
		return noCPU
	case int(n.memory) < r.Memory:
		return noMemory
	case len(r.Ports)+len(r.PortsUDP) > 0 && !p.portsFree(i, r):
		return noPort
	case r.ENI && n.enis < 1:
		return noENI
	case int(n.gpus) < r.GPUs:
		return noGPU
	}
	return fits
}

func (p *Pool) portsFree(i int, r *state.Reservation) bool {
	has, usage, t := &p.nodes[i].instance.Registered, p.nodes[i].usage, p.taken[i]
	if t == nil {
		t = &taken{}
	}
	return !overlap(r.Ports, has.Ports, usage.Ports, t.ports) && !overlap(r.PortsUDP, has.PortsUDP, usage.PortsUDP, t.portsUDP)
}

func overlap(ports []uint16, lists ...[]uint16) bool {
	return slices.ContainsFunc(ports, func(port uint16) bool {
		return slices.ContainsFunc(lists, func(list []uint16) bool { return slices.Contains(list, port) })
	})
}

// groupsSatisfy asks the constraints that look at groups of tasks.
func (p *Pool) groupsSatisfy(i int, pl *plan) bool {
	n := &p.nodes[i]
	return len(pl.onGroups) == 0 || pl.groupsAllow(n.instance, n.usage.Running, nodeGroups{p, i})
}

func (pl *plan) groupsAllow(c *state.ContainerInstance, running int, groups query.Groups) bool {
	subject := query.Subject{Instance: c, Running: running, Groups: groups}
	return !slices.ContainsFunc(pl.onGroups, func(e *query.Expression) bool { return !e.Match(&subject) })
}
