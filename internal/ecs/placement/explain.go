package placement

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Draining is the reason of a container instance that takes no tasks because it is DRAINING. It is the emulator's word:
// ECS does not look at such instances.
const Draining = "DRAINING"

// Finding is whether a container instance has a place for a task, and if not why: the first filter that it does not pass.
type Finding struct {
	Instance *state.ContainerInstance
	// Reason is one that a Miss has, or Draining; empty: the task has a place.
	Reason string
	// Needs and Free are what the task asks for and what there is: CPU units, MiB, network interfaces or GPUs.
	Needs, Free int
	// Port is the first that is taken, 80 or 53/udp, and Holder is the ARN of the task that has it. It is empty where the
	// instance has taken the port from the start, or where it is kept for a DAEMON service.
	Port, Holder string
	// Wants is what the instance does not satisfy: an attribute, or the expression of a constraint.
	Wants string
}

// Short is how much lacks.
func (f Finding) Short() int { return max(0, f.Needs-f.Free) }

// Explain looks for a place on each container instance of the demand's launch type and capacity provider that is registered,
// and takes none. Instances that place tasks and explain this do it by the same filters.
func (p *Pool) Explain(d *Demand) (findings []Finding) {
	pl := p.plan(d)
	for i := range p.nodes {
		n := &p.nodes[i]
		if n.instance.Status == state.InstanceDraining {
			if kindFor(n.instance.LaunchType) == pl.kind &&
				(d.CapacityProvider == "" || n.instance.CapacityProvider == d.CapacityProvider) {
				findings = append(findings, Finding{Instance: n.instance, Reason: Draining})
			}
			continue
		}
		switch v := p.examine(i, pl); v {
		case skipped:
		case fits:
			findings = append(findings, Finding{Instance: n.instance})
		default:
			findings = append(findings, p.figures(i, pl, v))
		}
	}
	return findings
}

// figures says what led to a verdict.
func (p *Pool) figures(i int, pl *plan, v verdict) Finding {
	n, r := &p.nodes[i], pl.demand.Reserved
	f := Finding{Instance: n.instance, Reason: v.reason()}
	switch v {
	case noCPU:
		f.Needs, f.Free = r.CPU, int(n.cpu)
	case noMemory:
		f.Needs, f.Free = r.Memory, int(n.memory)
	case noENI:
		f.Needs, f.Free = 1, int(n.enis)
	case noGPU:
		f.Needs, f.Free = r.GPUs, int(n.gpus)
	case noPort:
		f.Port, f.Holder = p.portTaken(i, r)
	case noAttribute:
		f.Wants = pl.lacks(n.instance)
	case noMember:
		f.Wants = p.unsatisfied(i, pl)
	}
	return f
}

// portTaken is the first port of a reservation that an instance has not free, and the task that has it.
func (p *Pool) portTaken(i int, r *state.Reservation) (port, holder string) {
	n := &p.nodes[i]
	on := state.InstanceTasks(p.tx, n.instance.ARN)
	find := func(wanted, fromTheStart, placed []uint16, suffix string, of func(*state.Task) []uint16) bool {
		for _, number := range wanted {
			at := slices.IndexFunc(on, func(t *state.Task) bool { return slices.Contains(of(t), number) })
			if at >= 0 {
				holder = on[at].ARN
			}
			if at >= 0 || slices.Contains(fromTheStart, number) || slices.Contains(placed, number) {
				port = fmt.Sprint(number) + suffix
				return true
			}
		}
		return false
	}
	var placed taken
	if t := p.taken[i]; t != nil {
		placed = *t
	}
	has := &n.instance.Registered
	_ = find(r.Ports, has.Ports, placed.ports, "", func(t *state.Task) []uint16 { tcp, _ := t.HostPorts(); return tcp }) ||
		find(r.PortsUDP, has.PortsUDP, placed.portsUDP, "/udp", func(t *state.Task) []uint16 { _, udp := t.HostPorts(); return udp })
	return port, holder
}

// lacks is the first attribute that an instance does not have.
func (pl *plan) lacks(c *state.ContainerInstance) string {
	for _, r := range pl.requires {
		switch value, found := c.Attribute(r.name); {
		case found && (!r.valued || value == r.value):
		case r.valued:
			return r.name + "=" + r.value
		default:
			return r.name
		}
	}
	return ""
}

// unsatisfied is the first expression that is not true of an instance, or that cannot be read.
func (p *Pool) unsatisfied(i int, pl *plan) string {
	n := &p.nodes[i]
	subject := query.Subject{Instance: n.instance, Running: n.usage.Running, Groups: nodeGroups{p, i}}
	for _, c := range pl.demand.Constraints {
		if c.Type != types.PlacementConstraintTypeMemberOf {
			continue
		}
		text := aws.ToString(c.Expression)
		if e, err := query.Parse(text); err != nil || !e.Match(&subject) {
			return text
		}
	}
	return ""
}
