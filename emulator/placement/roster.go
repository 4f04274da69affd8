package placement

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// roster is what pools of a cluster have in common until one of its container instances
// changes.
type roster struct {
	nodes []node // with all that is registered, and without usage

	mu     sync.Mutex
	values map[string]*valueNumbers // by name of the attribute
}

// valueNumbers are the numbers of the values that instances have of an attribute.
type valueNumbers struct {
	of    []int32 // for each instance the number of its value; 0: it has none
	count int     // of numbers, 0 included
}

func rosterOf(tx *state.Tx, cluster *state.Cluster) *roster {
	return tx.InstanceRoster(cluster).Derived(func() any { return newRoster(tx.ContainerInstances(cluster)) }).(*roster)
}

func newRoster(instances []*state.ContainerInstance) *roster {
	r := &roster{nodes: make([]node, len(instances)), values: map[string]*valueNumbers{}}
	for i, instance := range instances {
		has := &instance.Registered
		r.nodes[i] = node{
			instance: instance, kind: kindOf(instance),
			cpu: int32(has.CPU), memory: int32(has.Memory), enis: int16(has.ENIs), gpus: int16(len(has.GPUs)),
		}
	}
	return r
}

// valuesOf numbers the values of an attribute, when somebody first asks.
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
