package sim

import (
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// leastMemory is the least limit that Docker sets. Source: moby, daemon/daemon_unix.go.
const leastMemory = 6 << 20

// checkSpec refuses what Docker does although the simulation would have no trouble with it.
// The words are Docker's.
func checkSpec(spec *backend.ContainerSpec) error {
	if spec.Memory > 0 && spec.Memory < leastMemory {
		return daemonError(nil, "Minimum memory limit allowed is 6MB")
	}
	if err := checkMountPoints(spec); err != nil {
		return err
	}
	return checkHosts(spec.Names)
}

// checkMountPoints: each has a path of its own. Source: moby, volume/mounts and
// daemon/volumes.go.
func checkMountPoints(spec *backend.ContainerSpec) error {
	taken := map[string]bool{}
	for _, m := range spec.Mounts {
		if !path.IsAbs(m.Target) {
			return daemonError(nil, "invalid mount config: invalid mount path: '%s' mount path must be absolute", m.Target)
		}
		at := path.Clean(m.Target)
		if taken[at] {
			return daemonError(nil, "Duplicate mount point: %s", m.Target)
		}
		taken[at] = true
	}
	for _, at := range slices.Sorted(maps.Keys(spec.Tmpfs)) {
		if taken[path.Clean(at)] {
			return daemonError(nil, "Duplicate mount point: %s", at)
		}
	}
	return nil
}

// checkHosts refuses what Docker does. Source: moby, opts.ValidateExtraHost.
func checkHosts(n backend.Names) error {
	for _, entry := range n.Hosts {
		name, address, found := strings.Cut(entry, ":")
		if !found || name == "" {
			return daemonError(nil, "bad format for add-host: %q", entry)
		}
		if _, err := netip.ParseAddr(strings.TrimSpace(address)); err != nil && address != "host-gateway" {
			return daemonError(nil, "invalid IP address in add-host: %q", address)
		}
	}
	return nil
}

// longestHostName is that of the Linux kernel. Source: sethostname(2).
const longestHostName = 64

// ipcControls are kernel parameters of an IPC namespace, beside those of fs.mqueue.
var ipcControls = []string{
	"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
	"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
}

// refusedByRunc is why a container cannot start whose host name the kernel does not take, or
// with kernel parameters that no namespace has. Source: runc, its validator of configurations.
func (c *container) refusedByRunc() error {
	const failed = "failed to create shim task: OCI runtime create failed: runc create failed: "
	if c.net.self == c && len(c.net.hostname) > longestHostName {
		return daemonError(nil, failed+"unable to start container process: error during container init: sethostname: invalid argument: unknown")
	}
	for _, name := range c.spec.controls {
		if !strings.HasPrefix(name, "net.") && !strings.HasPrefix(name, "fs.mqueue.") && !slices.Contains(ipcControls, name) && name != "kernel.domainname" {
			return daemonError(nil, failed+"sysctl %q is not in a separate kernel namespace: unknown", name)
		}
	}
	return nil
}
