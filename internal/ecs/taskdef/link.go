package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkLinks: links exist on the bridge only, name containers of the task, and
// form no cycle.
func checkLinks(def *types.TaskDefinition) error {
	linked := false
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		if len(c.Links) == 0 {
			continue
		}
		linked = true
		if modeName(def.NetworkMode) != types.NetworkModeBridge {
			// By analogy with the awsvpc message; for host and none no source.
			return refuse("Links are not supported when networkMode=%s.", def.NetworkMode)
		}
		for _, link := range c.Links {
			name, _, _ := strings.Cut(link, ":")
			if containerNamed(def.ContainerDefinitions, name) == nil {
				// Wording without a source.
				return refuse("Container '%s' links to unknown container '%s'.", value(c.Name), name)
			}
		}
	}
	if linked && hasCycle(def.ContainerDefinitions, linkedTo) {
		return refuse("Container links should not have a cycle")
	}
	return nil
}

// linkedTo lists the names of the containers that c links to.
func linkedTo(c *types.ContainerDefinition) []string {
	names := make([]string, len(c.Links))
	for i, link := range c.Links {
		names[i], _, _ = strings.Cut(link, ":")
	}
	return names
}

// hasCycle tells whether following next from some container leads back to it.
func hasCycle(containers []types.ContainerDefinition, next func(*types.ContainerDefinition) []string) bool {
	const (
		unseen = iota
		open   // on the path being followed
		done
	)
	state := make([]int, len(containers))
	var follow func(i int) bool
	follow = func(i int) bool {
		if state[i] != unseen {
			return state[i] == open
		}
		state[i] = open
		for _, name := range next(&containers[i]) {
			for j := range containers {
				if value(containers[j].Name) == name && follow(j) {
					return true
				}
			}
		}
		state[i] = done
		return false
	}
	for i := range containers {
		if follow(i) {
			return true
		}
	}
	return false
}
