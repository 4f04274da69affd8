package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TestDevicesOfTheHost: a disk is as good as a host path that is all of the host.
func TestDevicesOfTheHost(t *testing.T) {
	for device, denied := range map[string]bool{
		"/dev/null": false, "/dev/fuse": false, "/dev/kvm": false, "/exports/disk": true,
		"/dev/sda": true, "/dev": true, "/dev/null/../sda": true, "/dev/kvm/..": true, "/dev/kvm/x": true, "": true,
	} {
		def := &types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{Name: ptr("app")}, {
			Name: ptr("disk"), LinuxParameters: &types.LinuxParameters{Devices: []types.Device{{HostPath: ptr("/dev/zero")}, {HostPath: &device}}},
		}}}
		why, got := HostPaths{"/srv", "/dev/kvm", "/exports/disk"}.Denied(def, "/exports")
		if got != denied || got && !strings.Contains(why, "container 'disk' has "+device+". Start the emulator with --allow-host-path") {
			t.Errorf("%s: %q, %t", device, why, got)
		}
	}
}
