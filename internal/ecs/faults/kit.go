package faults

import (
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options are what faults need of the emulator.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Engines are those that there are, which share their rules.
	Engines []Engine
	// BeginInstance has a container instance fail, and returns which; EndInstance undoes what can be
	// undone.
	BeginInstance func(Fault) (*state.ContainerInstance, error)
	EndInstance   func(Kind, *state.ContainerInstance)
	ExecAgents    ExecAgents
	// APIs are the names of those that there are, as signatures have them. AskCalls has them call OnCall
	// from now on, or no more.
	APIs     func() []string
	AskCalls func(bool)
	// Outages shows what there is no capacity of. LoseZone ends what runs in a zone, and returns what has
	// ended; LookAgain has those look that wait for capacity.
	Outages   *outage.Board
	LoseZone  func(zone, fault string) (lost []string, err error)
	LookAgain func()
	// Loads has what services share.
	Loads *serviceload.Board
	// Scope is where events of faults are from.
	Scope arn.Scope
}

// ExecAgents are the execute command agents of tasks.
type ExecAgents interface {
	// Begin has those fail that a fault is about, and returns the id by which to End that.
	Begin(Fault) (rule string)
	End(rule string)
	// Settle waits until the store has what has begun and ended.
	Settle()
}

// Kit adds, lists and clears faults. They end with the process: what is away is back at the next start.
type Kit struct {
	Options

	calls atomic.Pointer[[]*held] // faults of calls

	mu     sync.Mutex
	last   int
	faults []*held
}

// held is a fault that is in force, or will be.
type held struct {
	Fault
	kind   *kind
	began  bool
	rule   string                   // of the engine, or of execute command agents
	on     *state.ContainerInstance // of a fault of an instance
	timer  *clock.Timer             // that begins or ends it, or nil
	again  *clock.Timer             // of one that interrupts each minute, or nil
	chance *chance
	acts   acts
	lacks  *outage.Outage    // of a fault of capacity that is in force
	load   *serviceload.Load // of a fault of that kind that has begun
}

// New makes a Kit without faults.
func New(o Options) *Kit { return &Kit{Options: o} }

// Add has a fault begin, at once or when its time comes, and returns it with its id and what chance
// has chosen.
func (k *Kit) Add(wanted Fault) (Fault, error) {
	if err := wanted.check(); err != nil {
		return Fault{}, err
	}
	if err := k.checkEngine(wanted.Engine); err != nil {
		return Fault{}, err
	}
	if wanted.Kind == Load {
		if err := k.Loads.Refuse(wanted.load()); err != nil {
			return Fault{}, err
		}
	}
	defer k.ExecAgents.Settle() // without the lock
	k.mu.Lock()
	defer k.mu.Unlock()
	h := &held{Fault: wanted, kind: findKind(wanted.Kind), chance: newChance(wanted.Seed)}
	h.ID, h.Used = strconv.Itoa(k.last+1), 0
	if h.At > 0 {
		h.timer = k.Clock.AfterFunc(h.At, func() { k.beginLate(h) })
	} else if err := k.begin(h); err != nil {
		return Fault{}, err
	}
	k.last++
	if !h.began {
		k.faults = append(k.faults, h)
	}
	return h.Fault, nil
}

// begin needs the lock.
func (k *Kit) begin(h *held) error {
	if err := h.kind.begin(k, h); err != nil {
		return err
	}
	h.began = true
	if !slices.Contains(k.faults, h) {
		k.faults = append(k.faults, h)
	}
	k.tellBegan(h)
	if h.For > 0 { // before it acts, so that its end is the first of what is due at that time
		h.timer = k.Clock.AfterFunc(h.For, func() { k.clear(timeOver, h.is) })
	}
	if h.kind.acts != nil {
		h.kind.acts(k, h)
	}
	return nil
}

// beginLate begins a fault whose time has come. One that cannot begin then is over.
func (k *Kit) beginLate(h *held) {
	defer k.ExecAgents.Settle()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Contains(k.faults, h) {
		return
	}
	if err := k.begin(h); err != nil {
		k.Log.Error("the fault cannot begin", "id", h.ID, "kind", h.Kind, "error", err)
		k.tellEnd(h, impossible+": "+err.Error(), func(c state.FaultChange) { k.tell(c) })
		k.faults = slices.DeleteFunc(k.faults, h.is)
	}
}

// List returns the faults that are in force or will be, the oldest first.
func (k *Kit) List() []Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]Fault, len(k.faults))
	for i, h := range k.faults {
		list[i] = h.Fault
		list[i].Used = h.acts.count()
	}
	return list
}

// Clear ends the fault with the id, and reports whether there was one.
func (k *Kit) Clear(id string) bool {
	defer k.ExecAgents.Settle()
	return k.clear(cleared, func(h *held) bool { return h.ID == id }) > 0
}

// ClearAll ends all faults.
func (k *Kit) ClearAll() {
	defer k.ExecAgents.Settle()
	k.Abandon()
}

// Abandon ends all faults and waits for nothing, as the emulator is about to end or to forget everything.
func (k *Kit) Abandon() { k.clear(cleared, func(*held) bool { return true }) }

func (h *held) is(other *held) bool { return h == other }

// clear has a fault end before it is forgotten, so that no other one is added in
// between.
func (k *Kit) clear(why string, which func(*held) bool) (cleared int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = slices.DeleteFunc(k.faults, func(h *held) bool {
		if !which(h) {
			return false
		}
		cleared++
		if h.timer != nil {
			h.timer.Stop()
		}
		if h.began {
			h.kind.end(k, h)
		}
		k.tellEnd(h, why, func(c state.FaultChange) { k.tell(c) })
		return true
	})
	return cleared
}
