package engineroom

import (
	"iter"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var usages = store.NewTable("engine-usage", func(u *Usage) string { return u.Engine })

// Usage is what the tasks on an engine with a name reserve of it; package state keeps it, in the transaction that
// changes a task.
type Usage struct {
	Engine      string
	Fargate     Load // tasks on Fargate
	OnInstances Load // tasks on container instances
}

func findUsage(tx *store.Tx, engine string) *Usage {
	if u := usages.Get(tx, engine); u != nil {
		return u
	}
	return &Usage{Engine: engine}
}

// Of is what tasks reserve of an engine.
func Of(tx *store.Tx, engine string) Usage { return *findUsage(tx, engine) }

// Carry carries the change of a task into the usage of its engine: what it reserved and reserves, zero where it
// is not there.
func Carry(tx *store.Tx, engine string, onInstance bool, before, after Load) {
	if engine == "" || before == after {
		return
	}
	changed := *findUsage(tx, engine)
	load := &changed.Fargate
	if onInstance {
		load = &changed.OnInstances
	}
	load.add(before, -1)
	load.add(after, +1)
	usages.Put(tx, &changed)
}

// usages are what tasks reserve of the engines, by the index of these, but for engines on which none has ever been. Rows and engines
// are gone through side by side: a hundred single rows would take four times as long.
func (v *View) usages(tx *store.Tx) iter.Seq2[int, *Usage] {
	return func(yield func(int, *Usage) bool) {
		rest := v.byName
		for u := range usages.Forward(tx, "") {
			for len(rest) > 0 && v.engines[rest[0]].Name < u.Engine {
				rest = rest[1:]
			}
			if len(rest) == 0 {
				return
			}
			if v.engines[rest[0]].Name == u.Engine && !yield(rest[0], u) {
				return
			}
		}
	}
}
