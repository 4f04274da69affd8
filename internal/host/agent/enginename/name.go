// Package enginename has the names and labels by which what belongs to a task is found again on an engine.
package enginename

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// LabelHost says on which host a container runs. It is the only label of a
// sandbox, which is made before it is known for which task.
const LabelHost = "ecs-emulator.host"

// Fargate is the value of LabelHost for Fargate, whose host has no name.
const Fargate = "fargate"

// HostLabels are the labels of everything that belongs to a host.
func HostLabels(host string) map[string]string {
	return map[string]string{LabelHost: cmp.Or(host, Fargate)}
}

func Labels(t *state.Task, container string) map[string]string {
	all := containerspec.Labels(t, container)
	maps.Copy(all, HostLabels(t.Placement.Host))
	if instance := t.Placement.ContainerInstance; instance != "" {
		all[containerinstance.Label] = instance
	}
	return all
}

// Of is the container's name on the engine. The real agent ends it with
// random digits; here they follow from the task, so that a creation whose answer
// was lost in a crash finds what it made. Long names are cut: a volume's name is
// that of a directory.
func Of(t *state.Task, container string) string {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}
	sum := sha256.Sum256([]byte(t.ARN + "\x00" + container))
	container = strings.Map(keep, container)
	family := t.Spec.FamilyName()
	return "ecs-" + family[:min(longestPart, len(family))] + "-" + strconv.Itoa(t.Spec.Revision) +
		"-" + container[:min(longestPart, len(container))] + "-" + hex.EncodeToString(sum[:10])
}

// longestPart bounds what of a family's or container's name, each up to 255
// characters, goes into an engine's name, which together may have as many.
const longestPart = 100

// Sandbox is the agent's name for a task's network namespace.
const Sandbox = "~internal~ecs~pause"

// All are the engine names of a task's sandbox and containers.
func All(t *state.Task) []string {
	names := []string{Of(t, Sandbox)}
	for _, c := range t.Status.Containers {
		names = append(names, Of(t, c.Name))
	}
	return names
}

// Volume is the engine's name of a volume that lives as long as the task.
func Volume(t *state.Task, volume string) string { return Of(t, "volume-"+volume) }

// SocketVolume is the engine's name of the volume for the log router's socket. It is short, as the path of a socket is.
func SocketVolume(t *state.Task) string {
	sum := sha256.Sum256([]byte(t.ARN))
	return "ecs-firelens-" + hex.EncodeToString(sum[:10])
}

func VolumeLabels(t *state.Task) map[string]string {
	all := Labels(t, "")
	delete(all, containerlabel.Container)
	return all
}
