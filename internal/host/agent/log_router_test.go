package agent

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

func routed(name string) types.ContainerDefinition {
	d := container(name, "echo", "hello")
	d.Essential, d.LogConfiguration = aws.Bool(false), &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens}
	return d
}

func logRouter() types.ContainerDefinition {
	d := container("router")
	d.FirelensConfiguration = &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}
	return d
}

func TestTheSocketsVolumeGoesWithTheTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(routed("app"), logRouter())
		volumes := func() []backend.Volume {
			found, err := b.engine.Volumes(b.Context(), nil)
			if err != nil {
				b.Fatal(err)
			}
			return found
		}
		b.expect("volumes", volumes()[0].Name, enginename.SocketVolume(b.task(id)))
		b.stop()
		b.start()
		b.stopTask(id)
		b.expect("status", b.task(id).Status.LastStatus, state.Stopped)
		time.Sleep(10 * time.Minute)
		b.expect("volumes of the task that has stopped", len(volumes()), 0)
	})
}

// An agent that was killed when it had made a router, but had not put its configuration there, makes it again.
func TestARouterThatMayLackItsConfigurationIsMadeAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(routed("app"), logRouter())
		b.stop()
		row := b.task(id)
		for _, c := range row.Status.Containers {
			if err := b.engine.Remove(b.Context(), c.EngineID); err != nil {
				b.Fatal(err)
			}
		}
		bare, err := b.engine.Create(b.Context(), backend.ContainerSpec{
			Name: enginename.Of(row, "router"), Image: "app", Sandbox: row.Status.SandboxID, Labels: enginename.Labels(row, "router"),
		})
		if err != nil {
			b.Fatal(err)
		}
		b.store.Update(func(tx *store.Tx) error {
			s := row.Status.Clone()
			for i := range s.Containers {
				s.Containers[i] = state.Container{Name: s.Containers[i].Name, Image: s.Containers[i].Image, Phase: state.ContainerPulled}
			}
			return state.PutTaskStatus(tx, id, state.TaskStep{Status: s})
		})
		b.start()
		router := b.task(id).Status.Container("router")
		b.expect("phase of the router", router.Phase, state.ContainerRunning)
		b.expect("it is the one without a configuration", router.EngineID == bare, false)
	})
}

// withUnreadRouter starts the agent again, on an engine that stops what has the image stuck when no log router runs any more, as
// Docker does with one that reads nothing.
func (b *bench) withUnreadRouter() {
	b.restartWith(&hooks{stop: func(ctx context.Context, id string) error {
		for {
			c, err := b.engine.Inspect(ctx, id)
			if err != nil || c.Image != "stuck" || !b.routerRuns() {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
			}
		}
	}})
}

func (b *bench) routerRuns() bool {
	b.Helper()
	list, err := b.engine.List(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return slices.ContainsFunc(list, func(c backend.Container) bool { return c.Image == "router" && c.State == backend.Running })
}

// stuck is an application that stops when no log router runs any more.
func stuck(name string, stopTimeout int32) types.ContainerDefinition {
	d := routed(name)
	d.Command, d.Image, d.StopTimeout = nil, aws.String("stuck"), &stopTimeout
	return d
}

// unread is a log router for which such applications wait.
func unread(command ...string) types.ContainerDefinition {
	d := logRouter()
	d.Command, d.Image, d.StopTimeout = command, aws.String("router"), aws.Int32(120)
	return d
}

// expectStopped expects the end of a task that was stopped, and of its application.
func (b *bench) expectStopped(id string) {
	b.Helper()
	task := b.task(id)
	b.expect("status", task.Status.LastStatus, state.Stopped)
	b.expect("stop code", task.Stop.Code, types.TaskStopCodeUserInitiated)
	app := task.Status.Container("app")
	b.expect("the application has an exit code", app.ExitCode != nil, true)
	b.expect("its reason", app.Reason, "")
}

// The engine stops containers in real time: how fast the clock goes meanwhile does not matter.
func TestAStopThatWaitsForTheLogRouter(t *testing.T) {
	for name, clock := range map[string]struct {
		speed   float64
		advance time.Duration
	}{
		"with a clock that nearly stands still": {speed: 0.001},
		"with one that runs fast":               {speed: 1000},
		"with one that is advanced":             {1, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withUnreadRouter()
				id := b.run(stuck("app", 30), unread())
				b.clock.SetSpeed(clock.speed)
				b.stopTask(id)
				b.settleAfter(50 * time.Second)
				b.stop()
				b.start()
				if err := b.clock.Advance(b.Context(), clock.advance); err != nil {
					b.Fatal(err)
				}
				b.settleAfter(59 * time.Second)
				b.expect("the router runs before its time", b.routerRuns(), true)
				b.settleAfter(2 * time.Second)
				b.expect("the router runs", b.routerRuns(), false)
				b.clock.SetSpeed(1)
				b.settleAfter(time.Minute)
				b.expectStopped(id)
			})
		})
	}
}

// Its stopTimeout could last until the application is given up.
func TestALogRouterThatReadsNothingAndIgnoresItsStop(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withUnreadRouter()
		id := b.run(stuck("app", 2), unread("ignore-term"))
		b.stopTask(id)
		b.settleAfter(61 * time.Second)
		b.expect("the router runs before it is killed", b.routerRuns(), true)
		b.settleAfter(time.Minute)
		b.expectStopped(id)
	})
}

// A router is not stopped for one application while another one has its time. Time counts anew when the engine was lost, as it is
// asked for each stop again.
func TestALogRouterOfSeveralApplications(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withUnreadRouter()
		patient := routed("patient")
		patient.Command, patient.StopTimeout = []string{"ignore-term"}, aws.Int32(120)
		id := b.run(stuck("app", 30), patient, unread())
		b.stopTask(id)
		b.settleAfter(61 * time.Second)
		b.expect("the router runs while an application has its time", b.routerRuns(), true)
		b.engine.Disconnect(nil)
		b.settleAfter(2 * time.Second)
		b.engine.Reconnect()
		b.settleAfter(5 * time.Second)
		if err := b.engine.Stop(b.Context(), b.task(id).Status.Container("patient").EngineID, 0); err != nil {
			b.Fatal(err)
		}
		b.settleAfter(50 * time.Second)
		b.expect("the router runs while the other one has its time again", b.routerRuns(), true)
		b.settleAfter(time.Minute)
		b.expectStopped(id)
	})
}
