package engines

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
)

// Watched is what an agent knows of its engines.
type Watched interface {
	LastInfo(host string) backend.Info
	Health(host string) error
}

// seen is the engines as they were at a time.
type seen struct {
	at      Watched
	changes uint64 // as many as Changed had been told of
	until   time.Time
	engines []engineroom.Engine
}

// keepSeen is for how long engines are not looked at again of which no change is told. One whose containers are still to be listed
// counts as ready for a while, and nothing tells when that is over.
const keepSeen = time.Second

// Changed says that an engine can be used no more, or again, or tells something else of itself.
func (s *Set) Changed() { s.changes.Add(1) }

// Room is what is known of the engines at this moment, for those who place tasks and instances: none is asked. It is the same slice as
// long as nothing changes: each transaction that places a task wants it. Nil is one engine without a name.
func (s *Set) Room(at Watched) []engineroom.Engine {
	if !s.Named() {
		return nil
	}
	changes, now := s.changes.Load(), time.Now()
	last := s.seen.Load()
	known := last != nil && last.at == at
	if known && last.changes == changes && now.Before(last.until) {
		return last.engines
	}
	next := &seen{at, changes, now.Add(keepSeen), s.look(at)}
	if known && slices.Equal(last.engines, next.engines) {
		next.engines = last.engines
	}
	s.seen.Store(next)
	return next.engines
}

// look looks at each of the engines. One that the agent has not seen yet is as it was at the start.
func (s *Set) look(at Watched) []engineroom.Engine {
	all := make([]engineroom.Engine, 0, len(s.all))
	for _, one := range s.all {
		info, ready := at.LastInfo(one.Name), at.Health(one.Name) == nil
		switch {
		case info.Name != "":
		case one.problem == "":
			info = one.info
		default: // the start found it silent, or refused it: what is there says nothing of the engine that is awaited
			ready = false
		}
		all = append(all, engineroom.Engine{
			Name: one.Name, Ready: ready, Architecture: engineroom.Architecture(cmp.Or(info.Architecture, one.Architecture)),
			CPU: info.CPUs * cpuUnits, Memory: int(info.Memory >> 20),
		})
	}
	return all
}

// cpuUnits is how many one CPU has.
const cpuUnits = 1024
