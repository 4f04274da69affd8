package containerspec

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestSharedNamespaces(t *testing.T) {
	for _, test := range []struct {
		pid             types.PidMode
		ipc             types.IpcMode
		processes, with string
	}{
		{"", "", "", ""},
		{types.PidModeTask, types.IpcModeNone, "task", backend.NoIPC},
		{types.PidModeHost, types.IpcModeTask, "instance", "task"},
		{"", types.IpcModeHost, "", "instance"},
	} {
		var spec backend.ContainerSpec
		Namespaces{test.pid, test.ipc}.Join(&spec, "task", "instance")
		if spec.Processes != test.processes || spec.IPC != test.with {
			t.Errorf("%s, %s: processes of %q, IPC of %q", test.pid, test.ipc, spec.Processes, spec.IPC)
		}
	}
}
