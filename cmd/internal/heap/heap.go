// Package heap sets Go's garbage collector for a program that runs the emulator.
// Those who embed the emulator have a heap of their own, so it is for commands only.
package heap

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go lets the heap double between collections. The emulator's is a few megabytes at
// first and would double a hundred times a second under load, which costs a quarter
// of each request; with a hundred thousand task definitions in it, doubling wastes
// hundreds of megabytes. So garbage may take as much as is alive and leastGarbage,
// but no more than mostGarbage.
const (
	leastGarbage = 64 << 20 // bytes
	mostGarbage  = 96 << 20

	// Rest is so many seconds in which less than so many bytes were allocated each.
	restSeconds = 5
	restAllocs  = 1 << 20
	// worthGiving is how many bytes must be unused to be given back to the system at
	// rest: that takes a collection, and what comes next has to get them anew.
	worthGiving = 16 << 20
)

// gcPercent is the collector's percentage for a heap in which so many bytes are alive.
func gcPercent(live uint64) int {
	live = max(live, 4<<20) // Go's own least heap
	return int(100 * min(leastGarbage+live, mostGarbage) / live)
}

// Tend sets the collector to the size of the heap, and gives unused memory back to
// the system when the emulator has come to rest, until ctx ends. With GOGC in the
// environment it does nothing.
func Tend(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	percent := gcPercent(0)
	debug.SetGCPercent(percent)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for allocated, quiet := uint64(0), 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		u := readUsage()
		if now := gcPercent(u.live); now != percent {
			percent = now
			debug.SetGCPercent(percent)
		}
		quiet++
		if u.allocated-allocated > restAllocs {
			quiet = 0
		}
		allocated = u.allocated
		if quiet == restSeconds && u.held > u.live+worthGiving {
			debug.FreeOSMemory()
		}
	}
}

// usage is what the runtime says of the heap, in bytes.
type usage struct {
	live      uint64 // what the last collection left
	allocated uint64 // all that was ever allocated
	held      uint64 // what the process has of the system, garbage and unused memory included
}

func readUsage() usage {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(samples)
	bytes := func(i int) uint64 { return samples[i].Value.Uint64() }
	return usage{live: bytes(0), allocated: bytes(1), held: bytes(2) + bytes(3) + bytes(4)}
}
