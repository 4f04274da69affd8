package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// onSpot has the cluster default, and its service web with as many tasks: one on FARGATE, all others on Spot.
func (w *world) onSpot(definition string, count int32) {
	w.Helper()
	_, err := w.client.PutClusterCapacityProviders(w.Context(), &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	w.must(err)
	_, err = w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: &definition, DesiredCount: &count, NetworkConfiguration: network(),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{
			{CapacityProvider: aws.String("FARGATE"), Base: 1}, {CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1},
		},
		DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true}},
	})
	w.must(err)
	w.eventually("its tasks run", func() bool { return w.service("web").RunningCount == count })
}

// tasksBy are the tasks that are to run, by their capacity provider.
func (w *world) tasksBy(provider string) (arns []string) {
	w.Helper()
	for _, t := range w.running() {
		if aws.ToString(t.CapacityProviderName) == provider && *t.LastStatus == "RUNNING" {
			arns = append(arns, *t.TaskArn)
		}
	}
	return arns
}

// A service replaces what is interrupted on the same capacity provider, and counts no failure.
func TestAServiceReplacesTasksThatAreInterrupted(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.onSpot(w.register("web", "web", "sleep", "7200"), 4)
	lost := w.tasksBy("FARGATE_SPOT")
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.SpotInterruption, Family: "web"})
	w.must(err)
	for _, arn := range lost {
		w.eventually("it has stopped", func() bool { return *w.task(arn).LastStatus == "STOPPED" })
		if task := w.task(arn); task.StopCode != types.TaskStopCodeSpotInterruption || *task.StoppedReason != "Your Spot Task was interrupted." {
			t.Errorf("it stopped for %s: %s", task.StopCode, *task.StoppedReason)
		}
	}
	if len(lost) != 3 || !w.said(`"detail-type":"ECS Task State Change"`, `"lastStatus":"RUNNING"`, `"desiredStatus":"STOPPED"`, `"stopCode":"SpotInterruption"`, lost[0]) {
		t.Errorf("no event tells of the notices to %v", lost)
	}
	w.eventually("they are replaced", func() bool { return len(w.tasksBy("FARGATE_SPOT")) == 3 && len(w.tasksBy("FARGATE")) == 1 })
	if d := w.service("web").Deployments[0]; d.FailedTasks != 0 {
		t.Errorf("%d of its tasks have failed", d.FailedTasks)
	}
}

// The emulator ends while a task that was interrupted uses up its time, and the next one on the same store brings
// it to the same end.
func TestAnInterruptionGoesOnAfterARestart(t *testing.T) {
	engine := sim.New(sim.Options{})
	opts := emulator.Options{Backend: engine, DataDir: t.TempDir(), OnExit: emulator.Keep}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	w.onSpot(w.registerStopping("web", "web", 3, "ignore-term"), 2)
	lost := w.tasksBy("FARGATE_SPOT")[0]
	_, err = srv.Faults().Add(emulator.Fault{Kind: emulator.SpotInterruption, Task: lost})
	w.must(err)
	began := time.Now()
	w.must(srv.Close())
	w = start(t, opts)
	stopped := *w.task(lost).LastStatus == "STOPPED"
	if left := 3*time.Second - time.Since(began); stopped && left > time.Second {
		t.Errorf("it has stopped %v before its time is over", left)
	}
	w.eventually("it has stopped", func() bool { return *w.task(lost).LastStatus == "STOPPED" })
	if task := w.task(lost); task.StopCode != types.TaskStopCodeSpotInterruption || aws.ToInt32(task.Containers[0].ExitCode) != 137 {
		t.Errorf("it stopped for %s with exit code %d", task.StopCode, aws.ToInt32(task.Containers[0].ExitCode))
	}
	w.eventually("it is replaced", func() bool { return len(w.tasksBy("FARGATE_SPOT")) == 1 && len(w.tasksBy("FARGATE")) == 1 })
}
