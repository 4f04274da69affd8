package usage

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Container is a container that runs, and what it uses now.
type Container struct {
	Task *state.Task
	Name string
	backend.Usage
}

// Containers are the containers of all tasks, in their order.
func Containers(ctx context.Context, tx *store.Tx, read func(context.Context, []string) (map[string]backend.Usage, error)) ([]Container, error) {
	var all []Container
	var ids []string
	for _, t := range state.AllTasks(tx) {
		if !runs(t) {
			continue
		}
		ids = append(ids, containerIDs(t)...)
	}
	found, err := read(ctx, ids)
	for _, t := range state.AllTasks(tx) {
		for i := range t.Status.Containers {
			if u, ok := found[t.Status.Containers[i].EngineID]; ok {
				all = append(all, Container{t, t.Status.Containers[i].Name, u})
			}
		}
	}
	return all, err
}

// MemoryBytes is what a container uses without what the kernel keeps of files, of which CloudWatch counts whole MiB.
// Source: amazon-ecs-agent, stats, for version 1 of control groups. For version 2, of which the agent takes off nothing, it
// is what the engine's own tools take off.
func MemoryBytes(m backend.MemoryStats) uint64 {
	cache := m.Stats["cache"]
	if _, unified := m.Stats["anon"]; unified {
		cache = m.Stats["inactive_file"]
	}
	return m.Usage - min(cache, m.Usage)
}

// Traffic is what has come in and gone out by all interfaces.
func Traffic(u backend.Stats) (received, sent uint64) {
	for _, n := range u.Networks {
		received += n.RxBytes
		sent += n.TxBytes
	}
	return received, sent
}
