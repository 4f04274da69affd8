// Package faultlog knows which faults have acted on what, as far as the events of it are kept. It reads each event once, so that
// a question costs nothing for the thousands of events that there are besides.
package faultlog

import (
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Log is what faults of one store have done. The zero value is ready.
type Log struct {
	mu    sync.Mutex
	read  uint64 // the sequence of the last event that was read
	began map[string]began
	acts  []entry // the oldest first
}

type began struct {
	at      time.Time
	members string
}

type entry struct {
	sequence uint64
	hit      string
	act      why.Act
}

// Acts returns the times that faults have acted on something, the oldest first. See why.Facts.
func (l *Log) Acts(s *store.Store, hit string) (list []why.Act) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.catchUp(s)
	for _, e := range l.acts {
		if e.hit == hit {
			e.act.Began, e.act.Members = l.began[e.act.ID].at, l.began[e.act.ID].members
			list = append(list, e.act)
		}
	}
	return list
}

// catchUp reads the events that have come, and forgets those that are not kept any more.
func (l *Log) catchUp(s *store.Store) {
	if outbox.Newest(s) < l.read { // the state was reset
		l.read, l.acts, l.began = 0, nil, nil
	}
	events, oldest, _ := outbox.Since(s, l.read)
	l.acts = slices.DeleteFunc(l.acts, func(e entry) bool { return e.sequence < oldest })
	for _, e := range events {
		l.read = e.Sequence
		c := outbox.As[state.FaultChange](e)
		switch {
		case c == nil:
		case c.Change == state.FaultBegan:
			if l.began == nil {
				l.began = map[string]began{}
			}
			l.began[c.Fault] = began{e.At, string(c.Members)}
		case c.Change == state.FaultActed:
			l.acts = append(l.acts, entry{e.Sequence, c.Hit, why.Act{At: e.At, ID: c.Fault, Kind: faults.Kind(c.Kind)}})
		}
	}
}
