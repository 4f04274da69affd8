package docker

import "testing"

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
			containers := c.ofContainers(sandbox, "id1")
			child := c.parentOf(containers, "task")
			if sandbox != c.sandbox || containers != c.containers {
				t.Errorf("machine: %s, %s; want %s, %s", sandbox, containers, c.sandbox, c.containers)
			}
			if got := c.ofContainers(child, "id2"); child != c.childSandbox || got != c.childOfContainers {
				t.Errorf("task: %s, %s; want %s, %s", child, got, c.childSandbox, c.childOfContainers)
			}
		})
	}
}
