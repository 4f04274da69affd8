package stats

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
)

// groupFiles are files of the kernel by their names, wherever they were read.
type groupFiles groupfile.Files

// parseGroupFiles reads what the sandbox program has sent.
func parseGroupFiles(answer string) (groupFiles, bool) {
	files, ok := groupfile.Parse(answer)
	return groupFiles(files), ok
}

// number is the number of a file with a single one. Another text, such as max, is 0.
func (f groupFiles) number(name string) uint64 {
	n, _ := strconv.ParseUint(strings.TrimSpace(f[name]), 10, 64)
	return n
}

// table is a file of names with numbers.
func (f groupFiles) table(name string) map[string]uint64 {
	all := map[string]uint64{}
	for line := range strings.Lines(f[name]) {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		if n, err := strconv.ParseUint(words[1], 10, 64); err == nil {
			all[words[0]] = n
		}
	}
	return all
}

// stats are what the engine makes of the same files. memory is that of its host.
// Source: Moby, daemon/stats_unix.go; containerd/cgroups.
func (f groupFiles) stats(memory int64) (backend.Stats, error) {
	now, err := strconv.ParseInt(f["now"], 10, 64)
	if err != nil {
		return backend.Stats{}, fmt.Errorf("read stats: no time: %q", f["now"])
	}
	s := backend.Stats{
		Read:       time.Unix(0, now).UTC(),
		PidsStats:  backend.PidsStats{Current: f.number("pids.current"), Limit: f.number("pids.max")},
		BlkioStats: noBlkioStats(),
	}
	if _, v2 := f["memory.current"]; v2 {
		f.version2(&s)
	} else {
		f.version1(&s)
	}
	if limit := &s.MemoryStats.Limit; *limit == 0 || *limit > uint64(memory) {
		*limit = uint64(memory)
	}
	s.CPUStats.SystemCPUUsage, s.CPUStats.OnlineCPUs = f.allCPUs()
	return s, nil
}

// ticks are those that the kernel shows to users: hundredths of a second, in nanoseconds.
// Source: time(7), USER_HZ.
const ticks = uint64(time.Second / 100)

func (f groupFiles) version1(s *backend.Stats) {
	s.MemoryStats = backend.MemoryStats{
		Usage: f.number("memory.usage_in_bytes"), MaxUsage: f.number("memory.max_usage_in_bytes"), Failcnt: f.number("memory.failcnt"),
		Limit: f.number("memory.limit_in_bytes"), Stats: f.table("memory.stat"),
	}
	used, slowed := f.table("cpuacct.stat"), f.table("cpu.stat")
	s.CPUStats.CPUUsage = backend.CPUUsage{
		TotalUsage: f.number("cpuacct.usage"), UsageInUsermode: used["user"] * ticks, UsageInKernelmode: used["system"] * ticks,
	}
	for each := range strings.FieldsSeq(f["cpuacct.usage_percpu"]) {
		n, _ := strconv.ParseUint(each, 10, 64)
		s.CPUStats.CPUUsage.PercpuUsage = append(s.CPUStats.CPUUsage.PercpuUsage, n)
	}
	s.CPUStats.ThrottlingData = backend.ThrottlingData{
		Periods: slowed["nr_periods"], ThrottledPeriods: slowed["nr_throttled"], ThrottledTime: slowed["throttled_time"],
	}
	s.BlkioStats.IoServiceBytesRecursive = blkioEntries(f["blkio.throttle.io_service_bytes_recursive"])
	s.BlkioStats.IoServicedRecursive = blkioEntries(f["blkio.throttle.io_serviced_recursive"])
}

func (f groupFiles) version2(s *backend.Stats) {
	s.MemoryStats = backend.MemoryStats{
		Usage: f.number("memory.current"), Failcnt: f.table("memory.events")["oom"], Limit: f.number("memory.max"), Stats: f.table("memory.stat"),
	}
	const micro = uint64(time.Microsecond)
	cpu := f.table("cpu.stat")
	s.CPUStats.CPUUsage = backend.CPUUsage{
		TotalUsage: cpu["usage_usec"] * micro, UsageInUsermode: cpu["user_usec"] * micro, UsageInKernelmode: cpu["system_usec"] * micro,
	}
	s.CPUStats.ThrottlingData = backend.ThrottlingData{
		Periods: cpu["nr_periods"], ThrottledPeriods: cpu["nr_throttled"], ThrottledTime: cpu["throttled_usec"] * micro,
	}
	for line := range strings.Lines(f["io.stat"]) {
		device, counters, _ := strings.Cut(line, " ")
		for _, c := range []struct {
			key, op string
			to      *[]backend.BlkioStatEntry
		}{
			{"rbytes=", "read", &s.BlkioStats.IoServiceBytesRecursive}, {"wbytes=", "write", &s.BlkioStats.IoServiceBytesRecursive},
			{"rios=", "read", &s.BlkioStats.IoServicedRecursive}, {"wios=", "write", &s.BlkioStats.IoServicedRecursive},
		} {
			for word := range strings.FieldsSeq(counters) {
				if value, ok := strings.CutPrefix(word, c.key); ok {
					*c.to = append(*c.to, blkioEntries(device+" "+c.op+" "+value)...)
				}
			}
		}
	}
}

// blkioEntries reads "8:0 Read 4096". The sum of all devices, without one, is left out.
func blkioEntries(text string) []backend.BlkioStatEntry {
	all := []backend.BlkioStatEntry{}
	for line := range strings.Lines(text) {
		var one backend.BlkioStatEntry
		if n, _ := fmt.Sscanf(line, "%d:%d %s %d", &one.Major, &one.Minor, &one.Op, &one.Value); n == 4 {
			all = append(all, one)
		}
	}
	return all
}

// noBlkioStats are empty lists, which readers find where the engine has none.
func noBlkioStats() backend.BlkioStats {
	none := []backend.BlkioStatEntry{}
	return backend.BlkioStats{
		IoServiceBytesRecursive: none, IoServicedRecursive: none, IoQueueRecursive: none, IoServiceTimeRecursive: none,
		IoWaitTimeRecursive: none, IoMergedRecursive: none, IoTimeRecursive: none, SectorsRecursive: none,
	}
}

// allCPUs is the time that the host's CPUs have spent, and how many there are.
// Source: proc_stat(5); the engine leaves out time of guests, which is in others.
func (f groupFiles) allCPUs() (spent uint64, online uint32) {
	for line := range strings.Lines(f["stat"]) {
		words := strings.Fields(line)
		switch {
		case len(words) < 8 || !strings.HasPrefix(words[0], "cpu"):
		case words[0] == "cpu":
			for _, word := range words[1:8] {
				n, _ := strconv.ParseUint(word, 10, 64)
				spent += n * ticks
			}
		default:
			online++
		}
	}
	return spent, online
}

// networks are the interfaces of the sandbox's namespace, but for the loopback one; nil if
// there are none. Source: proc_pid_net(5).
func (f groupFiles) networks() map[string]backend.NetworkStats {
	var all map[string]backend.NetworkStats
	for line := range strings.Lines(f["dev"]) {
		name, counters, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		var n [16]uint64
		for i, word := range strings.Fields(counters) {
			if i < len(n) {
				n[i], _ = strconv.ParseUint(word, 10, 64)
			}
		}
		if !ok || name == "lo" {
			continue
		}
		if all == nil {
			all = map[string]backend.NetworkStats{}
		}
		all[name] = backend.NetworkStats{
			RxBytes: n[0], RxPackets: n[1], RxErrors: n[2], RxDropped: n[3],
			TxBytes: n[8], TxPackets: n[9], TxErrors: n[10], TxDropped: n[11],
		}
	}
	return all
}
