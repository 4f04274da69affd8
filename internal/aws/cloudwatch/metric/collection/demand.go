package collection

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Demand is a kind of rows that want data by the emulator's clock.
type Demand struct {
	// On wakes a key when a change of a row may change the step. Changes that cannot wake nothing: tasks come and go.
	On func(key string) store.Source
	// Step is how long the shortest period is that rows of this kind want data of: 10 s, 20 s or a minute. 0: they want none.
	Step func(tx *store.Tx) time.Duration
}

// step is the shortest period that anything wants data of; 0: nothing does.
func (c *Collector) step() (shortest time.Duration) {
	tx := c.Store.Read()
	for _, d := range c.Demands {
		if step := d.Step(tx); step > 0 && (shortest == 0 || step < shortest) {
			shortest = step
		}
	}
	return shortest
}
