package docker

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/system"
)

// What holds on each kind of engine. Where it runs, here or elsewhere, does not count: the
// engine itself does what is to be done.
func TestHowSandboxesAreBound(t *testing.T) {
	const rootless, podman = "name=rootless", "podman"
	for _, c := range []struct {
		version, driver, security string
		want                      binding
		whyNot                    string
	}{
		{"1", "cgroupfs", "", nested, ""},
		{"1", "cgroupfs", podman, unbound, "other names than their ids"},
		{"2", "systemd", podman, governed, ""},
		{"1", "systemd", "", unbound, "control groups of version 1, systemd do not nest"},
		{"2", "cgroupfs", "", governed, ""},
		{"2", "systemd", "", governed, ""},
		{"1", "none", rootless, unbound, "uses no control groups"},
		{"1", "cgroupfs", rootless, unbound, "rootless"},
		{"2", "none", rootless, unbound, "uses no control groups"},
		{"2", "cgroupfs", rootless, unbound, "rootless"},
		{"2", "systemd", rootless, unbound, "rootless"},
		{"", "", "", unbound, "uses no control groups"},
		{"3", "cgroupfs", "", unbound, "control groups of version 3, cgroupfs do not nest"},
	} {
		info := system.Info{CgroupVersion: c.version, CgroupDriver: c.driver, SecurityOptions: []string{c.security}}
		if c.security == podman {
			info.SecurityOptions, info.ProductLicense = nil, "Apache-2.0"
		}
		got := factsOf(info)
		if got.binding != c.want || !strings.Contains(got.unbound, c.whyNot) || (got.unbound == "") != (c.whyNot == "") {
			t.Errorf("version %q, %q %s: %v, %q; want %v, %q", c.version, c.driver, c.security, got.binding, got.unbound, c.want, c.whyNot)
		}
	}
}

func TestGroupsNest(t *testing.T) {
	for name, c := range map[string]struct {
		groups
		sandbox, containers             string
		childSandbox, childOfContainers string
	}{
		"version 1": {
			groups{"1", "cgroupfs"}, "/docker", "/docker/id1", "/docker/id1", "/docker/id1/id2",
		},
		"version 2, cgroupfs": {
			groups{"2", "cgroupfs"}, "/ecs-emulator/bc020a35b7f9cb13", "/ecs-emulator/bc020a35b7f9cb13",
			"/ecs-emulator/bc020a35b7f9cb13/0ebb429fa86d481c", "/ecs-emulator/bc020a35b7f9cb13/0ebb429fa86d481c",
		},
		"version 2, systemd": {
			groups{"2", "systemd"}, "ecsemulator-bc020a35b7f9cb13.slice", "ecsemulator-bc020a35b7f9cb13.slice",
			"ecsemulator-bc020a35b7f9cb13-0ebb429fa86d481c.slice", "ecsemulator-bc020a35b7f9cb13-0ebb429fa86d481c.slice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := c.parentOf("", "machine")
			containers := groupOf(sandbox, "id1")
			child := c.parentOf(containers, "task")
			if sandbox != c.sandbox || containers != c.containers {
				t.Errorf("machine: %s, %s; want %s, %s", sandbox, containers, c.sandbox, c.containers)
			}
			if got := groupOf(child, "id2"); child != c.childSandbox || got != c.childOfContainers {
				t.Errorf("task: %s, %s; want %s, %s", child, got, c.childSandbox, c.childOfContainers)
			}
			for group, want := range map[string]bool{
				"": false, "/docker": false, "/user/group": false, "user.slice": false, containers: true, groupOf(child, "id2"): true,
			} {
				found := container.InspectResponse{HostConfig: &container.HostConfig{}}
				found.HostConfig.CgroupParent = group
				if inTask(found) != want {
					t.Errorf("a container in %q is in a task: %v", group, !want)
				}
			}
		})
	}
}

func TestLimitsOfAGroup(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits container.Resources
		want   []string
	}{
		{"none", container.Resources{}, nil},
		{"no swap", container.Resources{Memory: 1 << 20, MemorySwap: 1 << 20}, []string{"memory=1048576", "swap=0"}},
		{"some swap", container.Resources{Memory: 1 << 20, MemorySwap: 3 << 20}, []string{"memory=1048576", "swap=2097152"}},
		{"any swap", container.Resources{Memory: 1 << 20, MemorySwap: -1}, []string{"memory=1048576"}},
		{"a quarter of a CPU", container.Resources{CPUQuota: 25_000}, []string{"cpu=25000"}},
		{"least shares", container.Resources{CPUShares: 2}, []string{"weight=1"}},
		{"shares of a CPU", container.Resources{CPUShares: 1024}, []string{"weight=39"}},
		{"most shares", container.Resources{CPUShares: 262_144}, []string{"weight=10000"}},
	} {
		want := append([]string{"limit", "/group"}, c.want...)
		if got := limitWords("/group", c.limits); !slices.Equal(got, want) {
			t.Errorf("%s: %q; want %q", c.name, got, want)
		}
	}
}
