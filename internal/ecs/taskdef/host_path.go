package taskdef

import (
	"fmt"
	"path"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// HostPaths are paths of the engine's host of which, and below which, volumes may be:
// any caller that can run a task could otherwise have all files of that host.
type HostPaths []string

// Find returns the outermost path that a host path is, or is below, and what leads from
// there to it: tasks that have an outer path can replace an inner one by a link. Whether
// links lead elsewhere only that host can tell.
func (p HostPaths) Find(hostPath string) (root, rest string, ok bool) {
	if !path.IsAbs(hostPath) {
		return "", "", false
	}
	hostPath = path.Clean(hostPath)
	for _, each := range p {
		each = path.Clean(each)
		below, under := strings.CutPrefix(hostPath, strings.TrimSuffix(each, "/")+"/")
		if (under || hostPath == each) && (!ok || len(each) < len(root)) {
			root, rest, ok = each, "", true
			if hostPath != each {
				rest = below
			}
		}
	}
	return root, rest, ok
}

// Denied returns why tasks of a definition cannot run, if one of its volumes or devices is a
// path that is not allowed. folders are those of the host that tasks have as file systems.
func (p HostPaths) Denied(def *types.TaskDefinition, folders ...string) (why string, denied bool) {
	for i := range def.Volumes {
		if why, denied := p.DeniedVolume(&def.Volumes[i], folders...); denied {
			return why, true
		}
	}
	for i := range def.ContainerDefinitions {
		if why, denied := p.DeniedDevice(&def.ContainerDefinitions[i], folders...); denied {
			return why, true
		}
	}
	return "", false
}

// DeniedVolume returns why a task cannot have a volume, if that is of the engine's host and
// not allowed.
func (p HostPaths) DeniedVolume(v *types.Volume, folders ...string) (why string, denied bool) {
	if d := v.DockerVolumeConfiguration; d != nil {
		device, found := deviceOf(d)
		return deviceDenied(value(v.Name), device), found && !p.allowDevice(device, folders)
	}
	if v.Host == nil || value(v.Host.SourcePath) == "" {
		return "", false
	}
	_, _, ok := p.Find(*v.Host.SourcePath)
	return hostPathDenied(value(v.Name), *v.Host.SourcePath), !ok
}

// hostPathDenied says what a user has to do who wants a host path.
func hostPathDenied(volume, hostPath string) string {
	return fmt.Sprintf("ecs-emulator gives tasks no files of the container engine's host: volume '%s' is %s. "+
		"Start the emulator with --allow-host-path and that path, or a folder that it is in.", volume, hostPath)
}
