package agent

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// capacity compares what container instances in use are registered with to what the engine
// has. They may have more: it decides no placement, and is said once.
type capacity struct {
	mu     sync.Mutex
	memory map[string]int64 // bytes, by container instance
	warned bool
}

// use counts a container instance whose first task arrives.
func (c *capacity) use(h *host, row *state.ContainerInstance) {
	info := h.Engine.LastInfo()
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
		h.agent.Log.Warn("container instances in use are registered with more memory than the engine has",
			"registered", sum/mebibyte, "engine", info.Memory/mebibyte)
	}
}

// release counts it no more.
func (c *capacity) release(instance string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.memory, instance)
}
