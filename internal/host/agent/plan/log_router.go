package plan

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// LogRouter is the log router to which a container sends its output, if that has an address of its own; nil is none.
func (v *View) LogRouter(container int) *state.Container {
	at := firelens.Router(v.Definitions)
	if !v.Bridge || at < 0 || at == container || !firelens.Uses(&v.Definitions[container]) {
		return nil
	}
	return &v.Status.Containers[at]
}

// hasRouterAddress reports whether the log router has the address that a container is told. One for which the router
// waits cannot wait for it, nor for a router that was never made: the agent gives it up after a minute, here it fails
// at once (FL-11).
func (v *View) hasRouterAddress(container int) bool {
	router := v.LogRouter(container)
	return router == nil || router.EngineID != "" || router.Phase == state.ContainerStopped || v.waitsFor(router.Name, v.Status.Containers[container].Name)
}

// waitsFor reports whether a container waits for another one, on which it depends or whose volumes it has, or for one that
// does. Tasks whose containers wait in a circle have ended.
func (v *View) waitsFor(container, other string) bool {
	d := v.Definition(container)
	waits := func(on *string) bool { return aws.ToString(on) == other || v.waitsFor(aws.ToString(on), other) }
	return d != nil && (slices.ContainsFunc(d.DependsOn, func(on types.ContainerDependency) bool { return waits(on.ContainerName) }) ||
		slices.ContainsFunc(d.VolumesFrom, func(from types.VolumeFrom) bool { return waits(from.SourceContainer) }))
}

// isUnread reports whether a container is a log router that is taken for one that reads nothing, which keeps the engine from
// stopping those that send it their output. It has to stop before them, but not while one may still write its last lines.
func (v *View) isUnread(container int) (unread bool) {
	if container != firelens.Router(v.Definitions) {
		return false
	}
	for i := range v.Definitions {
		c, is := &v.Status.Containers[i], v.State(Container(i))
		switch {
		case c.Phase != state.ContainerRunning || is.Exited || !firelens.Uses(&v.Definitions[i]):
		case is.Stuck:
			unread = true
		case MayStop(c.Name, v): // it is being stopped, or about to be
			return false
		}
	}
	return unread
}

// SocketOfRouter is the log router's socket on the engine's host.
func (v *View) SocketOfRouter() string {
	for k := range v.Volumes {
		if firelens.IsVolume(&v.Volumes[k].Definition) {
			return v.Volumes[k].Socket
		}
	}
	return ""
}

// WithSocket adds the volume for the log router's socket to a task's volumes, if it has one.
func WithSocket(volumes []types.Volume, containers []types.ContainerDefinition) []types.Volume {
	if firelens.Router(containers) < 0 {
		return volumes
	}
	return append(slices.Clip(volumes), types.Volume{Name: aws.String(firelens.Volume)})
}
