package heap

import (
	"context"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

func TestGCPercent(t *testing.T) {
	for _, c := range []struct {
		liveMiB, garbageMiB uint64
	}{{4, 68}, {10, 74}, {64, 96}, {256, 96}, {1024, 96}} {
		if got := uint64(gcPercent(c.liveMiB<<20)) * c.liveMiB / 100; got < c.garbageMiB-10 || got > c.garbageMiB {
			t.Errorf("%d MiB alive: room for %d MiB of garbage, want %d", c.liveMiB, got, c.garbageMiB)
		}
	}
	if empty, least := gcPercent(0), gcPercent(4<<20); empty != least {
		t.Errorf("an empty heap has %d, one of 4 MiB %d", empty, least)
	}
}

// TestMemoryIsGivenBackAtRest lets time pass over a heap that has become garbage.
func TestMemoryIsGivenBackAtRest(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go Tend(ctx)
		synctest.Wait()
		garbage := make([]byte, 4*worthGiving)
		for i := range garbage {
			garbage[i] = 1
		}
		time.Sleep((restSeconds - 1) * time.Second)
		if u := readUsage(); u.held < 4*worthGiving {
			t.Errorf("%d MiB are held before the emulator is at rest", u.held>>20)
		}
		time.Sleep(3 * time.Second)
		if u := readUsage(); u.held > u.live+worthGiving {
			t.Errorf("at rest, %d MiB are held for %d MiB that are alive", u.held>>20, u.live>>20)
		}
	})
}
