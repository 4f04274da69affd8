package enginehealth

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Counts knows how many tasks and container instances are on each engine. It looks at no task, and at container instances only
// after one has changed: health is asked every few seconds. The zero value knows none yet.
type Counts struct {
	mu        sync.Mutex
	mark      store.Mark
	instances map[string]int // by engine; nil: not counted yet
	byHand    []string       // ARNs of container instances that no engine has
}

// on counts the tasks on an engine that have not stopped, and the container instances there.
func (c *Counts) on(tx *store.Tx, name string) (tasks, instances int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look(tx)
	if name != "" {
		u := engineroom.Of(tx, name)
		return u.Fargate.Tasks + u.OnInstances.Tasks, c.instances[name]
	}
	tasks = state.PlacedTasks(tx)
	for _, arn := range c.byHand {
		tasks -= len(state.InstanceTasks(tx, arn))
	}
	return tasks, c.instances[""]
}

// look counts the container instances, if one has changed.
func (c *Counts) look(tx *store.Tx) {
	mark := state.MarkContainerInstances(tx)
	if c.instances != nil && c.mark == mark {
		return
	}
	c.mark, c.instances, c.byHand = mark, map[string]int{}, nil
	for _, i := range state.AllContainerInstances(tx) {
		switch {
		case i.ByHand:
			c.byHand = append(c.byHand, i.ARN)
		case i.Status != state.InstanceInactive:
			c.instances[i.Host]++
		}
	}
}
