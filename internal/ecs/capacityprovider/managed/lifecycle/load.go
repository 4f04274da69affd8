package lifecycle

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// load is what is on a container instance: its tasks that have not ended, the ones among them that are no daemons' tasks, and what these have.
type load struct {
	tasks, others int
	need          instancetype.Need
}

// loads remembers the loads of instances, so that a change of one instance does not count the tasks of all.
type loads struct {
	mu         sync.Mutex
	ofProvider map[string]map[string]counted // by capacity provider and container instance
}

// counted is a load as of a version of what tasks have of the instance, which rises with each change of it.
type counted struct {
	version int64
	load
}

// of makes the question for the load of each instance of a provider. What is not asked for is forgotten at the end.
func (l *loads) of(tx *store.Tx, provider string) (ask func(instance string) load, end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, now := l.ofProvider[provider], map[string]counted{}
	ask = func(instance string) load {
		version := state.FindInstanceUsage(tx, instance).Version
		c, is := known[instance]
		if !is || c.version != version {
			c = counted{version, count(tx, instance)}
		}
		now[instance] = c
		return c.load
	}
	end = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.ofProvider == nil {
			l.ofProvider = map[string]map[string]counted{}
		}
		l.ofProvider[provider] = now
	}
	return ask, end
}

func count(tx *store.Tx, instance string) (l load) {
	for _, t := range state.InstanceTasks(tx, instance) {
		if t.Ended() {
			continue
		}
		if l.tasks++; !managed.OfDaemon(t.Spec.Group) {
			l.others++
			l.need = l.need.Add(need(t.Spec.Reserved, ""))
		}
	}
	return l
}
