package sim

import (
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logrouter"
)

// leastMemory is the least limit that Docker sets. Source: moby, daemon/daemon_unix.go.
const leastMemory = 6 << 20

// checkSpec refuses what Docker does although the simulation would have no trouble with it.
// The words are Docker's.
func checkSpec(spec *backend.ContainerSpec) error {
	if spec.Memory > 0 && spec.Memory < leastMemory {
		return daemon.Errorf(nil, "Minimum memory limit allowed is 6MB")
	}
	if err := checkLog(spec.Log); err != nil {
		return err
	}
	if err := checkMountPoints(spec); err != nil {
		return err
	}
	return checkHosts(spec.Names)
}

// logDrivers are the drivers of a Docker engine. Here Logs reads what there is of each, and fluentd alone also sends it to a
// log router.
// Source: Docker Engine documentation, "Configure logging drivers".
var logDrivers = []string{"", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog"}

func checkLog(log backend.Log) error {
	if !slices.Contains(logDrivers, log.Driver) {
		return daemon.Errorf(nil, "logger: no log driver named '%s' is registered", log.Driver)
	}
	if _, err := logrouter.BufferLimit(log); err != nil {
		return daemon.Errorf(nil, "%v", err)
	}
	return nil
}

// checkMountPoints: each has a path of its own. Source: moby, volume/mounts and
// daemon/volumes.go.
func checkMountPoints(spec *backend.ContainerSpec) error {
	if len(spec.Mounts)+len(spec.Tmpfs) == 0 {
		return nil // as of most containers
	}
	taken := map[string]bool{}
	for _, m := range spec.Mounts {
		if !path.IsAbs(m.Target) {
			return daemon.Errorf(nil, "invalid mount config: invalid mount path: '%s' mount path must be absolute", m.Target)
		}
		at := path.Clean(m.Target)
		if taken[at] {
			return daemon.Errorf(nil, "Duplicate mount point: %s", m.Target)
		}
		taken[at] = true
	}
	for _, at := range slices.Sorted(maps.Keys(spec.Tmpfs)) {
		if taken[path.Clean(at)] {
			return daemon.Errorf(nil, "Duplicate mount point: %s", at)
		}
	}
	for _, f := range spec.Files { // which is mounted too where a mount is in its way
		if taken[f.Path] {
			return daemon.Errorf(nil, "Duplicate mount point: %s", f.Path)
		}
	}
	return nil
}

// checkHosts refuses what Docker does. Source: moby, opts.ValidateExtraHost.
func checkHosts(n backend.Names) error {
	for _, entry := range n.Hosts {
		name, address, found := strings.Cut(entry, ":")
		if !found || name == "" {
			return daemon.Errorf(nil, "bad format for add-host: %q", entry)
		}
		if _, err := netip.ParseAddr(strings.TrimSpace(address)); err != nil && address != "host-gateway" {
			return daemon.Errorf(nil, "invalid IP address in add-host: %q", address)
		}
	}
	return nil
}
