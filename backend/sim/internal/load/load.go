// Package load says what simulated containers seem to use. Nothing runs, so these are no measurements: by scripts, else
// counters that grow with the engine's clock, at the same pace in each container, so that who computes rates of them gets
// the same numbers each time.
package load

import (
	"math"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// What a container uses of which nothing is said.
const (
	defaultCPU    = 0.01  // vCPU
	defaultMemory = 16    // MiB
	traffic       = 1_000 // bytes a second, each way
	packet        = 100   // bytes
)

// Load is what a container seems to use. A number that is told and is NaN is the script's.
type Load struct {
	CPU    float64 // vCPU
	Memory float64 // MiB
}

// Meter counts what a container uses.
type Meter struct {
	first, began time.Time // its first start, from which the steps of scripts count, and its last
	used         float64   // since the last start, in vCPU times seconds, until at
	at           time.Time
}

// Begin is told that the container starts.
func (m *Meter) Begin(now time.Time) {
	if m.first.IsZero() {
		m.first = now
	}
	m.used, m.began, m.at = 0, now, now
}

// use carries on what the container has used until a time, and returns what it uses then. Where that is told and not the
// script's, it counts since the last look.
func (m *Meter) use(does *script.Script, told *Load, at time.Time) (now Load) {
	after, passed := at.Sub(m.first), at.Sub(m.at)
	now = Load{script.At(does.CPU, after, defaultCPU), script.At(does.Memory, after, defaultMemory)}
	if told != nil && !math.IsNaN(told.Memory) {
		now.Memory = max(told.Memory, 0)
	}
	if told != nil && !math.IsNaN(told.CPU) {
		now.CPU = max(told.CPU, 0)
		m.used += now.CPU * max(passed, 0).Seconds()
	} else if passed > 0 {
		m.used += script.Sum(does.CPU, m.at.Sub(m.first), after, defaultCPU)
	}
	if passed > 0 {
		m.at = at
	}
	return now
}

type Host struct {
	CPUs   int
	Memory int64 // bytes
}

// Usage is what the container uses, by its script or as it is told. networked says that it has the network interface of
// its sandbox, or one of its own.
func (m *Meter) Usage(does *script.Script, told *Load, host Host, networked bool, now time.Time) backend.Usage {
	load := m.use(does, told, now)
	ran := uint64(max(0, now.Sub(m.began)))
	used, memory := uint64(math.Round(m.used*1e9)), uint64(load.Memory*(1<<20))
	s := backend.Stats{
		Read: now, PidsStats: backend.PidsStats{Current: 1},
		CPUStats: backend.CPUStats{
			CPUUsage:       backend.CPUUsage{TotalUsage: used, UsageInUsermode: used},
			SystemCPUUsage: ran * uint64(host.CPUs), OnlineCPUs: uint32(host.CPUs),
		},
		MemoryStats: backend.MemoryStats{Usage: memory, MaxUsage: memory, Limit: uint64(host.Memory)},
	}
	if networked {
		bytes := ran / (1e9 / traffic) // to multiply first has no room for a year
		counters := backend.NetworkStats{RxBytes: bytes, RxPackets: bytes / packet, TxBytes: bytes, TxPackets: bytes / packet}
		s.Networks, s.NetworksRead = map[string]backend.NetworkStats{"eth0": counters}, now
	}
	return backend.Usage{Stats: s, Load: &load.CPU}
}
