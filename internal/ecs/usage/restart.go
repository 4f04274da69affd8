package usage

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// restarts are how often containers had been restarted when that was told last.
type restarts map[restarted]int

type restarted struct{ task, name string }

// told is how often a container of a task had been restarted at the begin of a minute: as told last, never if its task began
// since, and otherwise, after a start of the emulator, as it is now.
// Source: amazon-ecs-agent, stats, which tells by how much the count has grown.
func (r restarts) told(t *state.Task, c *state.Container, minute time.Time) int {
	if n, known := r[restarted{t.ARN, c.Name}]; known {
		return n
	}
	if !t.Status.StartedAt.Before(minute) {
		return 0
	}
	return c.Restarts
}

// restartsOf are the restarts of the containers of a sample since they were told last, by name.
func (r restarts) restartsOf(of sample, minute time.Time) map[string]float64 {
	since := map[string]float64{}
	for _, each := range of.containers {
		since[each.container.Name] = float64(max(each.container.Restarts-r.told(of.task, each.container, minute), 0))
	}
	return since
}

// next are those to go on from, when those of the samples have been told. Of a task without a sample they are told later.
func (r restarts) next(tasks []*state.Task, from samples, minute time.Time) restarts {
	after := restarts{}
	for _, t := range tasks {
		if !runs(t) {
			continue
		}
		_, sampled := from[t.ARN]
		for i := range t.Status.Containers {
			c := &t.Status.Containers[i]
			n := c.Restarts
			if !sampled {
				n = r.told(t, c, minute)
			}
			after[restarted{t.ARN, c.Name}] = n
		}
	}
	return after
}
