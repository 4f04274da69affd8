package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
)

// Labels of containers; see state.Task.ContainerLabels.
const (
	labelContainerName = containerlabel.Container
	labelTaskARN       = containerlabel.Task
)

// labelHost says on which host a container runs. It is the only label of a
// sandbox, which is made before it is known for which task.
const labelHost = "ecs-emulator.host"

// fargateHost is the value of labelHost for Fargate, whose host has no name.
const fargateHost = "fargate"

func hostLabel(host string) string { return cmp.Or(host, fargateHost) }

// hostName is the host on which a task is placed.
func hostName(t *state.Task) string { return t.Placement.Host }

func labels(t *state.Task, container string) map[string]string {
	all := t.ContainerLabels(container)
	all[labelHost] = hostLabel(hostName(t))
	if instance := t.Placement.ContainerInstance; instance != "" {
		all[containerinstance.Label] = instance
	}
	return all
}

// engineName is the container's name on the engine. The real agent ends it with
// random digits; here they follow from the task, so that a creation whose answer
// was lost in a crash finds what it made. Long names are cut: a volume's name is
// that of a directory.
func engineName(t *state.Task, container string) string {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}
	sum := sha256.Sum256([]byte(t.ARN + "\x00" + container))
	container = strings.Map(keep, container)
	return "ecs-" + t.Spec.Family[:min(longestPart, len(t.Spec.Family))] + "-" + strconv.Itoa(t.Spec.Revision) +
		"-" + container[:min(longestPart, len(container))] + "-" + hex.EncodeToString(sum[:10])
}

// longestPart bounds what of a family's or container's name, each up to 255
// characters, goes into an engine's name, which together may have as many.
const longestPart = 100

// engineNames are the engine names of a task's sandbox and containers.
func engineNames(t *state.Task) []string {
	names := []string{engineName(t, sandboxContainerName)}
	for _, c := range t.Status.Containers {
		names = append(names, engineName(t, c.Name))
	}
	return names
}

// volumeName is the engine's name of a volume that lives as long as the task.
func volumeName(t *state.Task, volume string) string { return engineName(t, "volume-"+volume) }

func volumeLabels(t *state.Task) map[string]string {
	all := labels(t, "")
	delete(all, labelContainerName)
	return all
}
