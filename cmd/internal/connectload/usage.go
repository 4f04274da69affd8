package connectload

import (
	"context"
	"encoding/json"
	"time"

	"github.com/moby/moby/api/types/container"
	docker "github.com/moby/moby/client"
)

// containerCPU is the CPU time that a container has used: in nanoseconds, where ticks of /proc would hide what an idle one
// takes.
func containerCPU(ctx context.Context, engine *docker.Client, id string) (time.Duration, error) {
	answer, err := engine.ContainerStats(ctx, id, docker.ContainerStatsOptions{})
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var said container.StatsResponse
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return 0, err
	}
	return time.Duration(said.CPUStats.CPUUsage.TotalUsage), nil
}
