package placement

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// plan is a demand held against the instances of a pool.
type plan struct {
	demand *Demand
	*compiled
	kind  kind
	group *groupTasks
	// portsTaken says by number of the port set whether an instance has had a port of the
	// demand from the start; nil: the demand names no ports.
	portsTaken []bool
	portSet    []int32
	// fixed is for each instance that was judged the verdict of the filters that no task
	// changes; of others it is skipped.
	fixed []verdict
}

func (p *Pool) plan(d *Demand) *plan {
	if known := p.plans[d]; known != nil {
		return known
	}
	pl := &plan{demand: d, compiled: d.compile(), kind: kindFor(d.LaunchType), group: p.group(d.Group), fixed: make([]verdict, len(p.nodes))}
	if r := d.Reserved; r != nil && len(r.Ports)+len(r.PortsUDP) > 0 {
		sets := p.roster.ports()
		pl.portsTaken, pl.portSet = sets.takenFromTheStart(r), sets.of
	}
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
	case pl.subnets != nil && pl.subnetOf(n.instance) == nil, pl.demand.zone != "" && n.instance.Zone != pl.demand.zone:
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
// its instance if that is asked for, else in one of the same zone and VPC. An instance whose
// place is not known may have any, which is the emulator's own rule.
func (pl *plan) subnetOf(c *state.ContainerInstance) *ec2network.Subnet {
	switch {
	case pl.subnets == nil:
		return nil
	case pl.subnets[c.Subnet] != nil:
		return pl.subnets[c.Subnet]
	case c.Zone == "":
		return pl.demand.Subnets[0]
	}
	if s := pl.zones[c.Zone]; s != nil && (c.VPC == "" || s.VPC == c.VPC) {
		return s
	}
	return nil
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
