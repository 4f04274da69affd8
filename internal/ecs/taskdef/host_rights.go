package taskdef

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// hostCapabilities reach what no namespace of a container bounds: the disks, files, memory,
// modules, clock, log and security policy of the engine's host. SYS_PTRACE is none of them:
// the processes of the host are in no container's namespace, pidMode host is that of the
// container instance.
//
// Source: capabilities(7); open_by_handle_at(2) for DAC_READ_SEARCH.
var hostCapabilities = []string{
	"ALL", "AUDIT_CONTROL", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_TIME", "SYSLOG",
}

// HostCapability finds the first of the capabilities that are added to a container with which
// it has rights on the engine's host.
func HostCapability(added []string) (capability string, found bool) {
	i := slices.IndexFunc(added, func(each string) bool { return slices.Contains(hostCapabilities, each) })
	if i < 0 {
		return "", false
	}
	return added[i], true
}

// HostRights tells why tasks of a definition need permission, if one of its containers has
// rights on the engine's host.
func HostRights(def *types.TaskDefinition) (why string, found bool) {
	const permit = "on the engine's host: start ecs-emulator with --allow-privileged to permit that."
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		if isTrue(c.Privileged) {
			return fmt.Sprintf("containerDefinitions[%d].privileged gives a container all rights %s", i, permit), true
		}
		if c.LinuxParameters == nil || c.LinuxParameters.Capabilities == nil {
			continue
		}
		if capability, found := HostCapability(c.LinuxParameters.Capabilities.Add); found {
			return fmt.Sprintf("containerDefinitions[%d].linuxParameters.capabilities.add %s gives a container rights %s", i, capability, permit), true
		}
	}
	return "", false
}
