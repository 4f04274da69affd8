package bench_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"go.etcd.io/bbolt"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	// settle is how long an emulator is left alone before what it takes at rest counts.
	settle = 2 * time.Second
	rest   = 10 * time.Second
)

// used is the CPU time of this process.
func (w *world) used() time.Duration {
	w.Helper()
	var u syscall.Rusage
	w.must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// atRest is the share of a CPU that this process takes at rest, in per cent.
func (w *world) atRest() float64 {
	w.Helper()
	time.Sleep(settle)
	before := w.used()
	time.Sleep(rest)
	return 100 * float64(w.used()-before) / float64(rest)
}

// residentOf is what memory a process takes, in MiB.
func (w *world) residentOf(pid int) (mebibytes float64) {
	w.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	w.must(err)
	_, resident, _ := strings.Cut(string(status), "VmRSS:")
	_, err = fmt.Sscan(resident, &mebibytes)
	w.must(err)
	return mebibytes / 1024
}

// BenchmarkGoalSchedulesAtRest is what 10,000 schedules cost that are due in years.
func BenchmarkGoalSchedulesAtRest(b *testing.B) {
	for b.Loop() {
		w := startTaking(b, emulator.Options{}, 0, 0)
		client := scheduler.NewFromConfig(w.Config())
		for i := range 10_000 {
			w.schedule(client, fmt.Sprint("s", i), "cron(0 0 1 1 ? 2090)", &schedulertypes.Target{Arn: aws.String(target)})
		}
		b.ReportMetric(w.atRest(), "%cpu≤0.5")
	}
}

// BenchmarkGoalAlarms is what 1,000 alarms cost that are evaluated each minute, of as many metrics with data for each: CPU
// time of half an hour, which takes the clock less.
func BenchmarkGoalAlarms(b *testing.B) {
	const alarms, minutes = 1000, 30
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Speed: emulator.Still})
		client, begin := cloudwatch.NewFromConfig(w.Config()), w.Clock().Now()
		for m := range minutes {
			var data []types.MetricDatum
			for i := range alarms {
				data = append(data, types.MetricDatum{
					MetricName: aws.String(fmt.Sprint("errors-", i)), Value: aws.Float64(1),
					Timestamp: aws.Time(begin.Add(time.Duration(m) * time.Minute)),
				})
			}
			_, err := client.PutMetricData(b.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data})
			w.must(err)
		}
		for i := range alarms {
			w.putAlarm(fmt.Sprint("alarm-", i), "Shop", fmt.Sprint("errors-", i))
		}
		before := w.used()
		w.must(w.Clock().Advance(minutes * time.Minute))
		b.ReportMetric(100*(w.used()-before).Seconds()/(minutes*60), "%cpu≤1")
		w.expectOK(alarms)
	}
}

// BenchmarkGoalTarget is what a target costs in a forced deployment of its service of 2,000, beside one in a service of
// 200: CPU time, with the client's.
func BenchmarkGoalTarget(b *testing.B) {
	cost := func(targets int) float64 {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("web", serving)
		w.createService("web-0", targets, w.fronts(1)[0].behind)
		first := w.awaitDeployment(targets, "")
		before := w.used()
		w.deploy("web-0", nil)
		w.awaitDeployment(targets, first)
		used := w.used() - before
		w.must(w.Close())
		return float64(used.Microseconds()) / float64(targets)
	}
	for b.Loop() {
		few, many := cost(200), cost(2000)
		b.ReportMetric(many/few, "ratio≤2")
		b.ReportMetric(many, "µs-each")
	}
}

// awaitDeployment waits in real time until a deployment of so many tasks is the only one, another than one of before, and
// complete. It returns its id. What it asks counts in the CPU time of this process, so it asks seldom, without the SDK.
func (w *world) awaitDeployment(tasks int, before string) (id string) {
	w.Helper()
	w.untilEvery(100*time.Millisecond, "the deployment to complete", func() bool {
		var found struct {
			Services []struct {
				Deployments []struct {
					ID           string `json:"id"`
					RolloutState string `json:"rolloutState"`
					RunningCount int    `json:"runningCount"`
				} `json:"deployments"`
			} `json:"services"`
		}
		w.must(json.Unmarshal(w.post("AmazonEC2ContainerServiceV20141113.DescribeServices", `{"services":["web-0"]}`), &found))
		all := found.Services[0].Deployments
		id = all[0].ID
		return len(all) == 1 && id != before && all[0].RolloutState == "COMPLETED" && all[0].RunningCount == tasks
	})
	return id
}

// BenchmarkGoalPausedDeployments is what 1,000 services cost of which 100 have a deployment that a hook pauses, and how
// often they are written to disk: the clock writes once a minute.
func BenchmarkGoalPausedDeployments(b *testing.B) {
	const services, paused = 1000, 100
	for b.Loop() {
		dir := b.TempDir()
		w := start(b, emulator.Options{Engine: "sim", DataDir: dir, OnExit: emulator.Remove})
		w.register("web", serving)
		configuration := &ecstypes.DeploymentConfiguration{Strategy: ecstypes.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)}
		for i := range services {
			w.createService(fmt.Sprint("web-", i), 1, func(in *ecs.CreateServiceInput) { in.DeploymentConfiguration = configuration })
		}
		w.awaitSteady(services, 1)
		configuration.LifecycleHooks = []ecstypes.DeploymentLifecycleHook{{
			TargetType:      ecstypes.DeploymentLifecycleHookTargetTypePause,
			LifecycleStages: []ecstypes.DeploymentLifecycleHookStage{ecstypes.DeploymentLifecycleHookStagePostScaleUp},
		}}
		for i := range paused {
			w.deploy(fmt.Sprint("web-", i), configuration)
		}
		for i := range paused {
			w.until("a deployment to pause", func() bool {
				stage := w.stage(fmt.Sprint("web-", i))
				if stage == ecstypes.ServiceDeploymentLifecycleStageCleanUp {
					b.Fatal("a deployment ended that should pause")
				}
				return stage == ecstypes.ServiceDeploymentLifecycleStagePostScaleUp
			})
		}
		time.Sleep(settle)
		before := w.written(dir)
		b.ReportMetric(w.atRest(), "%cpu≤0.5")
		b.ReportMetric(float64(w.written(dir)-before), "writes≤1")
	}
}

// written is how often a store has been written to disk, since it was made. The emulator is at rest: a copy of its file
// is read.
func (w *world) written(dir string) (times int) {
	w.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "state.db"))
	w.must(err)
	file := filepath.Join(w.TempDir(), "copy.db")
	w.must(os.WriteFile(file, content, 0o600))
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true})
	w.must(err)
	defer db.Close()
	w.must(db.View(func(tx *bbolt.Tx) error {
		times = tx.ID()
		return nil
	}))
	return times
}
