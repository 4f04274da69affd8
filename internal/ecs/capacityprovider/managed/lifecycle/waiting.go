package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
)

// spreadZones is over how many zones the tasks of a service are spread. Source: ECS developer guide, Amazon ECS Managed Instances auto
// scaling and task placement (ECS0341).
const spreadZones = 3

// Wait is a task that waits for an instance.
type Wait struct {
	Task  string // ARN
	Group string
	Need  instancetype.Need
	// Ports are ports of the host that it has for itself, as 80 or 53/udp. Alone: no other task of its group may be on its instance.
	Ports []string
	Alone bool
	GPUs  int
	// Suits reports whether it may be on an instance of a type in a zone, apart from what it needs; nil: on each.
	Suits func(t *ec2.InstanceType, zone string) bool
}

// bin is an instance that comes, with what is to be placed there.
type bin struct {
	new    bool
	typ    *ec2.InstanceType
	zone   string
	need   instancetype.Need // of what will be there
	ports  map[string]bool
	groups map[string]bool // those with a task there
	alone  map[string]bool // those that are to have one there
	tasks  []Wait
}

// launchForWaiting launches instances for the tasks that no instance has room for: few that hold many. Tasks of a service are spread over
// zones first.
//
//	four tasks of 512 CPU units by RunTask: one instance with 2 vCPUs
//	a service of four, subnets in three zones: three instances
func (d *decision) launchForWaiting() {
	var bins []*bin
	for i := range d.Instances {
		each := &d.Instances[i]
		if !each.gone() && each.coming() {
			bins = append(bins, d.comingBin(each))
		}
		for _, group := range each.Claims {
			d.count(group, each.EC2.Zone)
		}
	}
	for _, t := range d.Waiting {
		if t.GPUs > 0 || instancetype.Smallest(d.Types, d.Reserved.Add(t.Need), func(typ *ec2.InstanceType) bool { return d.suitsSomewhere(t, typ) }) == nil {
			d.plan.Fail = append(d.plan.Fail, Fail{t.Task, d.noType(t)})
			continue
		}
		zones := d.zonesFor(t)
		if len(zones) == 0 { // there is no room for an instance in which it could be
			d.plan.wake(d.Now.Add(retryLaunch))
			continue
		}
		if b := d.binFor(t, zones, &bins); b != nil {
			b.put(t)
			d.count(t.Group, b.zone)
		} else {
			d.plan.wake(d.Now.Add(retryLaunch))
		}
	}
	for _, b := range bins {
		if b.new {
			if subnet := d.subnetIn(b.zone); subnet != nil && subnet.Zone == b.zone {
				d.launch(Launch{Type: b.typ, Subnet: subnet})
			} else {
				d.plan.wake(d.Now.Add(retryLaunch))
			}
		}
	}
}

// comingBin is what an instance has room for that comes. What it stands in for has a claim on it.
func (d *decision) comingBin(i *Instance) *bin {
	b := &bin{typ: i.Type, zone: i.EC2.Zone, need: i.Load.Add(d.Reserved)}
	if old := d.rows[i.Row.Replaces]; old != nil && !old.gone() {
		b.need = b.need.Add(old.Load)
	}
	return b
}

// noType says of a task that no instance type will ever hold it. The words are the emulator's.
func (d *decision) noType(t Wait) string {
	if t.GPUs > 0 {
		return "Unable to launch an instance for capacity provider " + d.Provider.Name + ": accelerators are not supported."
	}
	text := fmt.Sprintf("Unable to launch an instance for capacity provider %s: no instance type meets its requirements and holds the task, which needs %d CPU units, %d MiB of memory and %d network interfaces",
		d.Provider.Name, t.Need.CPU, t.Need.Memory, t.Need.ENIs)
	if d.Reserved.CPU+d.Reserved.Memory > 0 {
		text += fmt.Sprintf(", beside daemons, which need %d CPU units and %d MiB of memory", d.Reserved.CPU, d.Reserved.Memory)
	}
	return text + "."
}

func (d *decision) suitsSomewhere(t Wait, typ *ec2.InstanceType) bool {
	return t.Suits == nil || slices.ContainsFunc(d.zones(), func(zone string) bool { return t.Suits(typ, zone) })
}

// zones are the zones of the provider's subnets, in their order.
func (d *decision) zones() (zones []string) {
	for _, s := range d.Subnets {
		if !slices.Contains(zones, s.Zone) {
			zones = append(zones, s.Zone)
		}
	}
	return zones
}

// zonesFor are the zones in which a task may be, the best first: of a service those with the fewest of its tasks, of others those where
// instances come.
func (d *decision) zonesFor(t Wait) []string {
	var zones []string
	for _, zone := range d.zones() {
		fits := func(typ *ec2.InstanceType) bool { return t.Suits == nil || t.Suits(typ, zone) }
		if instancetype.Smallest(d.Types, d.Reserved.Add(t.Need), fits) != nil {
			zones = append(zones, zone)
		}
	}
	if strings.HasPrefix(t.Group, "service:") {
		sorting.By(zones, func(a, b string) int { return cmp.Compare(d.InZones[t.Group][a], d.InZones[t.Group][b]) })
	}
	return zones
}

func (d *decision) count(group, zone string) {
	if !strings.HasPrefix(group, "service:") {
		return
	}
	if d.InZones == nil {
		d.InZones = map[string]map[string]int{}
	}
	if d.InZones[group] == nil {
		d.InZones[group] = map[string]int{}
	}
	d.InZones[group][zone]++
}

// binFor is the instance on which a task will be: one that comes, a larger one, or one more. Nil: no other one may come.
func (d *decision) binFor(t Wait, zones []string, bins *[]*bin) *bin {
	if !strings.HasPrefix(t.Group, "service:") {
		for _, b := range *bins {
			if slices.Contains(zones, b.zone) && d.fits(b, t) {
				return b
			}
		}
	}
	for n, zone := range zones {
		for _, b := range *bins {
			if b.zone == zone && d.fits(b, t) {
				return b
			}
		}
		if n < spreadZones && d.hasRoomFor(zone, *bins) {
			made := &bin{new: true, zone: zone, need: d.Reserved}
			if d.fits(made, t) {
				*bins = append(*bins, made)
				return made
			}
		}
	}
	return nil
}

// hasRoomFor reports whether one more instance may come in a zone.
func (d *decision) hasRoomFor(zone string, bins []*bin) bool {
	inZone, all, free := 0, 0, 0
	for _, b := range bins {
		if b.new {
			all++
			if b.zone == zone {
				inZone++
			}
		}
	}
	for _, s := range d.Subnets {
		if s.Zone == zone {
			free += max(0, d.Free(s)-d.launchedIn(s))
		}
	}
	return inZone < free && (d.Most < 0 || all < d.most)
}

// fits reports whether a task has room on an instance. A new one grows to hold it, if there is such a type.
func (d *decision) fits(b *bin, t Wait) bool {
	if b.alone[t.Group] || t.Alone && b.groups[t.Group] || slices.ContainsFunc(t.Ports, func(port string) bool { return b.ports[port] }) {
		return false
	}
	need := b.need.Add(t.Need)
	suits := func(typ *ec2.InstanceType) bool {
		for _, other := range append(slices.Clip(b.tasks), t) {
			if other.Suits != nil && !other.Suits(typ, b.zone) {
				return false
			}
		}
		return true
	}
	if !b.new {
		return instancetype.Holds(b.typ, need) && (t.Suits == nil || t.Suits(b.typ, b.zone))
	}
	if t.Need.Architecture != "" && b.need.Architecture != "" && t.Need.Architecture != b.need.Architecture {
		return false
	}
	typ := instancetype.Smallest(d.Types, need, suits)
	if typ == nil {
		return false
	}
	b.typ = typ
	return true
}

// put takes note of a task for which fits has found room.
func (b *bin) put(t Wait) {
	b.need = b.need.Add(t.Need)
	b.tasks = append(b.tasks, t)
	if b.groups == nil {
		b.groups, b.alone, b.ports = map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	b.groups[t.Group] = true
	if t.Alone {
		b.alone[t.Group] = true
	}
	for _, port := range t.Ports {
		b.ports[port] = true
	}
}
