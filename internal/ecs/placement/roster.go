package placement

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// roster is what pools of a cluster have in common until one of its container instances
// changes. What is made of all instances is made when a caller first asks for it.
type roster struct {
	nodes []node // with all that is registered, and without usage
	last  atomic.Pointer[[]node]

	places func() map[string]int // of the instances in nodes, by ARN
	ports  func() *portSets
	zones  func() []string

	mu     sync.Mutex
	values map[string]*valueNumbers // by name of the attribute
}

func rosterOf(tx *store.Tx, cluster *state.Cluster) *roster {
	return state.FindInstanceRoster(tx, cluster).Derived(func() any { return newRoster(state.ContainerInstances(tx, cluster)) }).(*roster)
}

func newRoster(instances []*state.ContainerInstance) *roster {
	r := &roster{nodes: make([]node, len(instances)), values: map[string]*valueNumbers{}}
	for i, instance := range instances {
		r.nodes[i] = newNode(instance)
	}
	r.places = sync.OnceValue(r.placesByARN)
	r.zones = sync.OnceValue(r.zonesOfNodes)
	r.ports = sync.OnceValue(func() *portSets { return newPortSets(r.nodes) })
	return r
}

func (r *roster) placesByARN() map[string]int {
	places := make(map[string]int, len(r.nodes))
	for i := range r.nodes {
		places[r.nodes[i].instance.ARN] = i
	}
	return places
}

// free returns the nodes with what is free of them in a transaction. It begins with those
// of the last pool and looks only into the rows of usage that are others since, as rows
// never change: a look into each would cost more than all else of a placement.
func (r *roster) free(tx *store.Tx, cluster *state.Cluster) []node {
	from := r.nodes
	if last := r.last.Load(); last != nil {
		from = *last
	}
	nodes, changed, i := slices.Clone(from), false, 0
	for usage := range state.InstanceUsages(tx, cluster, len(nodes)) {
		if nodes[i].usage != usage {
			nodes[i] = r.nodes[i].less(usage)
			changed = true
		}
		i++
	}
	if changed {
		found := slices.Clone(nodes) // the pool writes to its own
		r.last.Store(&found)
	}
	return nodes
}

// valueNumbers are the numbers of the values that instances have of an attribute.
type valueNumbers struct {
	of    []int32 // for each instance the number of its value; 0: it has none
	count int     // of numbers, 0 included
}

// valuesOf numbers the values of an attribute.
func (r *roster) valuesOf(attribute string) *valueNumbers {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.values[attribute]; known != nil {
		return known
	}
	v := &valueNumbers{of: make([]int32, len(r.nodes)), count: 1}
	numbers := map[string]int32{}
	for i := range r.nodes {
		value, found := attributeOf(r.nodes[i].instance, attribute)
		if !found {
			continue
		}
		number, known := numbers[value]
		if !known {
			number = int32(v.count)
			numbers[value] = number
			v.count++
		}
		v.of[i] = number
	}
	r.values[attribute] = v
	return v
}
