package emulator_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// trouble is what may happen to the engine of a fleet, and to its emulator.
var trouble = []incident{
	{"away", 4, func(f *fleet, r *rand.Rand) {
		_, _ = f.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, For: time.Duration(10+r.IntN(900)) * time.Second}) // it may be away already
	}},
	{"down", 2, func(f *fleet, r *rand.Rand) {
		_, _ = f.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineDown, For: time.Duration(10+r.IntN(300)) * time.Second})
	}},
	{"late", 4, (*fleet).listsLate},
	{"die", 3, func(f *fleet, _ *rand.Rand) { f.again() }},
	{"reset", 1, (*fleet).resets},
}

// listsLate has lists of containers be answered late, in real time, while things go on.
func (f *fleet) listsLate(r *rand.Rand) {
	f.Helper()
	_, err := f.engine.AddRule(fault.Rule{Call: fault.List, DelayAnswer: time.Duration(20+r.IntN(100)) * time.Millisecond, Times: 1 + r.IntN(4)})
	f.must(err)
	f.must(f.srv.Clock().SetSpeed(1000))
	_, _ = f.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, For: time.Duration(1+r.IntN(20)) * time.Second})
	for range 3 {
		f.happens(r, orders)
		until := f.srv.Clock().Now().Add(time.Duration(r.IntN(50)) * time.Second)
		f.eventually("time passes", func() bool { return f.srv.Clock().Now().After(until) })
	}
	f.must(f.srv.Clock().SetSpeed(emulator.Still))
}

// again has the emulator die, and another one go on with what it has written.
func (f *fleet) again() {
	f.Helper()
	f.srv.Die()
	f.world = open(f.T, f.opts)
	f.observe()
}

// resets has the emulator forget all, and the same made anew.
func (f *fleet) resets(*rand.Rand) {
	f.Helper()
	f.must(f.srv.Reset())
	f.leavesNothing()
	f.fill()
	f.serve("web", 4)
	f.serve("api", 2)
}

// leavesNothing waits until the engine has nothing: what has ended goes later, in the background.
func (f *fleet) leavesNothing() {
	f.Helper()
	leavesNoOrphan(f.T, f.srv)
	f.advance(4 * time.Hour)
	f.eventually("nothing is on the engine", func() bool {
		left, err := f.srv.Left(f.Context(), "")
		f.must(err)
		return len(left) == 0
	})
}

// TestDaemonsInTrouble: in the middle of deployments of daemons the engine is away, or loses its power, lists of its containers come late,
// the emulator dies or is reset. All that holds of daemons holds still, deployments end, and nothing is left.
func TestDaemonsInTrouble(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 50))
			engine := fault.New(sim.New(sim.Options{}), fault.Options{Seed: seed})
			opts := emulator.Options{Backend: engine, DataDir: t.TempDir(), OnExit: emulator.Keep, Speed: emulator.Still}
			f := newFleet(open(t, opts))
			f.opts, f.engine = opts, engine
			f.serve("web", 4)
			f.serve("api", 2)
			var story []string
			defer func() {
				if t.Failed() {
					t.Logf("story: %s\n%s", strings.Join(story, " "), strings.Join(f.rollouts(), "\n"))
				}
			}()
			for range 40 {
				story = append(story, f.happens(r, slices.Concat(orders, losses, trouble)))
				f.advance(time.Duration(1+r.IntN(200)) * time.Second)
			}
			f.comesToRest()
			f.leavesNothing()
		})
	}
}
