package faults

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Why a fault has ended.
const (
	cleared    = "cleared"
	timeOver   = "time over"
	usedUp     = "used up"
	impossible = "it could not begin"
)

// toldEachSecond is how many acts of a fault are told in a second of the emulator's clock: one that hits
// each call must not drive all else out of the events that are kept. An event says how many acts there
// have been, so that none is lost.
const toldEachSecond = 10

// acts counts how often a fault has acted. Its lock is held for no longer than that takes: faults act
// inside transactions, while others begin.
type acts struct {
	mu     sync.Mutex
	n      int
	second time.Time
	told   int // in that second
	ended  bool
}

// add counts an act, unless the fault has ended or has none left, and says whether to tell of it.
func (a *acts) add(now time.Time, most int) (n int, counts, tell bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended || most > 0 && a.n >= most {
		return a.n, false, false
	}
	a.n++
	if second := now.Truncate(time.Second); !second.Equal(a.second) {
		a.second, a.told = second, 0
	}
	a.told++
	return a.n, true, a.told <= toldEachSecond
}

func (a *acts) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.n
}

// end reports whether it has not ended before.
func (a *acts) end() (n int, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first, a.ended = !a.ended, true
	return a.n, first
}

func (k *Kit) change(h *held, what string) state.FaultChange {
	return state.FaultChange{Scope: k.Scope, Fault: h.ID, Kind: string(h.Kind), Change: what}
}

// tellBegan tells of a fault that has begun.
func (k *Kit) tellBegan(h *held) {
	c := k.change(h, state.FaultBegan)
	c.Members = h.membersJSON()
	k.tell(c)
}

func (h *held) membersJSON() json.RawMessage {
	object := map[string]any{}
	for _, m := range members {
		if m.Text(h.Fault) == "" {
			continue
		}
		text, err := encoded(m.field(&h.Fault))
		if err == nil { // strings and numbers have JSON
			object[m.Name] = json.RawMessage(text)
		}
	}
	text, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	return text
}

// acted counts an act of a fault and tells of it. It reports whether the fault may act.
func (k *Kit) acted(h *held, hit string) bool {
	var changes []state.FaultChange
	ok := k.act(h, hit, func(c state.FaultChange) { changes = append(changes, c) })
	k.tell(changes...)
	return ok
}

func (k *Kit) actedIn(tx *store.Tx, h *held, hit string) bool {
	return k.act(h, hit, func(c state.FaultChange) { state.AnnounceFault(tx, c, k.Clock.Now()) })
}

func (k *Kit) act(h *held, hit string, tell func(state.FaultChange)) bool {
	n, counts, told := h.acts.add(k.Clock.Now(), h.Times)
	if !counts {
		return false
	}
	if told {
		c := k.change(h, state.FaultActed)
		c.Hit, c.Times = hit, n
		tell(c)
	}
	if n == h.Times {
		k.tellEnd(h, usedUp, tell)
	}
	return true
}

// tellEnd tells once that a fault has ended.
func (k *Kit) tellEnd(h *held, why string, tell func(state.FaultChange)) {
	n, first := h.acts.end()
	if !first {
		return
	}
	c := k.change(h, state.FaultEnded)
	c.Times, c.Reason = n, why
	tell(c)
}

// tell keeps changes as events. They are of no use to anybody if the state cannot be written.
func (k *Kit) tell(changes ...state.FaultChange) {
	if len(changes) == 0 {
		return
	}
	err := k.Store.Update(func(tx *store.Tx) error {
		for _, c := range changes {
			state.AnnounceFault(tx, c, k.Clock.Now())
		}
		return nil
	})
	if err != nil {
		k.Log.Error("cannot tell of a fault", "error", err)
	}
}
