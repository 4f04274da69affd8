package agent

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// platformOf is what images must be for when the task definition says so: an engine
// that is asked for no platform takes its own, and what was built on it runs.
func platformOf(d *types.TaskDefinition) string {
	if d.RuntimePlatform == nil {
		return ""
	}
	switch d.RuntimePlatform.CpuArchitecture {
	case types.CPUArchitectureArm64:
		return "linux/arm64"
	case types.CPUArchitectureX8664:
		return "linux/amd64"
	default:
		return ""
	}
}

// logDriver is where a container's output goes: to the engine's own log, also for awslogs, from
// where package awslogs takes it; else to the driver that is named, with its options.
func logDriver(l *types.LogConfiguration) backend.Log {
	switch {
	case l == nil:
		return backend.Log{}
	case l.LogDriver == types.LogDriverAwslogs:
		return backend.Log{Ample: true}
	}
	return backend.Log{Driver: string(l.LogDriver), Options: l.Options}
}

// hostNameOf is the host name of a container with a network of its own: as Docker gives it,
// the beginning of its id.
func hostNameOf(d *types.ContainerDefinition, c *state.Container) string {
	if name := aws.ToString(d.Hostname); name != "" {
		return name
	}
	return c.EngineID[:min(12, len(c.EngineID))]
}
