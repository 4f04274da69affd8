package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

type Call struct {
	API, Operation       string
	AccessKeyID, Account string
	Role                 string // ARN; empty if the caller has none
}

// Effect is what faults do to a call.
type Effect struct {
	Delay            time.Duration // in real time, before the rest
	Throttled, Fails bool
}

// Chance decides whether a fault hits that hits a share only.
type chance struct {
	mu     sync.Mutex
	source *rand.Rand
}

func newChance(seed uint64) *chance {
	if seed == 0 {
		seed = rand.Uint64()
	}
	return &chance{source: rand.New(rand.NewPCG(seed, 0))}
}

// hits is whether chance has a fault of a rate hit; zero always does.
func (c *chance) hits(rate float64) bool {
	if rate == 0 {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source.Float64() < rate
}

// isAbout reports whether the members of a fault of calls match one.
func (f Fault) isAbout(c Call) bool {
	caller := f.Caller == "" || slices.Contains([]string{c.AccessKeyID, c.Account}, f.Caller) ||
		c.Role != "" && slices.Contains([]string{c.Role, arn.Name(c.Role)}, f.Caller)
	return caller && (f.API == "" || f.API == c.API) && (f.Operation == "" || fault.Match(f.Operation, c.Operation))
}

func (k *Kit) beginCalls(h *held) error {
	if there := k.APIs(); h.API != "" && !slices.Contains(there, h.API) {
		return fmt.Errorf(`"api" is unknown: %s; there are %s`, h.API, strings.Join(there, ", "))
	}
	k.setCalls(append(slices.Clone(k.onCalls()), h))
	return nil
}

func (k *Kit) endCalls(h *held) {
	k.setCalls(slices.DeleteFunc(slices.Clone(k.onCalls()), h.is))
}

func (k *Kit) onCalls() []*held {
	if p := k.calls.Load(); p != nil {
		return *p
	}
	return nil
}

// setCalls has the APIs ask while there is a fault of calls.
func (k *Kit) setCalls(list []*held) {
	k.calls.Store(&list)
	k.AskCalls(len(list) > 0)
}

// OnCall is what faults do to a call: the first that delays it, and the first that has it fail.
func (k *Kit) OnCall(c Call) (e Effect) {
	for _, h := range k.onCalls() {
		slow := h.Kind == APIDelay
		if slow && e.Delay > 0 || !slow && (e.Throttled || e.Fails) || !h.isAbout(c) || !h.chance.hits(h.Rate) || !k.acted(h, c.API+":"+c.Operation) {
			continue
		}
		switch h.Kind {
		case APIDelay:
			e.Delay = h.Delay
		case APIThrottle:
			e.Throttled = true
		default:
			e.Fails = true
		}
	}
	return e
}
