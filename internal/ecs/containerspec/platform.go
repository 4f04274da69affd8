package containerspec

import "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"

// Platform is what images must be for when the task definition says so: an engine
// that is asked for no platform takes its own, and what was built on it runs.
func Platform(d *types.TaskDefinition) string {
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
