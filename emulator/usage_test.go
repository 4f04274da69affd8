package emulator_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// watch has an alarm want data of a metric of a service by the clock.
func (w *world) watch(client *cloudwatch.Client, service, metric string) {
	w.Helper()
	_, err := client.PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(service + "-" + metric), Namespace: aws.String("AWS/ECS"), MetricName: &metric, Statistic: types.StatisticAverage,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(75), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		Dimensions: dimensions("ClusterName", "default", "ServiceName", service),
	})
	w.must(err)
}

func dimensions(pairs ...string) (all []types.Dimension) {
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, types.Dimension{Name: &pair[0], Value: &pair[1]})
	}
	return all
}

// statistics are the averages and counts of a metric in order of time.
func (w *world) statistics(client *cloudwatch.Client, namespace, metric string, period int32, of []types.Dimension) string {
	w.Helper()
	now := w.srv.Clock().Now()
	out, err := client.GetMetricStatistics(w.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: &namespace, MetricName: &metric, Dimensions: of, StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now), Period: &period,
		Statistics: []types.Statistic{types.StatisticAverage, types.StatisticSampleCount},
	})
	w.must(err)
	slices.SortFunc(out.Datapoints, func(a, b types.Datapoint) int { return a.Timestamp.Compare(*b.Timestamp) })
	var all []string
	for _, p := range out.Datapoints {
		all = append(all, fmt.Sprintf("%.6g×%g", *p.Average, *p.SampleCount))
	}
	return strings.Join(all, " ")
}

func (w *world) untilServiceRuns(service string, count int32) {
	w.Helper()
	w.eventually(fmt.Sprintf("%d tasks of %s run", count, service), func() bool { return w.service(service).RunningCount == count })
}

// A load that the tasks of a service share falls with their number.
func TestLoadOfAService(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := cloudwatch.NewFromConfig(w.srv.Config())
	w.createService("api", w.register("web", "app"), 1)
	w.untilServiceRuns("api", 1)
	w.must(w.srv.Clock().Advance(time.Minute))
	load := 0.125
	w.must(w.srv.Load("api", func(_ time.Time, task emulator.LoadedTask) emulator.Usage {
		return emulator.Usage{CPU: load / float64(task.Running), Memory: 128}
	}))
	w.watch(client, "api", "CPUUtilization")
	w.must(w.srv.Clock().Advance(2 * time.Minute))
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), DesiredCount: aws.Int32(2)})
	w.must(err)
	w.untilServiceRuns("api", 2)
	w.must(w.srv.Clock().Advance(time.Minute))
	of := dimensions("ClusterName", "default", "ServiceName", "api")
	if got := w.statistics(client, "AWS/ECS", "CPUUtilization", 60, of); got != "50×1 50×1 25×2" {
		t.Errorf("CPU: %s", got)
	}
	if got := w.statistics(client, "AWS/ECS", "MemoryUtilization", 60, of); got != "25×1 25×1 25×2" {
		t.Errorf("memory: %s", got)
	}
	if got := w.statistics(client, "AWS/ECS", "LiveTaskCount", 60, of); got != "1×1 1×1 2×1" {
		t.Errorf("tasks: %s", got)
	}
}

// A service that says 20 seconds has three samples a minute, which an alarm of that period finds, and again one once it says so no more.
func TestMonitoringOfTwentySeconds(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := cloudwatch.NewFromConfig(w.srv.Config())
	w.must(w.srv.Clock().SetSpeed(0))
	definition := w.register("web", "app")
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("api"), TaskDefinition: &definition, DesiredCount: aws.Int32(1), LaunchType: ecstypes.LaunchTypeFargate, NetworkConfiguration: network(),
		Monitoring: &ecstypes.MonitoringConfiguration{MetricConfigurations: []ecstypes.MetricConfiguration{{
			MetricNames: []string{"CPUUtilization", "MemoryUtilization"}, ResolutionSeconds: aws.Int32(20),
		}}},
	})
	w.must(err)
	w.untilServiceRuns("api", 1)
	w.must(w.srv.Load("api", func(time.Time, emulator.LoadedTask) emulator.Usage { return emulator.Usage{CPU: 0.125, Memory: 128} }))
	_, err = client.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("busy"), Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Statistic: types.StatisticAverage,
		Period: aws.Int32(20), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(40), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		Dimensions: dimensions("ClusterName", "default", "ServiceName", "api"),
	})
	w.must(err)
	begin := w.srv.Clock().Now()
	w.must(w.srv.Clock().Advance(begin.Truncate(time.Minute).Add(2 * time.Minute).Sub(begin)))
	of := dimensions("ClusterName", "default", "ServiceName", "api")
	if got := w.statistics(client, "AWS/ECS", "CPUUtilization", 20, of); !strings.HasSuffix(got, "50×1 50×1 50×1") {
		t.Errorf("each 20 seconds: %s", got)
	}
	if got := w.statistics(client, "AWS/ECS", "CPUUtilization", 60, of); !strings.HasSuffix(got, "50×3") {
		t.Errorf("each minute: %s", got)
	}
	alarms, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"busy"}})
	w.must(err)
	if state := alarms.MetricAlarms[0].StateValue; state != types.StateValueAlarm {
		t.Errorf("the alarm of 20 seconds is in %s", state)
	}
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), Monitoring: &ecstypes.MonitoringConfiguration{MetricConfigurations: []ecstypes.MetricConfiguration{}}})
	w.must(err)
	w.must(w.srv.Clock().Advance(10 * time.Minute))
	if got := w.statistics(client, "AWS/ECS", "CPUUtilization", 60, of); !strings.HasSuffix(got, "50×1 50×1 50×1") {
		t.Errorf("each minute, once it says nothing: %s", got)
	}
}

// Containers of another engine use what they really use, and Load says so.
func TestLoadIsTheSimulations(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Backend: struct{ backend.Engine }{sim.New(sim.Options{})}})
	err := w.srv.Load("api", func(time.Time, emulator.LoadedTask) emulator.Usage { return emulator.Usage{} })
	if err == nil || !strings.Contains(err.Error(), "only containers of the simulated engine") {
		t.Errorf("Load beside another engine: %v", err)
	}
}

// An hour of Container Insights on the advanced clock has its metrics and its performance log events.
func TestContainerInsightsOfACluster(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{
		ClusterName: aws.String("default"), Settings: []ecstypes.ClusterSetting{{Name: ecstypes.ClusterSettingNameContainerInsights, Value: aws.String("enhanced")}},
	})
	w.must(err)
	w.createService("api", w.register("web", "app"), 1)
	w.untilServiceRuns("api", 1)
	w.must(w.srv.Clock().Advance(time.Hour))
	client := cloudwatch.NewFromConfig(w.srv.Config())
	if got := w.statistics(client, "ECS/ContainerInsights", "CpuUtilized", 3600, dimensions("ClusterName", "default", "ServiceName", "api")); !strings.Contains(got, "10.24×") {
		t.Errorf("CPU units of an hour: %s", got)
	}
	events, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String("/aws/ecs/containerinsights/default/performance"), FilterPattern: aws.String(`{ $.Type = "Task" && $.CpuUtilized = 10.24 }`),
	})
	w.must(err)
	if len(events.Events) != 60 {
		t.Errorf("%d events of the task", len(events.Events))
	}
}

// With --container-metrics, /metrics has what each container uses.
func TestContainerMetrics(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{ContainerMetrics: true})
	w.createService("api", w.register("web", "app"), 1)
	w.untilServiceRuns("api", 1)
	w.must(w.srv.Clock().Advance(100 * time.Second))
	said := answer(w.srv.URL() + "/metrics")
	for _, want := range []string{
		`(?m)^ecs_emulator_container_cpu_seconds_total\{cluster="default",service="api",task="[0-9a-f]{32}",container="app"\} 1(\.[0-9]+)?$`,
		`(?m)^ecs_emulator_container_memory_bytes\{cluster="default",service="api",task="[0-9a-f]{32}",container="app"\} 16777216$`,
		`(?m)^ecs_emulator_container_network_receive_bytes_total\{.*container="app"\} [0-9]{6}$`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("no %s in\n%s", want, said)
		}
	}
}
