package bench_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// startOnDocker starts an emulator on Docker, or skips the benchmark. What it makes goes with it.
func startOnDocker(b *testing.B, o emulator.Options) *world {
	b.Helper()
	dockertest.Require(b)
	o.Engine, o.OnExit, o.MetadataRate = "docker", emulator.Remove, "0"
	return start(b, o)
}

// running has the container run a mode of testdata/app.
func running(w *world, command ...string) func(*ecs.RegisterTaskDefinitionInput) {
	image := dockertest.Image(w)
	return func(in *ecs.RegisterTaskDefinitionInput) {
		in.ContainerDefinitions[0].Image, in.ContainerDefinitions[0].Command = &image, command
		in.ContainerDefinitions[0].StopTimeout = aws.Int32(2)
	}
}

// runTask runs a task of a definition until it is RUNNING, and returns how long that took.
func (w *world) runTask(family string, groups ...string) (arn string, took time.Duration) {
	w.Helper()
	return w.runTaskOn(w.network(groups...), family)
}

func (w *world) runTaskOn(network *types.NetworkConfiguration, family string) (arn string, took time.Duration) {
	w.Helper()
	began := time.Now()
	out, err := w.ecs.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: &family, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network,
	})
	w.must(err)
	arn = *out.Tasks[0].TaskArn
	w.until("the task to run", func() bool {
		found, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: []string{arn}})
		w.must(err)
		if *found.Tasks[0].LastStatus == "STOPPED" {
			w.Fatalf("the task has stopped: %s", aws.ToString(found.Tasks[0].StoppedReason))
		}
		return *found.Tasks[0].LastStatus == "RUNNING"
	})
	return arn, time.Since(began)
}

func (w *world) stopTask(arn string) {
	w.Helper()
	_, err := w.ecs.StopTask(w.Context(), &ecs.StopTaskInput{Task: &arn})
	w.must(err)
}

// shown is what the emulator tells of a task.
func (w *world) shown(task string) control.Task {
	w.Helper()
	var list control.Tasks
	w.get("/_emulator/tasks?task="+task, &list)
	if len(list.Tasks) != 1 {
		w.Fatalf("%d tasks are %s", len(list.Tasks), task)
	}
	return list.Tasks[0]
}

// BenchmarkGoalMetadata has a task ask for its own metadata, and by turns a server in another task for as many bytes. Each
// request has a connection of its own.
func BenchmarkGoalMetadata(b *testing.B) {
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("server", running(w, "serve", fmt.Sprint(port), strings.Repeat("x", 1500)))
		server, _ := w.runTask("server")
		bareURL := fmt.Sprintf("http://%s:%d/", w.shown(server).IP, port)
		w.register("asks", running(w, "ask", "1000", "$ECS_CONTAINER_METADATA_URI_V4/task", bareURL))
		task, _ := w.runTask("asks")
		output, err := dockertest.Client(b).ContainerLogs(b.Context(), w.shown(task).Containers[0].EngineID, client.ContainerLogsOptions{
			ShowStdout: true, ShowStderr: true, Follow: true, // it ends with the container
		})
		w.must(err)
		var text bytes.Buffer
		_, err = stdcopy.StdCopy(&text, &text, output)
		w.must(err)
		w.must(output.Close())
		var own, bare, mean float64
		lines := strings.Split(text.String(), "\n")
		for i, p50 := range []*float64{&own, &bare} {
			if n, err := fmt.Sscanf(lines[min(i, len(lines)-1)], "asked %f %f", p50, &mean); n != 2 {
				b.Fatalf("the task says %q: %v", text.String(), err)
			}
		}
		b.ReportMetric(own/bare, "ratio≤2")
		b.ReportMetric(own/1000, "ms-of-metadata")
	}
}

// BenchmarkGoalObeyed changes the weights of a load balancer before two tasks, and measures from the call until an answer
// comes from the other task.
func BenchmarkGoalObeyed(b *testing.B) {
	const times = 100
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		f := w.fronts(1)[0]
		sides := []string{"blue", "green"}
		for i, side := range sides {
			w.register(side, running(w, "bare", fmt.Sprint(port), side))
			task, _ := w.runTask(side)
			_, err := f.elb.RegisterTargets(b.Context(), &elb.RegisterTargetsInput{
				TargetGroupArn: &f.groups[i], Targets: []elbtypes.TargetDescription{{Id: aws.String(w.shown(task).IP)}},
			})
			w.must(err)
		}
		var took []time.Duration
		for i := range times + 2 { // the first of each side waits for the check of its health
			to := i % 2
			weights := []int32{0, 0}
			weights[to] = 100
			began := time.Now()
			_, err := f.elb.ModifyListener(b.Context(), &elb.ModifyListenerInput{ListenerArn: &f.listener, DefaultActions: f.forward(weights...)})
			w.must(err)
			w.until("the load balancer to obey", func() bool { return w.answer() == sides[to] })
			if i >= 2 {
				took = append(took, time.Since(began))
			}
		}
		b.ReportMetric(percentile(slices.Clone(took), 50), "ms-p50")
		b.ReportMetric(percentile(took, 99), "ms-p99≤50")
	}
}
