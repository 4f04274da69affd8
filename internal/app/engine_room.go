package app

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
)

// room is what is known of the engines at this moment, for those who place tasks and instances: none is asked. Nil is one engine without a name.
func (e *Engine) room() []engineroom.Engine {
	agent := e.Agent()
	if agent == nil || !e.set.Named() {
		return nil
	}
	var all []engineroom.Engine
	for _, one := range e.set.All() {
		info := agent.LastInfo(one.Name)
		if info.Name == "" { // the agent has not seen it yet
			info = one.Info()
		}
		all = append(all, engineroom.Engine{
			Name: one.Name, Ready: agent.Health(one.Name) == nil, Architecture: engineroom.Architecture(cmp.Or(info.Architecture, one.Architecture)),
			CPU: info.CPUs * cpuUnits, Memory: int(info.Memory >> 20),
		})
	}
	return all
}

// cpuUnits are those of one CPU.
const cpuUnits = 1024
