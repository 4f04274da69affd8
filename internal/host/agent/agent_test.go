package agent

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/google/go-cmp/cmp"
)

// bench is an agent on a simulated engine, in a bubble of fake time.
type bench struct {
	*testing.T
	store  *store.Store
	engine *sim.Engine
	hooks  *hooks // between the agent and the engine, or nil
	faults *fault.Engine
	logs   awslogs.Sink
	delays plan.Delays
	clock  *clock.Clock
	agent  *Agent
	stop   func()

	service    string         // ARN: that of tasks to come, if they have one
	deployment string         // of the service, of tasks that are put
	balanced   bool           // tasks to come have a target group
	publicly   bool           // tasks to come ask for a public address
	proxied    *state.Connect // of tasks to come
}

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func withAgent(t *testing.T, story func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := clock.New(clock.Options{})
		b := &bench{T: t, store: rows, clock: c, engine: sim.New(sim.Options{Clock: sim.ClockOf(c)})}
		b.start()
		defer func() { b.stop() }()
		story(b)
	})
}

func (b *bench) start() {
	var engine backend.Engine = b.engine
	switch {
	case b.hooks != nil:
		engine = b.hooks
	case b.faults != nil:
		engine = b.faults
	}
	b.startOn(HostOptions{Engine: engine})
}

// startOn starts an agent with hosts of its own.
func (b *bench) startOn(hosts ...HostOptions) {
	b.runAgent(New(Options{Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Hosts: hosts, LogSink: b.logs, Delays: b.delays}))
}

func (b *bench) runAgent(a *Agent) {
	b.agent = a
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	b.stop = func() { cancel(); running.Wait() }
	synctest.Wait()
}

// restartOn starts the agent again, on an engine with faults.
func (b *bench) restartOn(f *fault.Engine) {
	b.stop()
	b.faults = f
	b.start()
}

// run puts a task into the store and waits until the agent has done all it can.
func (b *bench) run(containers ...types.ContainerDefinition) string {
	b.Helper()
	return b.runDefinition(types.TaskDefinition{ContainerDefinitions: containers})
}

func (b *bench) runDefinition(d types.TaskDefinition) string {
	b.Helper()
	return b.place(d, "")
}

// place runs a task on a host.
func (b *bench) place(d types.TaskDefinition, host string) string {
	b.Helper()
	d.Cpu, d.Memory, d.NetworkMode = aws.String("256"), aws.String("512"), types.NetworkModeAwsvpc
	return b.put(d, types.LaunchTypeFargate, state.Placement{SubnetID: b.subnet(), Host: host})
}

func (b *bench) subnet() string { return ec2network.Subnets(b.store.Read(), scope)[0].ID }

// put puts a task into the store that was placed.
func (b *bench) put(d types.TaskDefinition, launchType types.LaunchType, at state.Placement) string {
	b.Helper()
	return b.putWith(nil, d, launchType, at)
}

// putWith puts a task that has a managed volume.
func (b *bench) putWith(volume *state.ManagedVolume, d types.TaskDefinition, launchType types.LaunchType, at state.Placement) string {
	b.Helper()
	d.Family = aws.String("web")
	for i := range d.ContainerDefinitions {
		d.ContainerDefinitions[i].MemoryReservation = aws.Int32(64)
	}
	var id string
	err := b.store.Update(func(tx *store.Tx) error {
		def := taskdefinition.Add(tx, scope, &d, nil, scope.Root(), b.clock.Now())
		resolved, err := taskdef.ApplyOverrides(def.Definition(), nil, launchType)
		if err != nil {
			return err
		}
		row := task.NewTemplate(task.Request{
			Cluster:    &state.Cluster{ARN: scope.Cluster("default"), Name: "default"},
			Definition: def.Definition(), Resolved: resolved, LaunchType: launchType,
			ServiceARN: b.service, DeploymentID: b.deployment, ServiceTraffic: state.ServiceTraffic{LoadBalancers: b.loadBalancers()}, Volume: volume, Now: b.clock.Now(), AssignPublicIP: b.publicly, Connect: b.proxied,
		}).New(at)
		state.AddTask(tx, row)
		id = row.ARN
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
	return id
}

func (b *bench) loadBalancers() []types.LoadBalancer {
	if !b.balanced {
		return nil
	}
	return []types.LoadBalancer{{TargetGroupArn: aws.String("web"), ContainerName: aws.String("web"), ContainerPort: aws.Int32(80)}}
}

func (b *bench) task(id string) *state.Task { return state.FindTask(b.store.Read(), id) }

func (b *bench) stopTask(id string) {
	b.store.Update(func(tx *store.Tx) error {
		state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "Task stopped by user", At: b.clock.Now()})
		return nil
	})
	synctest.Wait()
}

// sandboxes are the ids of those on the engine.
func (b *bench) sandboxes() (ids []string) {
	b.Helper()
	list, err := b.engine.List(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range list {
		if c.Sandbox {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (b *bench) expect(what string, got, want any) {
	b.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func container(name string, command ...string) types.ContainerDefinition {
	return types.ContainerDefinition{Name: aws.String(name), Image: aws.String("app"), Command: command}
}

func TestTaskRunsUntilItsEssentialContainerExits(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web", "sh", "-c", "sleep 60; exit 3"))
		running := b.task(id)
		b.expect("lastStatus", running.Status.LastStatus, state.Running)
		b.expect("attachment", running.Status.Attachment.Status, "ATTACHED")
		b.expect("version", running.Version, int64(3))

		time.Sleep(61 * time.Second)
		synctest.Wait()
		ended := b.task(id)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeEssentialContainerExited)
		b.expect("stoppedReason", ended.Stop.Reason, "Essential container in task exited")
		b.expect("exit code", *ended.Status.Containers[0].ExitCode, int32(3))
		b.expect("version at the end", ended.Version, int64(5))
		s := ended.Status
		order := []time.Time{ended.Spec.CreatedAt, s.ConnectivityAt, s.PullStartedAt, s.PullStoppedAt, s.StartedAt,
			s.ExecutionStoppedAt, ended.Stop.At, s.StoppedAt}
		for i, at := range order {
			if at.IsZero() || i > 0 && at.Before(order[i-1]) {
				t.Errorf("time %d of %v is out of order", i, order)
			}
		}
	})
}

func TestContainerThatExitsAtOnceHasRun(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("job", "exit", "0"))
		// PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED.
		b.expect("version", b.task(id).Version, int64(5))
		b.expect("exit code", *b.task(id).Status.Containers[0].ExitCode, int32(0))
	})
}

func TestStopTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"), container("sidecar", "ignore-term"))
		b.stopTask(id)
		b.expect("while the containers stop", b.task(id).Status.LastStatus, state.Running)
		time.Sleep(defaultStopTimeout)
		synctest.Wait()
		ended := b.task(id)
		b.expect("lastStatus", ended.Status.LastStatus, state.Stopped)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeUserInitiated)
		b.expect("killed", *ended.Status.Containers[1].ExitCode, int32(137))
		b.expect("version", ended.Version, int64(6))
		b.expect("sandboxes left", len(b.sandboxes()), 0)
	})
}

func TestMissingImageStopsTheTaskBeforeItRuns(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("web")
		c.Image = aws.String("missing/web:1")
		id := b.run(c)
		ended := b.task(id)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		if want := "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/missing/web:1: "; len(ended.Stop.Reason) <= len(want) || ended.Stop.Reason[:len(want)] != want {
			t.Errorf("stoppedReason %q", ended.Stop.Reason)
		}
		if !ended.Status.StartedAt.IsZero() || ended.Status.Containers[0].ExitCode != nil {
			t.Error("a task that never ran has a start or an exit code")
		}
	})
}

func TestStopDuringPull(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.engine.Script("slow", sim.Script{PullDelay: time.Hour})
		c := container("web")
		c.Image = aws.String("slow")
		id := b.run(c)
		b.expect("while it pulls", b.task(id).Status.LastStatus, state.Pending)
		if b.task(id).Status.PullStartedAt.IsZero() {
			t.Error("the pull does not show")
		}
		b.stopTask(id)
		ended := b.task(id)
		b.expect("lastStatus", ended.Status.LastStatus, state.Stopped)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeUserInitiated)
	})
}

func TestDependantThatCanNeverStartFailsTheTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		app, migration := container("app"), container("migration", "exit", "1")
		migration.Essential = aws.Bool(false)
		app.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("migration"), Condition: types.ContainerConditionSuccess}}
		id := b.run(app, migration)
		ended := b.task(id)
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("stoppedReason", ended.Stop.Reason, "Task failed to start")
	})
}

func TestRestartPolicy(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("web", "sleep", "90")
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.run(c)
		time.Sleep(100 * time.Second)
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Running)
		b.expect("restarts", b.task(id).Status.Containers[0].Restarts, 1)
	})
}

func TestAdoptsWhatAnEarlierRunStarted(t *testing.T) {
	withAgent(t, func(b *bench) {
		lives := b.run(container("web"))
		ends := b.run(container("job", "sh", "-c", "sleep 60; exit 7"))
		vanishes := b.run(container("web"))
		b.stop()
		time.Sleep(90 * time.Second)
		if err := b.engine.Remove(t.Context(), b.task(vanishes).Status.Containers[0].EngineID); err != nil {
			t.Fatal(err)
		}
		b.start()
		b.expect("still runs", b.task(lives).Status.LastStatus, state.Running)
		b.expect("exit code of the one that ended", *b.task(ends).Status.Containers[0].ExitCode, int32(7))
		b.expect("reason of the one that vanished", b.task(vanishes).Status.Containers[0].Reason,
			"ContainerVanishedError: No container matching saved ID found")
		b.stopTask(lives)
		b.expect("stops", b.task(lives).Status.LastStatus, state.Stopped)
	})
}

func TestTaskEndsWithItsSandbox(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		if err := b.engine.Stop(t.Context(), b.task(id).Status.SandboxID, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Stopped)
	})
}

func TestEngineLostAndBack(t *testing.T) {
	withAgent(t, func(b *bench) {
		runs := b.run(container("web"))
		b.engine.Disconnect(nil)
		synctest.Wait()
		waits := b.run(container("web"))
		b.expect("waits for the engine", b.task(waits).Status.LastStatus, state.Provisioning)
		b.expect("nothing is known to have happened", b.task(runs).Status.LastStatus, state.Running)
		b.engine.Reconnect()
		synctest.Wait()
		b.expect("goes on", b.task(waits).Status.LastStatus, state.Running)
	})
}

func TestHealthOfATask(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("web")
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}, Interval: aws.Int32(10)}
		b.engine.Script("app", sim.Script{UnhealthyAfter: time.Minute})
		id := b.run(c)
		b.expect("at first", b.task(id).Status.HealthStatus, types.HealthStatusUnknown)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		b.expect("after a check", b.task(id).Status.HealthStatus, types.HealthStatusHealthy)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.expect("later", b.task(id).Status.HealthStatus, types.HealthStatusUnhealthy)
	})
}

// Without CMD in front, a health check is a program as well.
func TestAHealthCheckWithoutCMD(t *testing.T) {
	withAgent(t, func(b *bench) {
		good, bad := container("good"), container("bad")
		good.HealthCheck = &types.HealthCheck{Command: []string{"/healthcheck"}, Interval: aws.Int32(10), Retries: aws.Int32(1)}
		bad.HealthCheck = &types.HealthCheck{Command: []string{"false"}, Interval: aws.Int32(10), Retries: aws.Int32(1)}
		id := b.run(good, bad)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		b.expect("a program that ends well", b.task(id).Status.Container("good").HealthStatus, types.HealthStatusHealthy)
		b.expect("one that fails", b.task(id).Status.Container("bad").HealthStatus, types.HealthStatusUnhealthy)
	})
}

func TestContainersOfStoppedTasksStayForTheirOutput(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("job", "print", "2"))
		var lines int
		a := New(Options{Store: b.store, Clock: b.clock, Hosts: []HostOptions{{Engine: b.engine}}})
		count := backend.LogOptions{Write: func(time.Time, bool, string) error { lines++; return nil }}
		if err := a.Logs(t.Context(), id, "", count); err != nil {
			t.Fatal(err)
		}
		b.expect("lines", lines, 2)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		left, _ := b.engine.List(t.Context(), nil)
		b.expect("containers left", len(left), 0)
	})
}
