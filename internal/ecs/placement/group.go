package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groupTasks counts the tasks of a group by container instance, those that the pool has
// placed included.
type groupTasks struct {
	left   []int32 // that have not STOPPED
	wanted []int32 // whose desiredStatus is RUNNING
	placed bool    // by this pool
	spread []*attributeTasks
}

// attributeTasks counts those tasks by the value of an attribute of their instances.
type attributeTasks struct {
	name  string
	value []int32 // for each instance the number of its value; 0: it has none
	tasks []int32 // by number of the value
}

// group returns the counts of a group. They are made before the pool places a task of the
// group, so none is counted twice.
func (p *Pool) group(name string) *groupTasks {
	if known := p.groups[name]; known != nil {
		return known
	}
	g := &groupTasks{left: make([]int32, len(p.nodes)), wanted: make([]int32, len(p.nodes))}
	for _, t := range state.GroupTasks(p.tx, p.cluster.ARN, name) {
		i, found := p.find(t.Placement.ContainerInstance)
		if !found {
			continue
		}
		g.left[i]++
		if t.Stop == nil {
			g.wanted[i]++
		}
	}
	if p.groups == nil {
		p.groups = map[string]*groupTasks{}
	}
	p.groups[name] = g
	return g
}

func (g *groupTasks) add(i int) {
	g.left[i]++
	g.wanted[i]++
	g.placed = true
	for _, s := range g.spread {
		s.tasks[s.value[i]]++
	}
}

// remove leaves out a task that is to stop.
func (g *groupTasks) remove(i int) {
	g.wanted[i]--
	for _, s := range g.spread {
		s.tasks[s.value[i]]--
	}
}

// by counts the tasks of the group by an attribute.
func (g *groupTasks) by(attribute string, r *roster) *attributeTasks {
	at := slices.IndexFunc(g.spread, func(s *attributeTasks) bool { return s.name == attribute })
	if at >= 0 {
		return g.spread[at]
	}
	values := r.valuesOf(attribute)
	s := &attributeTasks{name: attribute, value: values.of, tasks: make([]int32, values.count)}
	for i, n := range g.wanted {
		s.tasks[s.value[i]] += n
	}
	g.spread = append(g.spread, s)
	return s
}

const zoneAttribute = "ecs.availability-zone"

func attributeOf(c *state.ContainerInstance, name string) (value string, found bool) {
	if name == zoneAttribute && c.Zone != "" {
		return c.Zone, true
	}
	return c.Attribute(name)
}

// nodeGroups answers which groups of tasks are on an instance.
type nodeGroups struct {
	pool *Pool
	i    int
}

func (g nodeGroups) Has(group string) bool { return g.pool.group(group).left[g.i] > 0 }

func (g nodeGroups) Any(wanted func(group string) bool) bool {
	for name, tasks := range g.pool.groups {
		if tasks.placed && tasks.left[g.i] > 0 && wanted(name) {
			return true
		}
	}
	return slices.ContainsFunc(state.InstanceTasks(g.pool.tx, g.pool.nodes[g.i].instance.ARN), func(t *state.Task) bool {
		return wanted(t.Spec.Group)
	})
}
