package taskdef

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// withoutDevice are kinds of mounts that have nothing of the engine's host, as long as their
// options do not make them another one.
var withoutDevice = []string{"tmpfs", "nfs", "nfs4", "cifs"}

// deviceOf is what the engine's own driver is to mount of its host as a volume: a path, a
// disk, the host's processes. That way a task could have what it may not have as a host path.
// Source: Docker documentation, options of the local driver; mount(8), bind mounts, which
// heed no type.
func deviceOf(d *types.DockerVolumeConfiguration) (device string, found bool) {
	if driver := value(d.Driver); driver != "" && driver != "local" {
		return "", false
	}
	binds := slices.ContainsFunc(strings.Split(d.DriverOpts["o"], ","), func(option string) bool { return option == "bind" || option == "rbind" })
	device, found = d.DriverOpts["device"]
	return device, found && (binds || !slices.Contains(withoutDevice, d.DriverOpts["type"]))
}

// allowDevice reports whether a volume may be a device. It has to be one of the paths
// themselves, and below no other one, nor below one of the folders that tasks have
// otherwise: the engine would follow links. A container with all of the host needs none.
func (p HostPaths) allowDevice(device string, folders []string) bool {
	root, rest, _ := HostPaths(slices.Concat(p, folders)).Find(device)
	return (rest == "" || root == "/") && slices.ContainsFunc(p, func(each string) bool { return path.Clean(each) == device })
}

func deviceDenied(volume, device string) string {
	return fmt.Sprintf("ecs-emulator gives tasks no files of the container engine's host: driverOpts of volume '%s' name the device %s. "+
		"Start the emulator with --allow-host-path and that very path, but with none that it is below.", volume, device)
}
