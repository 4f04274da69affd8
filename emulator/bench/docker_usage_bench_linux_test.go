package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// cpuTimes is the CPU time of processes by their ids.
type cpuTimes map[string]time.Duration

// since is what those have used that are still there, and those that are new: one that has ended takes nothing away.
func (now cpuTimes) since(before cpuTimes) (used time.Duration) {
	for pid, total := range now {
		used += max(0, total-before[pid]) // the id may have gone to another process
	}
	return used
}

// ofEngine is the CPU time of the processes of a Docker engine; empty where none is seen.
func ofEngine() cpuTimes {
	found := cpuTimes{}
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, file := range names {
		name, _ := os.ReadFile(file)
		if comm := strings.TrimSpace(string(name)); comm != "dockerd" && !strings.HasPrefix(comm, "containerd") {
			continue
		}
		stat, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "stat"))
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 13 {
			continue // it has ended
		}
		for _, ticks := range fields[11:13] { // utime and stime, in hundredths of a second
			n, _ := strconv.Atoi(string(ticks))
			found[filepath.Dir(file)] += time.Duration(n) * time.Second / 100
		}
	}
	return found
}

// requireHere leaves the benchmark out unless the processes of all containers, and so of the engine, are seen from
// here. With an engine on another machine, the ids of processes belong to others here.
func (w *world) requireHere(containers ...string) {
	w.Helper()
	for _, id := range containers {
		if groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", w.pid(id))); !bytes.Contains(groups, []byte(id)) {
			w.Skip("the processes of the engine and its containers are not seen from here")
		}
	}
	if len(ofEngine()) == 0 {
		w.Skip("no process of a Docker engine is seen from here")
	}
}

// pid is the id of the process of a container, on the machine of the engine.
func (w *world) pid(container string) int {
	w.Helper()
	found, err := dockertest.Client(w).ContainerInspect(w.Context(), container, client.ContainerInspectOptions{})
	w.must(err)
	return found.Container.State.Pid
}

// withEngine is the share of a CPU that this process takes at rest, and with the engine, which serves others too.
func (w *world) withEngine(during time.Duration) (own, both float64) {
	w.Helper()
	time.Sleep(settle)
	began, before, engine := time.Now(), w.used(), ofEngine()
	time.Sleep(during)
	used, ofIt, passed := w.used()-before, ofEngine().since(engine), time.Since(began)
	own = 100 * float64(used) / float64(passed)
	return own, own + 100*float64(ofIt)/float64(passed)
}

// idleShare is the share of a CPU that containers take which nothing asks. It goes by what the engine says, as ticks of
// /proc would hide what an idle one takes.
func (w *world) idleShare(ids []string) (percent float64) {
	w.Helper()
	before := map[string]container.StatsResponse{}
	for _, id := range ids {
		before[id] = w.stats(id)
	}
	time.Sleep(rest)
	for _, id := range ids { // each over a time of its own: to ask all takes a while
		was, is := before[id], w.stats(id)
		used, passed := int64(is.CPUStats.CPUUsage.TotalUsage-was.CPUStats.CPUUsage.TotalUsage), is.Read.Sub(was.Read)
		if was.CPUStats.CPUUsage.TotalUsage == 0 || used < 0 || passed < rest {
			w.Fatalf("container %s: %d ns in %s, after %d", id, used, passed, was.CPUStats.CPUUsage.TotalUsage)
		}
		percent += 100 * float64(used) / float64(passed)
	}
	return percent
}

func (w *world) stats(id string) (said container.StatsResponse) {
	w.Helper()
	answer, err := dockertest.Client(w).ContainerStats(w.Context(), id, client.ContainerStatsOptions{})
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(&said))
	return said
}
