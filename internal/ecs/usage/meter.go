package usage

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// shortest is the time between two reads that a measure needs: over less, the kernel's own steps would show.
const shortest = time.Second

// measure is what a container uses, by two reads of its counters.
type measure struct {
	base           backend.Usage // the earlier read
	known          bool          // there was a later one
	cpu            float64       // vCPU
	received, sent float64       // bytes per second
}

// meter has the measures of containers over periods of one length, by their ids. It measures by the time of
// the engine, which is real time, also when the emulator's clock is faster or moves. A period that passes faster than a second has the newest
// measure that there is, so an advance of the clock invents neither work nor idleness.
type meter map[string]*measure

// take is told of a read.
func (m meter) take(id string, now backend.Usage) {
	of := m[id]
	switch {
	case of == nil:
		of = &measure{base: now}
		m[id] = of
	case now.Read.Sub(of.base.Read) < shortest: // too soon, but for an engine that knows
	default:
		of.compare(now)
	}
	if now.Load != nil {
		of.cpu, of.known = *now.Load, true
	}
}

// compare makes a measure of the time since the base, and goes on from there.
func (m *measure) compare(now backend.Usage) {
	was := m.base
	m.cpu = grown(now.CPUStats.CPUUsage.TotalUsage, was.CPUStats.CPUUsage.TotalUsage) / float64(now.Read.Sub(was.Read))
	if between := now.NetworksRead.Sub(was.NetworksRead).Seconds(); between > 0 && was.Networks != nil {
		rx, tx := Traffic(now.Stats)
		rxBefore, txBefore := Traffic(was.Stats)
		m.received, m.sent = grown(rx, rxBefore)/between, grown(tx, txBefore)/between
	}
	m.base, m.known = now, true
}

// fresh are the containers that a second read has to measure.
func (m meter) fresh(read map[string]backend.Usage) (ids []string) {
	for id := range read {
		if of := m[id]; of == nil || !of.known {
			ids = append(ids, id)
		}
	}
	return ids
}

// keep forgets all containers but those that keep knows.
func (m meter) keep(known map[string]bool) {
	for id := range m {
		if !known[id] {
			delete(m, id)
		}
	}
}

// grown is by how much a counter has grown. One that has begun anew counts from there.
func grown(now, before uint64) float64 {
	if now < before {
		return float64(now)
	}
	return float64(now - before)
}

// storage sums the bytes of all devices, whose operations have capital letters with control groups of version 1.
func storage(of backend.BlkioStats) (read, written uint64) {
	for _, e := range of.IoServiceBytesRecursive {
		switch e.Op {
		case "Read", "read":
			read += e.Value
		case "Write", "write":
			written += e.Value
		}
	}
	return read, written
}

// mebibytes are the whole MiB that a container uses (ECS0280).
func mebibytes(m backend.MemoryStats) float64 { return float64(MemoryBytes(m) >> 20) }
