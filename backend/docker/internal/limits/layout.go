// Package limits bounds what tasks and container instances use as a whole, by control groups.
package limits

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// Layout says how an engine lays out control groups, so that the group of a task
// holds the groups of its containers, and a container instance's those of its tasks.
type Layout struct {
	Version string // of control groups: "1" or "2"
	Driver  string // "cgroupfs" or "systemd"; "none" where the engine uses none
}

// String is a text for users: "control groups of version 2, cgroupfs".
func (g Layout) String() string {
	if !g.used() {
		return "no control groups"
	}
	return fmt.Sprintf("control groups of version %s, %s", g.Version, g.Driver)
}

func (g Layout) used() bool { return g.Version != "" && g.Driver != "" && g.Driver != "none" }

// Binding is how the limits of a sandbox hold for the sum of its containers.
type Binding int

const (
	// Unbound limits do not. Each container has them for itself.
	Unbound Binding = iota
	// Nested groups of containers have the sandbox's own group as their parent, which has
	// the limits that the engine gave it.
	Nested
	// Managed groups, the sandbox's and those of its containers, have a parent that the engine
	// makes without limits; the Manager gives it limits.
	Managed
)

// Binding decides, and says why a sandbox is unbound.
//
// In version 2 a group that holds processes has no children with limits, so the sandbox's
// own cannot be the parent of others. Above it the engine makes a parent, or has systemd
// make it, but sets limits of containers only.
// Sources: Linux, cgroup-v2.rst; runc libcontainer/cgroups/fs2 and systemd.
func (g Layout) Binding(rootless bool) (b Binding, why string) {
	switch {
	case !g.used():
		return Unbound, "the engine uses no control groups, so not even the limits of containers hold"
	case rootless:
		return Unbound, "a rootless engine has no right to control groups above those of its containers"
	case g.Version == "1" && g.Driver == "cgroupfs":
		return Nested, ""
	case g.Version == "2" && (g.Driver == "cgroupfs" || g.Driver == "systemd"):
		return Managed, ""
	default:
		return Unbound, g.String() + " do not nest"
	}
}

// Support is what an engine can do about control groups.
type Support struct {
	Layout  Layout
	Binding Binding
	WhyNot  string // sandboxes are unbound
}

// CPUPeriod is the length of a scheduling period in microseconds, the kernel's own default.
const CPUPeriod = 100_000

// Parents of the groups of sandboxes: Docker's own, which is asked for by name, as an
// engine may be configured to use another; and those that are managed.
const (
	dockerGroup  = "/docker"
	managedGroup = "/ecs-emulator"
	managedSlice = "ecsemulator"
)

// ParentOf is the parent of a new sandbox's group: that of the containers of the
// sandbox it belongs to, empty if none, and in version 2 the task's own group below
// it, of which the sandbox is a member like its containers.
//
//	version 1            /docker                        and below an instance /docker/<id>
//	version 2, cgroupfs  /ecs-emulator/<name>                                /ecs-emulator/<instance>/<name>
//	version 2, systemd   ecsemulator-<name>.slice                            ecsemulator-<instance>-<name>.slice
//
// Source: systemd.slice(5) for the dashes.
func (g Layout) ParentOf(instance, name string) string {
	switch {
	case g.Version == "1":
		return cmp.Or(instance, dockerGroup)
	case g.Driver == "systemd":
		return strings.TrimSuffix(cmp.Or(instance, managedSlice), ".slice") + "-" + short(name) + ".slice"
	default:
		return cmp.Or(instance, managedGroup) + "/" + short(name)
	}
}

// isManaged reports whether the Manager gives a group its limits.
func isManaged(group string) bool {
	return strings.HasPrefix(group, managedGroup+"/") || strings.HasPrefix(group, managedSlice+"-")
}

// GroupOf is the parent of the groups of a sandbox's containers; empty is none of its own.
func GroupOf(sandboxParent, sandboxID string) string {
	switch {
	case isManaged(sandboxParent):
		return sandboxParent
	case sandboxParent == dockerGroup, strings.HasPrefix(sandboxParent, dockerGroup+"/"):
		return sandboxParent + "/" + sandboxID
	default:
		return ""
	}
}

// InTask reports whether a container is in the group of a task.
func InTask(found container.InspectResponse) bool {
	parent := found.HostConfig.CgroupParent
	return strings.HasPrefix(parent, dockerGroup+"/") || isManaged(parent)
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
