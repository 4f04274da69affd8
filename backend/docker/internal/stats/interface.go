package stats

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
)

// ofVPC leaves the counters of the interface by which a sandbox is in its VPC, where it leads out by another one. The engine
// chooses the names of both, so the sandbox program says which it is.
func (r *Reader) ofVPC(ctx context.Context, its containers.Facts, all map[string]backend.NetworkStats) map[string]backend.NetworkStats {
	if interfacesOf(its) != sandboxInterfaces || len(all) < 2 {
		return all
	}
	led, err := r.ledOut(ctx, its.Joins)
	if err == nil && !led {
		return all
	}
	name, known := r.interfaces.Load(its.Joins)
	if err == nil && !known {
		if name, err = r.commands.Ask(ctx, its.Joins, "interface"); err == nil {
			r.interfaces.Store(its.Joins, name)
		}
	}
	if err != nil {
		r.log.Debug("counters of the network not read", "sandbox", its.Joins, "error", err)
		return nil
	}
	if of, there := all[name.(string)]; there {
		return map[string]backend.NetworkStats{name.(string): of}
	}
	return nil
}
