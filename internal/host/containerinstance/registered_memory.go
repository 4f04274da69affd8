package containerinstance

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// mebibyte is the unit in which memory is registered.
const mebibyte = 1 << 20

// registeredMemory compares the memory that container instances in use are registered with to what
// the engine has. They may have more: it decides no placement, and is said once.
type registeredMemory struct {
	mu     sync.Mutex
	memory map[string]int64 // bytes, by container instance
	warned bool
}

// use counts a container instance whose first task arrives.
func (c *registeredMemory) use(all *Instances, row *state.ContainerInstance) {
	info := all.Engine.LastInfo()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.memory == nil {
		c.memory = map[string]int64{}
	}
	c.memory[row.ARN] = int64(row.Registered.Memory) * mebibyte
	var sum int64
	for _, each := range c.memory {
		sum += each
	}
	if info.Memory > 0 && sum > info.Memory && !info.Simulated && !c.warned {
		c.warned = true
		all.Log.Warn("container instances in use are registered with more memory than the engine has",
			"registered", sum/mebibyte, "engine", info.Memory/mebibyte)
	}
}

// release counts it no more.
func (c *registeredMemory) release(instance string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.memory, instance)
}
