package agent

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// In each network mode tasks share processes and IPC, and those of the host end with their
// container instance.
func TestTasksThatShareNamespaces(t *testing.T) {
	for _, mode := range []types.NetworkMode{types.NetworkModeBridge, types.NetworkModeHost, types.NetworkModeNone, types.NetworkModeAwsvpc} {
		t.Run(string(mode), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				instance := b.instance()
				at := state.Placement{ContainerInstance: instance}
				if mode == types.NetworkModeAwsvpc {
					at.SubnetID = b.subnet()
				}
				run := func(pid types.PidMode, ipc types.IpcMode) string {
					return b.put(types.TaskDefinition{
						ContainerDefinitions: []types.ContainerDefinition{container("web", "sleep", "1h"), container("log", "sleep", "1h")},
						NetworkMode:          mode, PidMode: pid, IpcMode: ipc,
					}, types.LaunchTypeEc2, at)
				}
				own, shared := run(types.PidModeTask, types.IpcModeTask), run(types.PidModeHost, types.IpcModeHost)
				b.expect("task", b.task(own).Status.LastStatus, state.Running)
				b.expect("host", b.task(shared).Status.LastStatus, state.Running)

				if err := b.engine.Stop(b.Context(), b.instances()[0].ID, 0); err != nil {
					b.Fatal(err)
				}
				synctest.Wait()
				b.expect("host, after its instance has stopped", b.task(shared).Status.LastStatus, state.Stopped)
				b.expect("exit code", *b.task(shared).Status.Containers[0].ExitCode, int32(137))
			})
		})
	}
}

func TestAContainerWithControlsOfItsInstanceDoesNotStart(t *testing.T) {
	withAgent(t, func(b *bench) {
		web := container("web", "sleep", "1h")
		web.SystemControls = []types.SystemControl{{Namespace: aws.String("net.core.somaxconn"), Value: aws.String("1024")}}
		ended := b.task(b.runAt(b.instance(), types.NetworkModeHost, web))
		b.expect("stopCode", ended.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("reason", ended.Status.Containers[0].Reason,
			`CannotStartContainerError: Error response from daemon: OCI runtime create failed: sysctl "net.core.somaxconn" not allowed in host network namespace: unknown`)
	})
}
