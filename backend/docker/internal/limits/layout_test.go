package limits

import (
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"
)

func TestGroupsNest(t *testing.T) {
	for name, c := range map[string]struct {
		Layout
		sandbox, containers             string
		childSandbox, childOfContainers string
	}{
		"version 1": {
			Layout{"1", "cgroupfs"}, "/docker", "/docker/id1", "/docker/id1", "/docker/id1/id2",
		},
		"version 2, cgroupfs": {
			Layout{"2", "cgroupfs"}, "/ecs-emulator/bc020a35b7f9cb13", "/ecs-emulator/bc020a35b7f9cb13",
			"/ecs-emulator/bc020a35b7f9cb13/0ebb429fa86d481c", "/ecs-emulator/bc020a35b7f9cb13/0ebb429fa86d481c",
		},
		"version 2, systemd": {
			Layout{"2", "systemd"}, "ecsemulator-bc020a35b7f9cb13.slice", "ecsemulator-bc020a35b7f9cb13.slice",
			"ecsemulator-bc020a35b7f9cb13-0ebb429fa86d481c.slice", "ecsemulator-bc020a35b7f9cb13-0ebb429fa86d481c.slice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := c.ParentOf("", "machine")
			containers := GroupOf(sandbox, "id1")
			child := c.ParentOf(containers, "task")
			if sandbox != c.sandbox || containers != c.containers {
				t.Errorf("machine: %s, %s; want %s, %s", sandbox, containers, c.sandbox, c.containers)
			}
			if got := GroupOf(child, "id2"); child != c.childSandbox || got != c.childOfContainers {
				t.Errorf("task: %s, %s; want %s, %s", child, got, c.childSandbox, c.childOfContainers)
			}
			for group, want := range map[string]bool{
				"": false, "/docker": false, "/user/group": false, "user.slice": false, containers: true, GroupOf(child, "id2"): true,
			} {
				found := container.InspectResponse{HostConfig: &container.HostConfig{}}
				found.HostConfig.CgroupParent = group
				if InTask(found) != want {
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
