package agent

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// sight is an engine, and what a host has there.
type sight struct {
	info       backend.Info
	containers []backend.Container
	networks   []backend.Network
	volumes    []backend.Volume
}

// volumesByTask are the names of tasks' volumes.
func (s sight) volumesByTask() map[string][]string {
	names := map[string][]string{}
	for _, v := range s.volumes {
		names[v.Labels[labelTaskARN]] = append(names[v.Labels[labelTaskARN]], v.Name)
	}
	return names
}
