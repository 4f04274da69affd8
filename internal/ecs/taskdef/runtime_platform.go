package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkRuntimePlatform: ECS0027, but for an unknown system outside Fargate.
func checkRuntimePlatform(def *types.TaskDefinition) error {
	p := def.RuntimePlatform
	if p == nil {
		return nil
	}
	if p.CpuArchitecture != "" && !slices.Contains(p.CpuArchitecture.Values(), p.CpuArchitecture) {
		return refuse("Invalid CPU architecture")
	}
	err := checkEnum("operatingSystemFamily", p.OperatingSystemFamily, p.OperatingSystemFamily.Values())
	if err != nil && slices.Contains(def.RequiresCompatibilities, types.CompatibilityFargate) {
		return refuse("Tasks using the Fargate launch type are not supported on operating system family %s", p.OperatingSystemFamily)
	}
	return err
}

// IsWindows tells whether the definition is for a Windows platform; Linux is the
// default.
func IsWindows(def *types.TaskDefinition) bool {
	p := def.RuntimePlatform
	return p != nil && p.OperatingSystemFamily != "" && p.OperatingSystemFamily != types.OSFamilyLinux
}
