package sim

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// What a simulated container seems to use. Nothing runs, so these are no measurements:
// counters that grow with the engine's clock, at the same pace in each container, so that
// who computes rates of them gets the same numbers each time.
const (
	simCPU     = 0.01  // vCPU
	simMemory  = 16    // MiB
	simTraffic = 1_000 // bytes a second, each way
	simPacket  = 100   // bytes
)

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return backend.Stats{}, err
	}
	if c.state != backend.Running {
		return backend.Stats{}, daemon.Errorf(backend.ErrNotRunning, "Container %s is not running", c.id)
	}
	return e.measure(c).Stats, nil
}

// Usage implements backend.UsageReader.
func (e *Engine) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	all := make(map[string]backend.Usage, len(ids))
	for _, id := range ids {
		if c := e.containers[id]; c != nil && c.state == backend.Running {
			all[id] = e.measure(c)
		}
	}
	return all, nil
}

// measure tells what a container uses that runs. It gives up the lock for a while.
func (e *Engine) measure(c *container) backend.Usage {
	now := e.clock.Now()
	told, ok := e.told(c, now)
	load := c.use(told, ok, now)
	ran := uint64(max(0, now.Sub(c.startedAt)))
	used, memory := c.nanoseconds(), uint64(load.Memory*(1<<20))
	s := backend.Stats{
		Read: now, Name: "/" + c.name, ID: c.id,
		PidsStats: backend.PidsStats{Current: 1},
		CPUStats: backend.CPUStats{
			CPUUsage:       backend.CPUUsage{TotalUsage: used, UsageInUsermode: used},
			SystemCPUUsage: ran * uint64(e.opts.CPUs), OnlineCPUs: uint32(e.opts.CPUs),
		},
		MemoryStats: backend.MemoryStats{Usage: memory, MaxUsage: memory, Limit: uint64(e.opts.Memory)},
	}
	if c.net.network != nil && (c.net.self == c || c.net.self == c.box) {
		bytes := ran / (1e9 / simTraffic) // to multiply first has no room for a year
		counters := backend.NetworkStats{RxBytes: bytes, RxPackets: bytes / simPacket, TxBytes: bytes, TxPackets: bytes / simPacket}
		s.Networks, s.NetworksRead = map[string]backend.NetworkStats{"eth0": counters}, now
	}
	return backend.Usage{Stats: s, Load: &load.CPU}
}
