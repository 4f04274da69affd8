package emulator_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// world is an emulator and a client of the SDK, as a user's test has them.
type world struct {
	*testing.T
	srv    *emulator.Server
	client *ecs.Client
}

func start(t *testing.T, opts ...emulator.Options) *world {
	t.Helper()
	for i := range opts {
		opts[i] = withoutWarm(opts[i])
	}
	srv := emulator.Start(t, opts...)
	t.Cleanup(func() { leavesNoOrphan(t, srv) })
	return &world{t, srv, ecs.NewFromConfig(srv.Config())}
}

// withoutWarm turns warm sandboxes off, in tests that are not about these: on Docker there would be more of them than
// tasks.
func withoutWarm(opts emulator.Options) emulator.Options {
	opts.WarmSandboxes = cmp.Or(opts.WarmSandboxes, -1)
	return opts
}

// register registers a Fargate definition of one container.
func (w *world) register(family, image string, command ...string) string {
	w.Helper()
	return w.registerStopping(family, image, 2, command...)
}

// registerStopping registers one whose container has so many seconds to stop.
func (w *world) registerStopping(family, image string, stopTimeout int32, command ...string) string {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(family), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String(image), Command: command,
			StopTimeout: &stopTimeout,
		}},
	})
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func network() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}}
}

func (w *world) runTask(definition string) string {
	w.Helper()
	out, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: &definition, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	w.must(err)
	return *out.Tasks[0].TaskArn
}

func (w *world) createService(name, definition string, count int32) {
	w.Helper()
	_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: &definition, DesiredCount: &count,
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	w.must(err)
}

func (w *world) task(arn string) types.Task {
	w.Helper()
	out, err := w.client.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: []string{arn}})
	w.must(err)
	if len(out.Tasks) != 1 {
		w.Fatalf("task %s: %v", arn, out.Failures)
	}
	return out.Tasks[0]
}

func (w *world) service(name string) types.Service {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{name}})
	w.must(err)
	if len(out.Services) != 1 {
		w.Fatalf("service %s: %v", name, out.Failures)
	}
	return out.Services[0]
}

// eventually waits for a condition that comes true by itself. It looks more and more
// rarely, so that it leaves the machine to what it waits for.
func (w *world) eventually(what string, true func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 2*time.Minute)
	defer cancel()
	for pause := time.Millisecond; !true(); pause = min(2*pause, 50*time.Millisecond) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			w.Fatalf("never came true: %s", what)
		}
	}
}

func TestTaskRunsAndIsStopped(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runTask(w.register("web", "app"))
	running := ecs.NewTasksRunningWaiter(w.client, func(o *ecs.TasksRunningWaiterOptions) { o.MinDelay, o.MaxDelay = time.Millisecond, time.Millisecond })
	w.must(running.Wait(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{id}}, time.Minute))
	_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id, Reason: aws.String("enough")})
	w.must(err)
	stopped := ecs.NewTasksStoppedWaiter(w.client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay, o.MaxDelay = time.Millisecond, time.Millisecond })
	w.must(stopped.Wait(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{id}}, time.Minute))
	if got := w.task(id); got.StopCode != types.TaskStopCodeUserInitiated || *got.StoppedReason != "enough" {
		t.Errorf("stopped by %s: %s", got.StopCode, *got.StoppedReason)
	}
}

func TestClockDecidesWhenADeploymentIsComplete(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.createService("api", w.register("web", "app"), 3)
	w.eventually("three tasks run", func() bool { return w.service("api").RunningCount == 3 })
	if got := w.service("api").Deployments[0].RolloutState; got != types.DeploymentRolloutStateInProgress {
		t.Fatalf("%s before the tasks have run for 40 s", got)
	}
	w.must(w.srv.Clock().Advance(41 * time.Second))
	w.eventually("the deployment is complete", func() bool {
		return w.service("api").Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted
	})
}

func TestStoppedTaskIsForgottenAfterAnHour(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runTask(w.register("job", "app", "exit", "0"))
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	w.eventually("it is gone", func() bool {
		out, err := w.client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{id}})
		w.must(err)
		return len(out.Failures) == 1 && *out.Failures[0].Reason == "MISSING"
	})
}

func TestRegionsAndAccountsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.register("web", "app")
	elsewhere := w.srv.Config()
	elsewhere.Region = "eu-west-1"
	out, err := ecs.NewFromConfig(elsewhere).ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{})
	w.must(err)
	if len(out.TaskDefinitionArns) != 0 {
		t.Errorf("eu-west-1 sees %v", out.TaskDefinitionArns)
	}
}

func TestResetForgetsEverything(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.createService("api", w.register("web", "app"), 2)
	w.eventually("tasks run", func() bool { return w.service("api").RunningCount == 2 })
	w.must(w.srv.Reset())
	out, err := w.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"api"}})
	w.must(err)
	if len(out.Failures) != 1 {
		t.Errorf("the service is still there: %v", out.Services)
	}
	left, err := w.srv.Engine().List(t.Context(), nil)
	w.must(err)
	if len(left) != 0 {
		t.Errorf("%d containers left", len(left))
	}
	id := w.runTask(w.register("web", "app"))
	w.eventually("a task runs again", func() bool { return *w.task(id).LastStatus == "RUNNING" })
}

func TestResetsAtTheSameTimeTakeTurns(t *testing.T) {
	t.Parallel()
	w := start(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := w.srv.Reset(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	id := w.runTask(w.register("web", "app"))
	w.eventually("a task runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if got := w.task(id).Version; got != 3 {
		t.Errorf("version %d: more than one agent runs tasks", got)
	}
}

func TestTrafficReachesATaskThroughItsHostPort(t *testing.T) {
	t.Parallel()
	w := start(t)
	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), Command: []string{"serve", "80", "hello"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(80)}},
		}},
	})
	w.must(err)
	id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	ports := w.srv.HostPorts(id)
	if len(ports) != 1 {
		t.Fatalf("host ports %v", ports)
	}
	response, err := http.Get("http://" + ports[0].Address)
	w.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	w.must(err)
	if !strings.HasPrefix(string(body), "hello") {
		t.Errorf("answer %q", body)
	}
}

func TestFailingDeploymentRollsBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	good, bad := w.register("web", "app"), w.register("web", "missing/app")
	w.createService("api", good, 2)
	w.eventually("tasks run", func() bool { return w.service("api").RunningCount == 2 })
	w.must(w.srv.Clock().Advance(time.Minute))
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("api"), TaskDefinition: &bad, DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	})
	w.must(err)
	w.eventually("the service is back at the good revision", func() bool {
		w.must(w.srv.Clock().Advance(time.Minute))
		now := w.service("api")
		return len(now.Deployments) == 1 && *now.TaskDefinition == good && now.RunningCount == 2
	})
}

func TestDataDirKeepsTasksAcrossARestart(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	opts := emulator.Options{Backend: engine, DataDir: t.TempDir()}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, first, ecs.NewFromConfig(first.Config())}
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	container := w.engineID(id)
	w.must(first.Close())

	w = start(t, opts)
	if got := w.task(id); *got.LastStatus != "RUNNING" || w.engineID(id) != container {
		t.Errorf("%s in container %s", *got.LastStatus, w.engineID(id))
	}
}

// A few data directories without tasks would use up the engine's ranges of addresses.
func TestADataDirectoryWithoutTasksKeepsNothing(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	srv, err := emulator.New(emulator.Options{Backend: engine, DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	_, err = w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id})
	w.must(err)
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	w.must(srv.Close())
	left, err := engine.List(t.Context(), nil)
	w.must(err)
	networks, err := engine.Networks(t.Context(), nil)
	w.must(err)
	if len(left)+len(networks) > 0 {
		t.Errorf("left on the engine: containers %+v, networks %+v", left, networks)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := emulator.New(emulator.Options{Listen: strings.TrimPrefix(w.srv.URL(), "http://")})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error: %v", err)
	}
}

func TestUnknownEngine(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.Options{Engine: "podman"})
	if err == nil || !strings.Contains(err.Error(), `engine "podman" is none of auto, docker, sim`) {
		t.Errorf("error: %v", err)
	}
}

func TestNoContainerInstances(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "app")
	_, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: &definition, NetworkConfiguration: network()})
	var refused *types.InvalidParameterException
	if !errors.As(err, &refused) || refused.ErrorMessage() != "No Container Instances were found in your cluster." {
		t.Errorf("error: %v", err)
	}
}

// An Advance gives up waiting for what does not settle, at each timer.
func TestAdvanceSettlesAfterAReset(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.createService("api", w.register("web", "app"), 2)
	w.must(w.srv.Reset())
	w.createService("api", w.register("web", "app"), 2)
	w.must(w.srv.Clock().Advance(41 * time.Second))
	w.neverImpatient("after a reset")
}
