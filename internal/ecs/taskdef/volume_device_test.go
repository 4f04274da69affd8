package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TestDevicesOfVolumes: what a local volume mounts of the engine's host needs the same flag
// as a host path.
func TestDevicesOfVolumes(t *testing.T) {
	options := func(kind, device, o string) map[string]string {
		return map[string]string{"type": kind, "device": device, "o": o}
	}
	for _, c := range []struct {
		name, driver string
		options      map[string]string
		denied       bool
	}{
		{"nothing", "local", nil, false},
		{"memory", "", options("tmpfs", "tmpfs", "size=1m"), false},
		{"a file server", "local", options("nfs", ":/exports", "addr=10.0.0.1,rw"), false},
		{"a plugin's own options", "rexray/ebs", map[string]string{"device": "/"}, false},
		{"the allowed path", "local", options("none", "/srv/data", "bind"), false},
		{"the host", "local", options("none", "/", "bind"), true},
		{"the host, by default", "", options("none", "/etc", "ro,rbind"), true},
		{"the host as memory", "local", options("tmpfs", "/etc", "size=1m,bind"), true},
		{"below the allowed path, where a link may be", "local", options("none", "/srv/data/link", "bind"), true},
		{"an allowed path below another one, where a link may be", "local", options("none", "/srv/data/inner", "bind"), true},
		{"behind a link", "local", options("none", "/srv/data/link/..", "bind"), true},
		{"beside the allowed path", "local", options("none", "/srv/database", "bind"), true},
		{"a disk", "local", options("ext4", "/dev/sda1", ""), true},
		{"processes of the host", "local", options("proc", "proc", ""), true},
		{"layers", "local", options("overlay", "overlay", "lowerdir=/etc,upperdir=/a,workdir=/b"), true},
	} {
		d := &types.DockerVolumeConfiguration{DriverOpts: c.options}
		if c.driver != "" {
			d.Driver = &c.driver
		}
		def := &types.TaskDefinition{Volumes: []types.Volume{{Name: ptr("v"), DockerVolumeConfiguration: d}}}
		why, denied := HostPaths{"/srv/data/", "/srv/data/inner"}.Denied(def)
		if denied != c.denied || denied && !(strings.Contains(why, "volume 'v'") && strings.Contains(why, "--allow-host-path")) {
			t.Errorf("%s: %q, %t", c.name, why, denied)
		}
	}
}
