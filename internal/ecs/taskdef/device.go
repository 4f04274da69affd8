package taskdef

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// devicesWithoutFiles are devices that lead to nothing of the engine's host.
var devicesWithoutFiles = []string{
	"/dev/full", "/dev/fuse", "/dev/net/tun", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero",
}

// DeniedDevice returns why a container cannot have one of its devices. A disk of the host has
// all its files, and needs the flag that they need.
func (p HostPaths) DeniedDevice(c *types.ContainerDefinition, folders ...string) (why string, denied bool) {
	if c.LinuxParameters == nil {
		return "", false
	}
	for _, d := range c.LinuxParameters.Devices {
		if device := value(d.HostPath); !slices.Contains(devicesWithoutFiles, device) && !p.allowDevice(device, folders) {
			return fmt.Sprintf("ecs-emulator gives tasks no device of the container engine's host that may have its files: container '%s' has %s. "+
				"Start the emulator with --allow-host-path and that very path, but with none that it is below.", value(c.Name), device), true
		}
	}
	return "", false
}
