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
	simCPUShare = 100      // a hundredth of one CPU
	simMemory   = 16 << 20 // bytes
	simTraffic  = 1_000    // bytes a second, each way
	simPacket   = 100      // bytes
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
	now := e.clock.Now()
	ran := uint64(max(0, now.Sub(c.startedAt)))
	used := ran / simCPUShare
	s := backend.Stats{
		Read: now, Name: "/" + c.name, ID: c.id,
		PidsStats: backend.PidsStats{Current: 1},
		CPUStats: backend.CPUStats{
			CPUUsage:       backend.CPUUsage{TotalUsage: used, UsageInUsermode: used},
			SystemCPUUsage: ran * uint64(e.opts.CPUs), OnlineCPUs: uint32(e.opts.CPUs),
		},
		MemoryStats: backend.MemoryStats{Usage: simMemory, MaxUsage: simMemory, Limit: uint64(e.opts.Memory)},
	}
	if c.net.network != nil && (c.net.self == c || c.net.self == c.box) {
		bytes := ran / (1e9 / simTraffic) // to multiply first has no room for a year
		counters := backend.NetworkStats{RxBytes: bytes, RxPackets: bytes / simPacket, TxBytes: bytes, TxPackets: bytes / simPacket}
		s.Networks, s.NetworksRead = map[string]backend.NetworkStats{"eth0": counters}, now
	}
	return s, nil
}
