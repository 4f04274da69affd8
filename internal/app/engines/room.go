package engines

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
)

// Watched is what an agent knows of its engines.
type Watched interface {
	LastInfo(host string) backend.Info
	Health(host string) error
}

// Room is what is known of the engines at this moment, for those who place tasks and instances: none is asked. Nil is one engine
// without a name.
func (s *Set) Room(at Watched) []engineroom.Engine {
	if !s.Named() {
		return nil
	}
	var all []engineroom.Engine
	for _, one := range s.all {
		info := at.LastInfo(one.Name)
		if info.Name == "" { // the agent has not seen it yet
			info = one.info
		}
		all = append(all, engineroom.Engine{
			Name: one.Name, Ready: at.Health(one.Name) == nil, Architecture: engineroom.Architecture(cmp.Or(info.Architecture, one.Architecture)),
			CPU: info.CPUs * cpuUnits, Memory: int(info.Memory >> 20),
		})
	}
	return all
}

// cpuUnits is how many one CPU has.
const cpuUnits = 1024
