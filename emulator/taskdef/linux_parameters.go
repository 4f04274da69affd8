package taskdef

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// capabilities that can be added or dropped.
// Source: ECS API reference, KernelCapabilities.
var capabilities = []string{
	"ALL", "AUDIT_CONTROL", "AUDIT_WRITE", "BLOCK_SUSPEND", "CHOWN", "DAC_OVERRIDE",
	"DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
	"LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN",
	"NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP",
	"SETUID", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE",
	"SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME",
	"SYS_TTY_CONFIG", "SYSLOG", "WAKE_ALARM",
}

var devicePermissions = types.DeviceCgroupPermission("").Values()

// checkLinuxParameters: but for the tmpfs size, the wording has no source.
func checkLinuxParameters(c *types.ContainerDefinition) error {
	l := c.LinuxParameters
	if l == nil {
		return nil
	}
	name := value(c.Name)
	if l.Capabilities != nil {
		for _, capability := range slices.Concat(l.Capabilities.Add, l.Capabilities.Drop) {
			if !slices.Contains(capabilities, capability) {
				return refuse("%s is not a valid capability for container '%s'.", capability, name)
			}
		}
	}
	for i := range l.Devices {
		if err := checkDevice(name, &l.Devices[i]); err != nil {
			return err
		}
	}
	for i := range l.Tmpfs {
		if l.Tmpfs[i].Size < 1 {
			return refuse("The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer.")
		}
		if value(l.Tmpfs[i].ContainerPath) == "" {
			return refuse("Invalid 'tmpfs' setting for container '%s'.", name)
		}
	}
	switch {
	case l.MaxSwap != nil && *l.MaxSwap < 0:
		return refuse("Invalid 'maxSwap' setting for container '%s'.", name)
	case l.Swappiness != nil && (*l.Swappiness < 0 || *l.Swappiness > 100):
		return refuse("Invalid 'swappiness' setting for container '%s'.", name)
	case l.SharedMemorySize != nil && *l.SharedMemorySize < 1:
		return refuse("Invalid 'sharedMemorySize' setting for container '%s'.", name)
	}
	return nil
}

// fillCapabilities: if one list is given, the other is there as well. Source: field reports.
func fillCapabilities(c *types.KernelCapabilities) {
	if c.Add == nil {
		c.Add = []string{}
	}
	if c.Drop == nil {
		c.Drop = []string{}
	}
}

func checkDevice(container string, d *types.Device) error {
	if value(d.HostPath) == "" {
		return refuse("Invalid 'devices' setting for container '%s'.", container)
	}
	for _, permission := range d.Permissions {
		if err := checkEnum("permissions", permission, devicePermissions); err != nil {
			return err
		}
	}
	return nil
}
