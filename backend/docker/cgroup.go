package docker

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// groups says how an engine lays out control groups, so that the group of a task
// holds the groups of its containers, and a machine's those of its tasks.
type groups struct {
	version string // of control groups: "1" or "2"
	driver  string // "cgroupfs" or "systemd"; "none" where the engine uses none
}

// String is for people: "control groups of version 2, cgroupfs".
func (g groups) String() string {
	if !g.used() {
		return "no control groups"
	}
	return fmt.Sprintf("control groups of version %s, %s", g.version, g.driver)
}

func (g groups) used() bool { return g.version != "" && g.driver != "" && g.driver != "none" }

// binding is how the limits of a sandbox hold for the sum of its containers.
type binding int

const (
	// unbound: they do not. Each container has them for itself.
	unbound binding = iota
	// nested: the sandbox's own group is the parent of theirs, and has the limits that
	// the engine gave it.
	nested
	// governed: a group that the engine makes without limits is the parent of the
	// sandbox's and theirs; the governor gives it limits.
	governed
)

// binding decides, and says why a sandbox is unbound.
//
// In version 2 a group that holds processes has no children with limits, so the sandbox's
// own cannot be the parent of others. Above it the engine makes a parent, or has systemd
// make it, but sets limits of containers only.
// Sources: Linux, cgroup-v2.rst; runc libcontainer/cgroups/fs2 and systemd.
func (g groups) binding(rootless bool) (b binding, why string) {
	switch {
	case !g.used():
		return unbound, "the engine uses no control groups, so not even the limits of containers hold"
	case rootless:
		return unbound, "a rootless engine has no right to control groups above those of its containers"
	case g.version == "1" && g.driver == "cgroupfs":
		return nested, ""
	case g.version == "2" && (g.driver == "cgroupfs" || g.driver == "systemd"):
		return governed, ""
	default:
		return unbound, g.String() + " do not nest"
	}
}

// Parents of the groups of sandboxes: Docker's own, which is asked for by name, as an
// engine may be configured to use another; and those that are governed.
const (
	dockerGroup   = "/docker"
	governedGroup = "/ecs-emulator"
	governedSlice = "ecsemulator"
)

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
	case g.version == "1":
		return cmp.Or(machine, dockerGroup)
	case g.driver == "systemd":
		return strings.TrimSuffix(cmp.Or(machine, governedSlice), ".slice") + "-" + short(name) + ".slice"
	default:
		return cmp.Or(machine, governedGroup) + "/" + short(name)
	}
}

// isGoverned tells the groups that the governor gives limits from others.
func isGoverned(group string) bool {
	return strings.HasPrefix(group, governedGroup+"/") || strings.HasPrefix(group, governedSlice+"-")
}

// groupOf is the parent of the groups of a sandbox's containers; empty is none of its own.
func groupOf(sandboxParent, sandboxID string) string {
	switch {
	case isGoverned(sandboxParent):
		return sandboxParent
	case sandboxParent == dockerGroup, strings.HasPrefix(sandboxParent, dockerGroup+"/"):
		return sandboxParent + "/" + sandboxID
	default:
		return ""
	}
}

// inTask reports whether a container is in the group of a task.
func inTask(found container.InspectResponse) bool {
	parent := found.HostConfig.CgroupParent
	return strings.HasPrefix(parent, dockerGroup+"/") || isGoverned(parent)
}

// limitWords have the sandbox program give a group the limits of a sandbox.
func limitWords(group string, r container.Resources) []string {
	words := []string{"limit", group}
	add := func(name string, value int64) { words = append(words, fmt.Sprintf("%s=%d", name, value)) }
	if r.Memory > 0 {
		add("memory", r.Memory)
	}
	if r.MemorySwap >= r.Memory && r.Memory > 0 {
		add("swap", r.MemorySwap-r.Memory)
	}
	if r.CPUQuota > 0 {
		add("cpu", r.CPUQuota)
	}
	if r.CPUShares > 0 {
		add("weight", weight(r.CPUShares))
	}
	return words
}

// weight is what shares of version 1, 2 to 262,144, are in version 2, 1 to 10,000. The
// engine converts those of containers likewise.
// Source: runc, libcontainer/cgroups, ConvertCPUSharesToCgroupV2Value.
func weight(shares int64) int64 {
	return 1 + (min(max(shares, 2), 262_144)-2)*9_999/262_142
}

// short is a name for a group without a dash, which means nesting to systemd.
func short(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:8])
}
