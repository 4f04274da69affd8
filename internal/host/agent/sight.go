package agent

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// sight is an engine, and the containers that a host has there.
type sight struct {
	info       backend.Info
	containers []backend.Container
}

func volumesByTask(volumes []backend.Volume) map[string][]string {
	names := map[string][]string{}
	for _, v := range volumes {
		names[v.Labels[labelTaskARN]] = append(names[v.Labels[labelTaskARN]], v.Name)
	}
	return names
}
