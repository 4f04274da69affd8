package usage

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A sample for each task and minute, in percent of what the task has; memory in whole MiB of each container without the
// cache: 107 of 512 MiB are 20.8984375 percent, and 203 are 39.6484375 (recorded).
func TestUtilizationOfAService(t *testing.T) {
	w := newWorld(t, nil)
	w.tick(began)
	w.expect("without tasks", w.ofService(LiveTaskCount, "Count", Minute), "")
	w.run("one", nil)
	w.run("two", nil)
	w.usage["one-app"], w.usage["one-side"] = simulated(0.05, 100), simulated(0.075, 7)
	w.usage["two-app"], w.usage["two-side"] = simulated(0.25, 200), simulated(0.03125, 3)
	u := w.usage["one-side"]
	u.MemoryStats.Usage += 5<<20 + 1000
	u.MemoryStats.Stats["cache"] = 5 << 20
	w.usage["one-side"] = u
	w.tick(began.Add(Minute))
	w.expect("CPU", w.ofService(CPUUtilization, "Percent", Minute), "04:00 2 162.5 50 112.5")
	w.expect("memory", w.ofService(MemoryUtilization, "Percent", Minute), "04:00 2 60.546875 20.8984375 39.6484375")
	w.expect("tasks", w.ofService(LiveTaskCount, "Count", Minute), "04:00 1 2 2 2")
	w.tick(began.Add(Minute + HighResolution))
	w.expect("after a third of a minute", w.ofService(CPUUtilization, "Percent", Minute), "04:00 2 162.5 50 112.5")
	w.expect("with a period of 20 s", w.ofService(CPUUtilization, "Percent", HighResolution), "04:00 2 162.5 50 112.5")
}

// With a monitoring of 20 s there are three samples of a task in a minute, but one of how many tasks run.
func TestHighResolution(t *testing.T) {
	w := newWorld(t, func(s *state.Service, _ *state.Cluster) {
		s.Deployments[0].Revision.Monitoring = &types.MonitoringConfiguration{MetricConfigurations: []types.MetricConfiguration{
			{MetricNames: []string{CPUUtilization}, ResolutionSeconds: aws.Int32(20)},
			{MetricNames: []string{MemoryUtilization}, ResolutionSeconds: aws.Int32(60)},
		}}
	})
	for _, id := range []string{"one", "two"} {
		w.run(id, nil)
		w.usage[id+"-app"], w.usage[id+"-side"] = simulated(0.125, 100), simulated(0, 28)
	}
	for i := range 3 {
		w.tick(began.Add(time.Duration(i+1) * HighResolution))
	}
	w.expect("by 20 s", w.ofService(CPUUtilization, "Percent", HighResolution), "04:00 2 100 50 50, 04:20 2 100 50 50, 04:40 2 100 50 50")
	w.expect("by minute", w.ofService(CPUUtilization, "Percent", Minute), "04:00 6 300 50 50")
	w.expect("memory", w.ofService(MemoryUtilization, "Percent", HighResolution), "04:00 2 50 25 25")
	w.expect("tasks", w.ofService(LiveTaskCount, "Count", HighResolution), "04:00 1 2 2 2")
}

// Outside Fargate a task without a size has those of its containers: hard limits, or else what they reserve.
func TestUtilizationOnAContainerInstance(t *testing.T) {
	w := newWorld(t, nil)
	instance := &state.ContainerInstance{
		ARN: scope.ContainerInstance("c", "i"), Status: state.InstanceActive, LaunchType: types.LaunchTypeEc2, EC2InstanceID: "i-1",
		Registered: state.Resources{CPU: 2048, Memory: 4000, GPUs: []string{"a", "b"}},
	}
	w.update(func(tx *store.Tx) { state.PutContainerInstance(tx, instance, began) })
	w.tick(began)
	ofCluster := func(name string) string { return w.points(NamespaceECS, name, "Percent", Minute, "ClusterName", "c") }
	w.expect("an idle cluster", ofCluster(CPUReservation)+ofCluster(CPUUtilization), "03:00 1 0 0 0")
	w.run("one", func(t *state.Task) {
		t.Spec.LaunchType, t.Spec.CPU, t.Spec.Memory = types.LaunchTypeEc2, "", ""
		t.Spec.Reserved = &state.Reservation{CPU: 128, Memory: 500, GPUs: 1}
		t.Placement.ContainerInstance, t.Placement.GPUs = instance.ARN, []string{"a"}
	})
	w.usage["one-app"], w.usage["one-side"] = simulated(0.125, 200), simulated(0.001953125, 50)
	w.tick(began.Add(Minute))
	w.expect("CPU of the service", w.ofService(CPUUtilization, "Percent", Minute), "04:00 1 100 100 100")
	w.expect("memory of the service", w.ofService(MemoryUtilization, "Percent", Minute), "04:00 1 50 50 50")
	w.expect("CPU reserved", ofCluster(CPUReservation), "03:00 1 0 0 0, 04:00 1 6.25 6.25 6.25")
	w.expect("memory reserved", ofCluster(MemoryReservation), "03:00 1 0 0 0, 04:00 1 12.5 12.5 12.5")
	w.expect("GPUs reserved", ofCluster(GPUReservation), "03:00 1 0 0 0, 04:00 1 50 50 50")
	w.expect("CPU used", ofCluster(CPUUtilization), "04:00 1 6.34765625 6.34765625 6.34765625")
	w.expect("memory used", ofCluster(MemoryUtilization), "04:00 1 6.25 6.25 6.25")
}

// What a real container uses is its CPU time by real time between two reads, at least a second apart: a clock that is
// advanced makes neither work nor idleness.
func TestRealContainersAreMeasuredInRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.run("one", func(t *state.Task) { t.Status.Containers = t.Status.Containers[:1] })
		start := time.Now()
		busy := 0.25
		w.source.Read = func(context.Context, []string) (map[string]backend.Usage, error) {
			w.reads++
			return map[string]backend.Usage{"one-app": read(time.Now(), 1000+busy*time.Since(start).Seconds(), 64<<20, 0)}, nil
		}
		for i := range 60 { // an hour passes at once, but for the second read of a container that is new
			w.tick(began.Add(time.Duration(i) * Minute))
		}
		if took := time.Since(start); took > 2*shortest || w.reads > 2 {
			t.Errorf("the hour took %s and %d reads", took, w.reads)
		}
		w.expect("the hour", w.points(NamespaceECS, CPUUtilization, "Percent", 2*time.Hour, "ServiceName", "web", "ClusterName", "c"), "04:00 60 6000 100 100")
		busy = 0 // and then three minutes of real time
		used := 0.25 * time.Since(start).Seconds()
		w.source.Read = func(context.Context, []string) (map[string]backend.Usage, error) {
			return map[string]backend.Usage{"one-app": read(time.Now(), 1000+used, 64<<20, 0)}, nil
		}
		for i := range 3 {
			time.Sleep(Minute)
			w.tick(began.Add(time.Duration(60+i) * Minute))
		}
		const idle = "03:00 1 0 0 0, 04:00 1 0 0 0, 05:00 1 0 0 0"
		if all := w.ofService(CPUUtilization, "Percent", Minute); !strings.HasSuffix(all, idle) {
			t.Errorf("then idle: %s", all)
		}
	})
}
