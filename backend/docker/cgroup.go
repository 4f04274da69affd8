package docker

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// groups says how an engine lays out control groups, so that the group of a task
// holds the groups of its containers, and a machine's those of its tasks.
type groups struct {
	version string // of control groups: "1" or "2"
	driver  string // "cgroupfs" or "systemd"
}

// dockerGroup is the parent of Docker's own groups. It is asked for by name, as an
// engine may be configured to use another.
const dockerGroup = "/docker"

// nest reports whether a sandbox's own group can be the parent of others: in version
// 2 a group that holds processes has no children with limits.
func (g groups) nest() bool { return g.version == "1" && g.driver == "cgroupfs" }

// parentOf is the parent of a new sandbox's group: that of the containers of the
// sandbox it belongs to, empty if none, and in version 2 the task's own group below
// it, of which the sandbox is a member like its containers.
//
//	version 1            /docker                        and below a machine  /docker/<id>
//	version 2, cgroupfs  /ecs-emulator/<name>                                /ecs-emulator/<machine>/<name>
//	version 2, systemd   ecsemulator-<name>.slice                            ecsemulator-<machine>-<name>.slice
//
// Source: systemd.slice(5) for the dashes.
func (g groups) parentOf(machine, name string) string {
	switch {
	case g.nest():
		return cmp.Or(machine, dockerGroup)
	case g.driver == "systemd":
		return strings.TrimSuffix(cmp.Or(machine, "ecsemulator.slice"), ".slice") + "-" + short(name) + ".slice"
	default:
		return cmp.Or(machine, "/ecs-emulator") + "/" + short(name)
	}
}

// ofContainers is the parent of the groups of a sandbox's containers.
func (g groups) ofContainers(sandboxParent, sandboxID string) string {
	if g.nest() {
		return sandboxParent + "/" + sandboxID
	}
	return sandboxParent
}

// hostGroups is where a host shows the groups of version 1 that bound memory.
const hostGroups = "/sys/fs/cgroup/memory"

// removeSandbox removes a sandbox after what was in its control group. If it ended
// before that, as when it crashed, the engine could not remove its group with it, and
// never tries again: so it runs once more, as far as this can be seen from here.
func (e *Engine) removeSandbox(ctx context.Context, id string) error {
	known, err := e.engineFacts(ctx)
	if err != nil {
		return err
	}
	if known.taskLimits && e.local {
		found, err := e.client.ContainerInspect(ctx, id)
		if err == nil && found.State.Status == container.StateExited && isFolder(hostGroups+found.HostConfig.CgroupParent+"/"+found.ID) {
			err = e.client.ContainerStart(ctx, found.ID, container.StartOptions{})
			e.log.Debug("sandbox started to remove its control group", "container", found.Name, "error", err)
		}
	}
	return e.remove(ctx, id)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// short is a name for a group without a dash, which means nesting to systemd.
func short(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:8])
}
