package agent

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
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

// Here the stop of an application hangs until its log router is gone, as with Docker and a router that reads nothing.
func TestAStopThatWaitsForTheLogRouter(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults(fault.Rule{Call: fault.Stop, Image: "stuck", Hang: true})
		app := routed("app")
		app.Command, app.Image = nil, aws.String("stuck")
		id := b.run(app, logRouter())
		phase := func(name string) state.ContainerPhase { return b.task(id).Status.Container(name).Phase }
		b.stopTask(id)
		b.settleAfter(50 * time.Second)
		b.stop()
		b.start()
		b.settleAfter(59 * time.Second)
		b.expect("phase of the router before its time", phase("router"), state.ContainerRunning)
		b.settleAfter(2 * time.Second)
		b.expect("phase of the router", b.agent.Task(id).Status.Container("router").Phase, state.ContainerStopped)
		b.expect("phase of the application", phase("app"), state.ContainerRunning)
		b.faults.RemoveRule("1")
		b.settleAfter(time.Minute)
		task := b.task(id)
		b.expect("status", task.Status.LastStatus, state.Stopped)
		b.expect("stop code", task.Stop.Code, types.TaskStopCodeUserInitiated)
		b.expect("the application has an exit code", task.Status.Container("app").ExitCode != nil, true)
		b.expect("its reason", task.Status.Container("app").Reason, "")
	})
}
