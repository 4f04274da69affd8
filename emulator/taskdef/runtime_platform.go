package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func checkRuntimePlatform(def *types.TaskDefinition) error {
	p := def.RuntimePlatform
	if p == nil {
		return nil
	}
	if err := checkEnum("cpuArchitecture", p.CpuArchitecture, p.CpuArchitecture.Values()); err != nil {
		return err
	}
	return checkEnum("operatingSystemFamily", p.OperatingSystemFamily, p.OperatingSystemFamily.Values())
}

// isWindows tells whether the definition is for a Windows platform; Linux is the
// default.
func isWindows(def *types.TaskDefinition) bool {
	p := def.RuntimePlatform
	return p != nil && p.OperatingSystemFamily != "" && p.OperatingSystemFamily != types.OSFamilyLinux
}
