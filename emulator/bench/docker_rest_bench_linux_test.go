package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// ofEngine is the CPU time of the processes of a Docker engine; 0 where none is seen.
func ofEngine() (used time.Duration) {
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
			used += time.Duration(n) * time.Second / 100
		}
	}
	return used
}

// withEngine is the share of a CPU that this process takes at rest, and with the engine, which serves others too.
func (w *world) withEngine(during time.Duration) (own, both float64) {
	w.Helper()
	time.Sleep(settle)
	before, engine := w.used(), ofEngine()
	time.Sleep(during)
	own = 100 * float64(w.used()-before) / float64(during)
	return own, own + 100*float64(ofEngine()-engine)/float64(during)
}

// BenchmarkGoalIdleTasks is what 60 tasks cost that do nothing, and how much more it is if their service is sampled every
// 20 seconds.
func BenchmarkGoalIdleTasks(b *testing.B) {
	const tasks = 60
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("web", running(w, "sleep", "1h"))
		w.createService("web", tasks, func(in *ecs.CreateServiceInput) {
			in.DeploymentConfiguration = &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(0), MaximumPercent: aws.Int32(100)}
		})
		steady := func() bool {
			d := w.service("web").Deployments
			return len(d) == 1 && d[0].RunningCount == tasks
		}
		w.until("the tasks to run", steady)
		own, both := w.withEngine(time.Minute)
		w.post("AmazonEC2ContainerServiceV20141113.UpdateService", `{"service":"web","monitoring":{"metricConfigurations":[`+
			`{"metricNames":["CPUUtilization","MemoryUtilization"],"resolutionSeconds":20}]}}`)
		time.Sleep(time.Second)
		w.until("the sampled tasks to run", steady)
		sampled, sampledBoth := w.withEngine(time.Minute)
		b.ReportMetric(own, "%cpu≤0.2")
		b.ReportMetric(both, "%cpu-with-engine≤3")
		b.ReportMetric(sampled-own, "%cpu-more-sampled≤1")
		b.ReportMetric(sampledBoth-both, "%cpu-more-with-engine≤1")
	}
}

// BenchmarkGoalProxies has 40 proxies know an endpoint that changes, and measures what they and the endpoint's take when
// nothing happens: the CPU time of all, and the memory of the largest.
func BenchmarkGoalProxies(b *testing.B) {
	const proxies = 40
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		b.ReportMetric(w.changed(proxies, 6, running(w, "serve", fmt.Sprint(port))), "ms≤300")
		ids := w.proxies()
		if len(ids) < proxies {
			b.Fatalf("%d proxies, not %d", len(ids), proxies)
		}
		largest := 0.0
		for _, id := range ids {
			found, err := dockertest.Client(b).ContainerInspect(b.Context(), id, client.ContainerInspectOptions{})
			w.must(err)
			largest = max(largest, w.residentOf(found.Container.State.Pid))
		}
		b.ReportMetric(largest, "MiB-of-the-largest≤16")
		began, before := time.Now(), w.containersUsed(ids)
		time.Sleep(rest)
		b.ReportMetric(100*float64(w.containersUsed(ids)-before)/float64(time.Since(began)), "%cpu-idle≤1")
	}
}

// proxies are the ids of the containers of all proxies.
func (w *world) proxies() (ids []string) {
	w.Helper()
	for _, service := range []string{"knows", "changes"} {
		listed, err := w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: &service})
		w.must(err)
		for _, arn := range listed.TaskArns {
			for _, c := range w.shown(arn).Containers {
				if strings.HasPrefix(c.Name, "ecs-service-connect-") {
					ids = append(ids, c.EngineID)
				}
			}
		}
	}
	return ids
}

// containersUsed is the CPU time that containers have used, of which ticks of /proc would hide what an idle one takes.
func (w *world) containersUsed(ids []string) (used time.Duration) {
	w.Helper()
	for _, id := range ids {
		answer, err := dockertest.Client(w).ContainerStats(w.Context(), id, client.ContainerStatsOptions{})
		w.must(err)
		var said container.StatsResponse
		w.must(json.NewDecoder(answer.Body).Decode(&said))
		_ = answer.Body.Close()
		used += time.Duration(said.CPUStats.CPUUsage.TotalUsage)
	}
	return used
}
