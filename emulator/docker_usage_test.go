package emulator_test

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// engineStats are the counters that the engine itself tells of the one container of a task, and its memory as `docker
// stats` shows it.
func (w *world) engineStats(ctx context.Context, task string) (s backend.Stats, memory uint64) {
	w.Helper()
	list, err := dockertest.Client(w.T).ContainerList(ctx, client.ContainerListOptions{
		Filters: client.Filters{}.Add("label", "com.amazonaws.ecs.task-arn="+task, "com.amazonaws.ecs.container-name=app"),
	})
	w.must(err)
	if len(list.Items) != 1 {
		w.Fatalf("%d containers of %s", len(list.Items), task)
	}
	answer, err := dockertest.Client(w.T).ContainerStats(ctx, list.Items[0].ID, client.ContainerStatsOptions{})
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(&s))
	cache, v1 := s.MemoryStats.Stats["total_inactive_file"]
	if !v1 {
		cache = s.MemoryStats.Stats["inactive_file"]
	}
	return s, s.MemoryStats.Usage - cache
}

// vcpus is what a container had between two readings.
func vcpus(before, after backend.Stats) float64 {
	return float64(after.CPUStats.CPUUsage.TotalUsage-before.CPUStats.CPUUsage.TotalUsage) / float64(after.Read.Sub(before.Read))
}

// What CloudWatch tells of a service that burns CPU is what the engine's stats tell over the same real minute, within 5
// points: on Fargate and in bridge mode.
func TestDockerUtilizationIsThatOfTheEngine(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	w.instances(1)
	tasks := map[string]string{}
	for service, of := range map[string]struct {
		launch types.LaunchType
		mode   types.NetworkMode
	}{"fargate": {types.LaunchTypeFargate, types.NetworkModeAwsvpc}, "bridge": {types.LaunchTypeEc2, types.NetworkModeBridge}} {
		in := &ecs.RegisterTaskDefinitionInput{
			Family: aws.String(service), NetworkMode: of.mode, Cpu: aws.String("512"), Memory: aws.String("1024"),
			RequiresCompatibilities: []types.Compatibility{types.Compatibility(of.launch)},
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String(dockertest.Image(t)), Memory: aws.Int32(512), StopTimeout: aws.Int32(2), Command: []string{"burn", "0.25"},
			}},
		}
		registered, err := w.client.RegisterTaskDefinition(t.Context(), in)
		w.must(err)
		create := &ecs.CreateServiceInput{
			ServiceName: &service, TaskDefinition: registered.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(1), LaunchType: of.launch,
			Monitoring: &types.MonitoringConfiguration{MetricConfigurations: []types.MetricConfiguration{
				{MetricNames: []string{"CPUUtilization", "MemoryUtilization"}, ResolutionSeconds: aws.Int32(20)},
			}},
		}
		if of.mode == types.NetworkModeAwsvpc {
			create.NetworkConfiguration = network()
		}
		_, err = w.client.CreateService(t.Context(), create)
		w.must(err)
	}
	for _, service := range []string{"fargate", "bridge"} {
		w.untilServiceRuns(service, 1)
		list, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: &service})
		w.must(err)
		tasks[service] = list.TaskArns[0]
	}
	// At a full 20 seconds by the emulator's clock, which is real time here, and a minute later.
	waitUntil(t, nextFull(w.srv.Clock().Now(), 20*time.Second))
	before := map[string]backend.Stats{}
	for service, task := range tasks {
		before[service], _ = w.engineStats(t.Context(), task)
	}
	from := w.srv.Clock().Now().Truncate(20 * time.Second)
	waitUntil(t, from.Add(time.Minute))
	client := cloudwatch.NewFromConfig(w.srv.Config())
	for service, task := range tasks {
		after, memory := w.engineStats(t.Context(), task)
		was := before[service]
		vcpu := vcpus(was, after)
		for name, told := range map[string]float64{"CPUUtilization": 100 * vcpu / 0.5, "MemoryUtilization": 100 * float64(memory) / (1 << 30)} {
			var read float64
			w.eventually("three samples of "+service, func() bool {
				values := w.averages(client, name, service, from)
				if len(values) < 3 {
					return false
				}
				read = (values[0] + values[1] + values[2]) / 3
				return true
			})
			t.Logf("%s of %s: %.2f, and by the engine %.2f", name, service, read, told)
			if math.Abs(read-told) > 5 {
				t.Errorf("%s of %s is %.2f, and by the engine %.2f", name, service, read, told)
			}
		}
	}
}

// An advance of half an hour takes seconds, in which containers do what they do in seconds: it makes those that work no idler
// and those that are idle no busier.
func TestDockerAdvanceInventsNeitherWorkNorIdleness(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	client := cloudwatch.NewFromConfig(w.srv.Config())
	for service, command := range map[string][]string{"busy": {"burn", "0.25"}, "idle": {"sleep", "1h"}} {
		w.createService(service, w.register(service, dockertest.Image(t), command...), 1)
		w.untilServiceRuns(service, 1)
		w.watch(client, service, "CPUUtilization")
	}
	works, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("busy")})
	w.must(err)
	idles, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("idle")})
	w.must(err)
	last, _ := w.engineStats(t.Context(), idles.TaskArns[0])
	w.eventually("the idle one has begun to idle", func() bool { // on a busy machine the start of a program takes long
		now, _ := w.engineStats(t.Context(), idles.TaskArns[0])
		if now.Read.Sub(last.Read) < time.Second {
			return false
		}
		used := vcpus(last, now)
		last = now
		return used < 0.01
	})
	before, _ := w.engineStats(t.Context(), works.TaskArns[0])
	began := time.Now()
	w.must(w.srv.Clock().Advance(30 * time.Minute))
	if took := time.Since(began); took > time.Minute {
		t.Errorf("the advance took %s", took)
	}
	after, _ := w.engineStats(t.Context(), works.TaskArns[0])
	given := 400 * vcpus(before, after) // of a quarter of a vCPU, in percent: a machine with other work gives the container less than it takes
	for service, ok := range map[string]func(percent float64) bool{
		"busy": func(percent float64) bool { return percent > min(40, 0.4*given) && percent < 140 },
		"idle": func(percent float64) bool { return percent < 10 },
	} {
		points := strings.Fields(w.statistics(client, "AWS/ECS", "CPUUtilization", 60, dimensions("ClusterName", "default", "ServiceName", service)))
		if len(points) < 29 {
			t.Errorf("%d points of %s", len(points), service)
		}
		for _, p := range points {
			average, _, _ := strings.Cut(p, "×")
			if percent, err := strconv.ParseFloat(average, 64); err != nil || !ok(percent) {
				t.Errorf("%s: %v; the engine gave the busy one %.1f", service, points, given)
				break
			}
		}
	}
}

// averages are the averages of a metric of a service from a time on, by 20 seconds.
func (w *world) averages(client *cloudwatch.Client, metric, service string, from time.Time) (values []float64) {
	w.Helper()
	out, err := client.GetMetricStatistics(w.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/ECS"), MetricName: &metric, Dimensions: dimensions("ClusterName", "default", "ServiceName", service),
		StartTime: &from, EndTime: aws.Time(w.srv.Clock().Now()), Period: aws.Int32(20), Statistics: []cwtypes.Statistic{cwtypes.StatisticAverage},
	})
	w.must(err)
	for _, p := range out.Datapoints {
		if !p.Timestamp.Before(from) && p.Timestamp.Before(from.Add(time.Minute)) { // AWS begins with a full minute
			values = append(values, *p.Average)
		}
	}
	return values
}

func nextFull(now time.Time, d time.Duration) time.Time { return now.Truncate(d).Add(d) }

// waitUntil waits in real time: what real containers use takes it.
func waitUntil(t *testing.T, at time.Time) {
	t.Helper()
	select {
	case <-time.After(time.Until(at)):
	case <-t.Context().Done():
	}
}
