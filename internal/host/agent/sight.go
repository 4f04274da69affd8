package agent

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
)

// sight is an engine, and the containers that a host has there.
type sight struct {
	info       backend.Info
	containers []backend.Container
}

func volumesByTask(volumes []backend.Volume) map[string][]string {
	names := map[string][]string{}
	for _, v := range volumes {
		names[v.Labels[containerlabel.Task]] = append(names[v.Labels[containerlabel.Task]], v.Name)
	}
	return names
}
