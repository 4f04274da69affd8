package engineroom

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

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
