package taskdef

import (
	"path"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
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

// tmpfsOptions of a mount; those from "mode" on have a value.
// Source: ECS API reference, Tmpfs.
var tmpfsOptions = []string{
	"defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync", "remount", "mand", "nomand",
	"atime", "noatime", "diratime", "nodiratime", "bind", "rbind", "unbindable", "runbindable", "private", "rprivate", "shared", "rshared",
	"slave", "rslave", "relatime", "norelatime", "strictatime", "nostrictatime", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol",
}

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
		if err := checkTmpfs(name, &l.Tmpfs[i]); err != nil {
			return err
		}
	}
	switch {
	case l.MaxSwap != nil && *l.MaxSwap < 0:
		return refuse("Invalid 'maxSwap' setting for container '%s'.", name)
	case l.Swappiness != nil && (*l.Swappiness < 0 || *l.Swappiness > 100):
		return refuse("Invalid 'swappiness' setting for container '%s'.", name)
	case l.SharedMemorySize != nil && *l.SharedMemorySize < 0:
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

// checkTmpfs: the size is no option, as it has a member of its own, nor are several options
// one. Source: amazon-ecs-agent, proposals/shmsize-tmpfs.md.
func checkTmpfs(container string, t *types.Tmpfs) error {
	if t.Size < 1 {
		return refuse("The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer.")
	}
	unknown := func(option string) bool {
		name, _, _ := strings.Cut(option, "=")
		return !slices.Contains(tmpfsOptions, name) || strings.Contains(option, ",")
	}
	if !path.IsAbs(value(t.ContainerPath)) || slices.ContainsFunc(t.MountOptions, unknown) {
		return refuse("Invalid 'tmpfs' setting for container '%s'.", container)
	}
	return nil
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
