package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// useEngine carries the change of a task into what tasks reserve of the engine that runs it. before is nil for a new task.
func useEngine(tx *store.Tx, before, after *Task) {
	host := after.Placement.Host
	if host == "" {
		return
	}
	engineroom.Carry(tx, host, after.Placement.ContainerInstance != "", before.onEngine(), after.onEngine())
	if before == nil || before.Waits() {
		engineroom.Claim(tx, host, after.Spec.FileSystems)
	}
}

// onEngine is what a task reserves of its engine until it has STOPPED.
func (t *Task) onEngine() engineroom.Load {
	if t == nil || t.Ended() || t.Placement.Host == "" {
		return engineroom.Load{}
	}
	if r := t.Spec.Reserved; r != nil {
		return engineroom.Load{Tasks: 1, CPU: r.CPU, Memory: r.Memory}
	}
	return engineroom.Load{Tasks: 1, CPU: int(number(t.Spec.CPU)), Memory: int(number(t.Spec.Memory))}
}
