package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// BenchmarkGoalIdleTasks is what 60 tasks cost that do nothing, and how much more it is if their service is sampled every
// 20 seconds.
func BenchmarkGoalIdleTasks(b *testing.B) {
	const tasks, most = 60, 1
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("web", running(w, "sleep", "1h"))
		awaitWarm := w.warmUp("web")
		w.createService("web", tasks, func(in *ecs.CreateServiceInput) {
			in.DeploymentConfiguration = &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(0), MaximumPercent: aws.Int32(100)}
		})
		plain := w.awaitOnly("web", "", tasks)
		w.requireHere(w.containersOf("web")...)
		awaitWarm()
		own, both := w.withEngine(time.Minute)
		w.awaitOnly("web", "", tasks)
		w.post("AmazonEC2ContainerServiceV20141113.UpdateService", `{"service":"web","monitoring":{"metricConfigurations":[`+
			`{"metricNames":["CPUUtilization","MemoryUtilization"],"resolutionSeconds":20}]}}`)
		w.awaitOnly("web", plain, tasks)
		awaitWarm()
		began := w.Clock().Now()
		sampled, sampledBoth := w.withEngine(time.Minute)
		w.expectSamples("web", began, 20)
		if own-sampled > most || both-sampledBoth > most {
			b.Fatalf("%.2f%% of a CPU without samples, %.2f%% with the engine; %.2f%% and %.2f%% with: there was no rest",
				own, both, sampled, sampledBoth)
		}
		b.ReportMetric(own, "%cpu≤0.2")
		b.ReportMetric(both, "%cpu-with-engine≤3")
		b.ReportMetric(sampled-own, "%cpu-more-sampled≤1")
		b.ReportMetric(sampledBoth-both, "%cpu-more-with-engine≤1")
	}
}

// awaitOnly waits until a deployment of a service is the only one, another than one of before, and all tasks run that it
// has. It returns its id.
func (w *world) awaitOnly(service, before string, tasks int32) (id string) {
	w.Helper()
	w.until("the tasks to run in one deployment", func() bool {
		all := w.service(service).Deployments
		id = *all[0].Id
		return len(all) == 1 && id != before && all[0].RunningCount == tasks && all[0].PendingCount == 0
	})
	return id
}

// expectSamples wants a data point of each period since a time but for one at each end, with a sample of each task.
func (w *world) expectSamples(service string, since time.Time, period int32) {
	w.Helper()
	now := w.Clock().Now()
	out, err := cloudwatch.NewFromConfig(w.Config()).GetMetricStatistics(w.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Period: &period,
		Dimensions: []cwtypes.Dimension{
			{Name: aws.String("ClusterName"), Value: aws.String("default")}, {Name: aws.String("ServiceName"), Value: &service},
		},
		StartTime: &since, EndTime: &now, Statistics: []cwtypes.Statistic{cwtypes.StatisticSampleCount},
	})
	w.must(err)
	if want := int(now.Sub(since).Seconds())/int(period) - 1; len(out.Datapoints) < want {
		w.Fatalf("%d data points of %d seconds, not %d", len(out.Datapoints), period, want)
	}
	running := float64(w.service(service).RunningCount)
	for _, p := range out.Datapoints {
		if *p.SampleCount < running {
			w.Fatalf("at %s there are %g samples of %g tasks", p.Timestamp, *p.SampleCount, running)
		}
	}
}

// BenchmarkGoalProxies has 40 proxies know an endpoint that changes, and measures what they and the endpoint's take when
// nothing happens: the CPU time of all, and the memory of the largest.
func BenchmarkGoalProxies(b *testing.B) {
	const proxies = 40
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		b.ReportMetric(w.changed(proxies, 6, running(w, "serve", fmt.Sprint(port))), "ms≤300")
		ids := w.proxies("knows", "changes")
		if len(ids) < proxies {
			b.Fatalf("%d proxies, not %d", len(ids), proxies)
		}
		w.requireHere(ids...)
		largest := 0.0
		for _, id := range ids {
			largest = max(largest, w.residentOf(w.pid(id)))
		}
		b.ReportMetric(largest, "MiB-of-the-largest≤16")
		b.ReportMetric(w.idleShare(ids), "%cpu-idle≤1")
	}
}
