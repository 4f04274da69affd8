package metadata

import (
	"context"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// The engine may tell the same again for some seconds, all of it or the networks alone. The
// rates stay until there is something newer.
func TestRatesStayWhenTheEngineRepeatsItself(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := start
	s := newSamples(func() time.Time { return now }, func(sampleKey) bool { return true })
	for i, step := range []struct {
		read, networksRead int // seconds
		bytes              uint64
		gone               bool // the networks
		preread            int  // -1 is none
		rate               float64
	}{
		{read: 10, networksRead: 10, bytes: 1000, preread: -1, rate: -1},
		{read: 10, networksRead: 10, bytes: 1000, preread: -1, rate: -1},
		{read: 20, networksRead: 20, bytes: 3000, preread: 10, rate: 200},
		{read: 20, networksRead: 20, bytes: 3000, preread: 10, rate: 200},
		{read: 21, networksRead: 20, bytes: 3000, preread: 20, rate: 200},
		{read: 22, gone: true, preread: 21, rate: -1},
		{read: 23, networksRead: 20, bytes: 3000, preread: 22, rate: 200},
		{read: 30, networksRead: 30, bytes: 4000, preread: 23, rate: 100},
	} {
		now = now.Add(sampleEvery)
		found, err := s.take(t.Context(), sampleKey{}, func(context.Context) (backend.Stats, error) {
			stats := backend.Stats{Read: start.Add(time.Duration(step.read) * time.Second), CPUStats: backend.CPUStats{SystemCPUUsage: uint64(step.read)}}
			if !step.gone {
				stats.NetworksRead = start.Add(time.Duration(step.networksRead) * time.Second)
				stats.Networks = map[string]backend.NetworkStats{"eth0": {RxBytes: step.bytes}}
			}
			return stats, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		shown, preread, rate := newStats(found), -1, -1.0
		if !shown.PreRead.IsZero() {
			preread = int(shown.PreRead.Sub(start).Seconds())
		}
		if shown.NetworkRates != nil {
			rate = shown.NetworkRates.RxBytesPerSecond
		}
		if preread != step.preread || preread >= 0 && shown.PreCPUStats.SystemCPUUsage != uint64(preread) || rate != step.rate {
			t.Errorf("%d: preread %d, rate %v, want %d and %v", i, preread, rate, step.preread, step.rate)
		}
	}
}
