// Package execfault has the execute command agents of chosen tasks fail.
package execfault

import (
	"strconv"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
)

// Rule says which agents a fault is about. What is set must match: patterns in which * stands for
// any text, and of Task and Cluster ids and names or ARNs.
type Rule struct {
	Effect                           execagent.Effect
	Cluster, Task, Family, Container string
	Zone                             string // no pattern
}

// Faults are the rules in force. They are forgotten at the end of the emulator, as all faults are.
type Faults struct {
	mu    sync.Mutex
	last  int
	rules map[string]Rule // by id
}

// Add puts a rule in force and returns the id by which to remove it.
func (f *Faults) Add(r Rule) (id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rules == nil {
		f.rules = map[string]Rule{}
	}
	f.last++
	id = strconv.Itoa(f.last)
	f.rules[id] = r
	return id
}

// Remove ends a rule.
func (f *Faults) Remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.rules, id)
}

// On is what the rules do to the agent of a task's container.
func (f *Faults) On(t *state.Task, container string) (effect execagent.Effect) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if r.matches(t, container) {
			effect = max(effect, r.Effect)
		}
	}
	return effect
}

func (r Rule) matches(t *state.Task, container string) bool {
	return (r.Zone == "" || r.Zone == t.Placement.Zone) && matches(r.Cluster, arn.ClusterName(t.ARN), t.Spec.ClusterARN) && matches(r.Task, arn.Name(t.ARN), t.ARN) &&
		matches(r.Family, t.Spec.FamilyName()) && matches(r.Container, container)
}

func matches(pattern string, names ...string) bool {
	if pattern == "" {
		return true
	}
	for _, name := range names {
		if fault.Match(pattern, name) {
			return true
		}
	}
	return false
}
