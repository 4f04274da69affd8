package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// postLoad has tasks of a service share a load, and returns the answer.
func (w *world) postLoad(body string) (status int, text string) {
	w.Helper()
	answer, err := http.Post(w.srv.URL()+"/_emulator/load", "application/json", strings.NewReader(body))
	w.must(err)
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, string(all)
}

func (w *world) setLoad(body string) {
	w.Helper()
	if status, text := w.postLoad(body); status != http.StatusCreated {
		w.Fatalf("load %s: %d %s", body, status, text)
	}
}

// trackCPU keeps the CPU of the service api at a percentage, with one to twenty tasks.
func (w *world) trackCPU(percent float64) {
	w.Helper()
	client := applicationautoscaling.NewFromConfig(w.srv.Config())
	target := aws.String("service/default/api")
	_, err := client.RegisterScalableTarget(w.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceId: target, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(20),
	})
	w.must(err)
	_, err = client.PutScalingPolicy(w.Context(), &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceId: target, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		PolicyName: aws.String("cpu"), PolicyType: scaling.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &scaling.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &percent, PredefinedMetricSpecification: &scaling.PredefinedMetricSpecification{PredefinedMetricType: scaling.MetricTypeECSServiceAverageCPUUtilization},
		},
	})
	w.must(err)
}

// counts are the desired counts of api after each of some steps of the clock.
func (w *world) counts(steps int, step time.Duration) (all []int32) {
	w.Helper()
	for range steps {
		w.must(w.srv.Clock().Advance(step))
		all = append(all, w.service("api").DesiredCount)
	}
	return all
}

// Scale-out ends at the number of tasks that carries the load, and scale-in at the minimum: 1 vCPU at 50 % of 0.25 vCPU
// are 8 tasks, 3 vCPU are 24, of which the target allows 20.
func TestScalingSettlesUnderASharedLoad(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.must(w.srv.Clock().SetSpeed(0))
	w.createService("api", w.register("web", "app"), 1)
	w.untilServiceRuns("api", 1)
	w.trackCPU(50)
	for _, step := range []struct {
		load string
		want int32
	}{
		{`{"service": "api", "cpu": 1}`, 8}, {`{"service": "api", "cpu": 3}`, 20}, {`{"service": "api", "cpu": 0.1}`, 1},
		{`{"service": "api", "cpu": 1, "for": "1h"}`, 8},
	} {
		w.setLoad(step.load)
		w.must(w.srv.Clock().Advance(40 * time.Minute))
		for _, got := range w.counts(3, 6*time.Minute) {
			if got != step.want {
				t.Errorf("%s: %d tasks are desired, want %d", step.load, got, step.want)
			}
		}
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	if got := w.service("api").DesiredCount; got != 1 {
		t.Errorf("after the load is over: %d tasks", got)
	}
}

// A task uses no more than its size, another load replaces the first, and of what is not said labels tell.
func TestSharedLoadsAreCutAtTheSizeOfTasks(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := cloudwatch.NewFromConfig(w.srv.Config())
	w.must(w.srv.Clock().SetSpeed(0))
	w.createService("api", w.register("web", "app"), 2)
	w.untilServiceRuns("api", 2)
	w.watch(client, "api", "CPUUtilization")
	w.must(w.srv.Clock().Advance(2 * time.Minute))
	w.setLoad(`{"service": "api", "cpu": 3, "memory": 5000}`)
	w.must(w.srv.Clock().Advance(time.Minute))
	w.setLoad(`{"service": "api", "memory": 512}`)
	w.must(w.srv.Clock().Advance(time.Minute))
	w.setLoad(`{"service": "api", "cpu": 0.25, "for": "1m"}`)
	w.must(w.srv.Clock().Advance(2 * time.Minute))
	of := dimensions("ClusterName", "default", "ServiceName", "api")
	for metric, want := range map[string]string{"CPUUtilization": "100×2 4×2 50×2 4×2", "MemoryUtilization": "100×2 50×2 3.125×2 3.125×2"} {
		if got := w.statistics(client, "AWS/ECS", metric, 60, of); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s, want %s", metric, got, want)
		}
	}
	w.must(w.srv.Load("api", func(time.Time, emulator.LoadedTask) emulator.Usage { return emulator.Usage{CPU: 0.125} }))
	w.must(w.srv.Clock().Advance(time.Minute))
	if got := w.statistics(client, "AWS/ECS", "CPUUtilization", 60, of); !strings.HasSuffix(got, "50×2") {
		t.Errorf("a load of Go in its place: %s", got)
	}
}

// On another engine containers use what they really use, and the answer says so.
func TestSharedLoadsAreTheSimulations(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Backend: struct{ backend.Engine }{sim.New(sim.Options{})}})
	if status, text := w.postLoad(`{"service": "api", "cpu": 3}`); status != http.StatusBadRequest || !strings.Contains(text, "only containers of the simulated engine") {
		t.Errorf("a load beside another engine: %d %s", status, text)
	}
	if status, text := w.postLoad(`{"service": "api", "requests": 50}`); status != http.StatusBadRequest || !strings.Contains(text, "send real requests") {
		t.Errorf("requests beside another engine: %d %s", status, text)
	}
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.LoadFault, Service: "api", CPU: 3, At: time.Minute})
	if err == nil || !strings.Contains(err.Error(), "only containers of the simulated engine") {
		t.Errorf("a fault of that kind: %v", err)
	}
}
