package stats

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// asked is what the sandbox program makes of files.
func asked(files map[string]string) string {
	said := "now\x1f1700000000000000001"
	for name, text := range files {
		said += "\x1d" + name + "\x1f" + strings.ReplaceAll(text, "\n", "\x1e")
	}
	return said
}

const allCPUs = "cpu  10 20 30 40 50 60 70 80 90 0\ncpu0 5 10 15 20 25 30 35 40 45 0\ncpu1 5 10 15 20 25 30 35 40 45 0"

func TestStatsOfFiles(t *testing.T) {
	now := time.Unix(1700000000, 1).UTC()
	cpus := func(c backend.CPUStats) backend.CPUStats {
		c.SystemCPUUsage, c.OnlineCPUs = 280*10_000_000, 2
		return c
	}
	none := noBlkioStats()
	v1, v2 := none, none
	v1.IoServiceBytesRecursive = []backend.BlkioStatEntry{{Major: 8, Op: "Read", Value: 4096}, {Major: 8, Op: "Total", Value: 4096}}
	v1.IoServicedRecursive = []backend.BlkioStatEntry{{Major: 8, Minor: 1, Op: "Read", Value: 2}}
	v2.IoServiceBytesRecursive = []backend.BlkioStatEntry{{Major: 8, Minor: 16, Op: "read", Value: 4096}, {Major: 8, Minor: 16, Op: "write", Value: 512}}
	v2.IoServicedRecursive = []backend.BlkioStatEntry{{Major: 8, Minor: 16, Op: "read", Value: 3}, {Major: 8, Minor: 16, Op: "write", Value: 1}}
	for what, c := range map[string]struct {
		files map[string]string
		want  backend.Stats
	}{
		"version 1": {
			map[string]string{
				"memory.usage_in_bytes": "1000", "memory.max_usage_in_bytes": "2000", "memory.failcnt": "3", "memory.limit_in_bytes": "4000",
				"memory.stat": "cache 12\ntotal_rss 34", "cpuacct.usage": "987", "cpuacct.usage_percpu": "900 87 ", "cpuacct.stat": "user 1\nsystem 2",
				"cpu.stat": "nr_periods 4\nnr_throttled 5\nthrottled_time 6", "pids.current": "7", "pids.max": "max", "stat": allCPUs,
				"blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\n8:0 Total 4096\nTotal 4096", "blkio.throttle.io_serviced_recursive": "8:1 Read 2\nTotal 2",
			},
			backend.Stats{
				Read: now, PidsStats: backend.PidsStats{Current: 7}, BlkioStats: v1,
				MemoryStats: backend.MemoryStats{Usage: 1000, MaxUsage: 2000, Failcnt: 3, Limit: 4000, Stats: map[string]uint64{"cache": 12, "total_rss": 34}},
				CPUStats: cpus(backend.CPUStats{
					CPUUsage:       backend.CPUUsage{TotalUsage: 987, PercpuUsage: []uint64{900, 87}, UsageInUsermode: 10_000_000, UsageInKernelmode: 20_000_000},
					ThrottlingData: backend.ThrottlingData{Periods: 4, ThrottledPeriods: 5, ThrottledTime: 6},
				}),
			},
		},
		"version 2": {
			map[string]string{
				"memory.current": "1000", "memory.max": "max", "memory.stat": "anon 12\nfile 34", "memory.events": "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2", "pids.current": "7", "pids.max": "99", "stat": allCPUs,
				"cpu.stat": "usage_usec 900\nuser_usec 500\nsystem_usec 400\nnr_periods 4\nnr_throttled 5\nthrottled_usec 6",
				"io.stat":  "8:16 rbytes=4096 wbytes=512 rios=3 wios=1 dbytes=0 dios=0",
			},
			backend.Stats{
				Read: now, PidsStats: backend.PidsStats{Current: 7, Limit: 99}, BlkioStats: v2,
				MemoryStats: backend.MemoryStats{Usage: 1000, Failcnt: 3, Limit: 1 << 20, Stats: map[string]uint64{"anon": 12, "file": 34}},
				CPUStats: cpus(backend.CPUStats{
					CPUUsage:       backend.CPUUsage{TotalUsage: 900_000, UsageInUsermode: 500_000, UsageInKernelmode: 400_000},
					ThrottlingData: backend.ThrottlingData{Periods: 4, ThrottledPeriods: 5, ThrottledTime: 6_000},
				}),
			},
		},
		"version 1 without a limit": {
			map[string]string{"memory.limit_in_bytes": "9223372036854771712", "memory.usage_in_bytes": "1000", "cpuacct.usage": "987"},
			backend.Stats{
				Read: now, BlkioStats: none, MemoryStats: backend.MemoryStats{Usage: 1000, Limit: 1 << 20, Stats: map[string]uint64{}},
				CPUStats: backend.CPUStats{CPUUsage: backend.CPUUsage{TotalUsage: 987}},
			},
		},
	} {
		files, ok := parseGroupFiles(asked(c.files))
		if !ok {
			t.Fatalf("%s: not read", what)
		}
		if got, err := files.stats(1 << 20); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%+v, %v, want\n%+v", what, got, err, c.want)
		}
	}
}

func TestNetworksOfFiles(t *testing.T) {
	files, _ := parseGroupFiles(asked(map[string]string{"memory.current": "1", "cpu.stat": "usage_usec 1", "dev": "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n" +
		"    lo:  99 9 0 0 0 0 0 0 99 9 0 0 0 0 0 0\n  eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"}))
	want := map[string]backend.NetworkStats{"eth0": {
		RxBytes: 1, RxPackets: 2, RxErrors: 3, RxDropped: 4, TxBytes: 9, TxPackets: 10, TxErrors: 11, TxDropped: 12,
	}}
	if got := files.networks(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (groupFiles{}).networks(); got != nil {
		t.Errorf("without interfaces: %+v", got)
	}
}

// What the program answers when it has no files is none.
func TestAnswersWithoutFiles(t *testing.T) {
	for _, answer := range []string{"", "done", "not a command", "no group of app"} {
		if files, ok := parseGroupFiles(answer); ok || files != nil {
			t.Errorf("%q: %v", answer, files)
		}
	}
	if _, err := (groupFiles{"now": "soon"}).stats(1); err == nil {
		t.Error("stats without a time")
	}
}

// A container may end between the look at its group and the reads. It has used something all the
// same: the rest is no answer.
func TestAnswersWithoutCounters(t *testing.T) {
	for what, files := range map[string]map[string]string{
		"no group":              {"stat": allCPUs, "dev": ""},
		"version 1, no CPU":     {"stat": allCPUs, "memory.usage_in_bytes": "1000"},
		"version 1, no memory":  {"stat": allCPUs, "cpuacct.usage": "987", "cpu.stat": "nr_periods 4"},
		"version 2, no CPU":     {"stat": allCPUs, "memory.current": "1000"},
		"version 2, no memory":  {"stat": allCPUs, "cpu.stat": "usage_usec 900"},
		"one of either version": {"stat": allCPUs, "memory.current": "1000", "cpuacct.usage": "987"},
	} {
		if files, ok := parseGroupFiles(asked(files)); ok || files != nil {
			t.Errorf("%s: %v", what, files)
		}
	}
}
