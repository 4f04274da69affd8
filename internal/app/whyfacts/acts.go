package whyfacts

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

// mostActs is how many acts on one thing are remembered: the newest.
const mostActs = 50

// acts are what faults did, by what they have acted on, as far as events of them are kept. Each event is looked at once.
type acts struct {
	mu     sync.Mutex
	seen   uint64 // the sequence number of the last event that was looked at
	byHit  map[string][]numbered
	begins map[string]begin // by id of the fault
}

// numbered is an act with the sequence number of its event.
type numbered struct {
	why.Act
	sequence uint64
}

// begin is how a fault began.
type begin struct {
	at       time.Time
	members  string
	sequence uint64
}

// on returns the acts on something, the oldest first.
func (a *acts) on(s *store.Store, hit string) (list []why.Act) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.look(s)
	for _, act := range a.byHit[hit] {
		if b, known := a.begins[act.ID]; known && b.sequence > act.sequence {
			act.Past = true
		}
		list = append(list, act.Act)
	}
	return list
}

// look takes in the events that have come, and leaves out those that are kept no more.
func (a *acts) look(s *store.Store) {
	if a.byHit == nil {
		a.byHit, a.begins = map[string][]numbered{}, map[string]begin{}
	}
	events, oldest, _ := outbox.Since(s, a.seen)
	for _, e := range events {
		a.seen = e.Sequence
		c := outbox.As[state.FaultChange](e)
		switch {
		case c == nil:
		case c.Change == state.FaultBegan:
			a.begins[c.Fault] = begin{e.At, string(c.Members), e.Sequence}
		case c.Change == state.FaultActed:
			act := why.Act{At: e.At, ID: c.Fault, Kind: faults.Kind(c.Kind)}
			if b, known := a.begins[c.Fault]; known { // the next start begins with the same ids
				act.Began, act.Members = b.at, b.members
			}
			list := append(a.byHit[c.Hit], numbered{act, e.Sequence})
			a.byHit[c.Hit] = list[max(0, len(list)-mostActs):]
		}
	}
	for hit, list := range a.byHit {
		list = slices.DeleteFunc(list, func(n numbered) bool { return n.sequence < oldest })
		if a.byHit[hit] = list; len(list) == 0 {
			delete(a.byHit, hit)
		}
	}
	for id, b := range a.begins {
		if b.sequence < oldest {
			delete(a.begins, id)
		}
	}
}
