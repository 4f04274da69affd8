// Package whyfacts gathers the facts from which answers of package why follow: rows, the output of containers, acts of
// faults, and how the engine is.
package whyfacts

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/inquiry"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
)

// Sources are what facts come from.
type Sources struct {
	Store *store.Store
	Clock *clock.Clock
	// Output passes on the output of a task's container.
	Output func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
	// Faults are in force.
	Faults func() []faults.Fault
	// KeptApart says which security groups keep a load balancer away from a port of a target; empty: none do.
	KeptApart func(loadBalancerARN string, target netip.Addr, port int) string
	// Silent are the engines that cannot be used, with the real time since when.
	Silent func() []why.Silence
}

// Gatherer gathers facts. Make one with New.
type Gatherer struct {
	Sources
	acts acts
	// silent is when the engine did not tell lines in time, in nanoseconds since 1970, in real time.
	silent atomic.Int64
}

func New(s Sources) *Gatherer { return &Gatherer{Sources: s} }

// Ask answers why what a reference fits is not as wanted, or with an empty one why all is not that is not; cluster may be
// empty for all. The error is an inquiry.UnknownError.
func (g *Gatherer) Ask(ref, cluster string) (why.Result, error) {
	f := g.Facts()
	if ref == "" {
		return inquiry.All(f, cluster)
	}
	return inquiry.Of(f, ref, cluster)
}

// Facts gathers the facts of now.
func (g *Gatherer) Facts() *why.Facts {
	f := &why.Facts{
		Tx: g.Store.Read(), Now: g.Clock.Now(), Lines: g.lines, Faults: g.Faults(), KeptApart: g.KeptApart, Waiting: placecause.Waiting,
		Acts: func(hit string) []why.Act { return g.acts.on(g.Store, hit) },
		Events: func() []outbox.Event {
			events, _, _ := outbox.Since(g.Store, 0)
			return events
		},
	}
	for _, s := range g.Silent() {
		if f.Silent == nil {
			f.Silent = map[string]why.Silence{}
		}
		s.Since = g.emulated(f.Now, s.Since)
		f.Silent[s.Engine] = s
	}
	return f
}

// emulated is a real time on the clock, as its speed is now.
func (g *Gatherer) emulated(now, real time.Time) time.Time {
	if real.IsZero() {
		return now
	}
	return now.Add(-time.Duration(float64(time.Since(real)) * g.Clock.Speed()))
}

// What is read of the output of a container.
const (
	mostLines = 10
	patience  = 2 * time.Second  // real time: an engine may not answer
	pause     = 15 * time.Second // then it is not asked again for so long: answers may be about hundreds of containers
)

var errEnough = errors.New("enough")

// lines are the last lines that a container has written, as far as the engine tells them.
func (g *Gatherer) lines(t *state.Task, container string) (lines []why.Evidence) {
	if time.Since(time.Unix(0, g.silent.Load())) < pause {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := g.Output(ctx, t.ARN, container, backend.LogOptions{
		Tail: mostLines,
		Write: func(at time.Time, _ bool, line string) error {
			if len(lines) == mostLines {
				return errEnough
			}
			lines = append(lines, why.Evidence{At: at, Text: line})
			return nil
		},
	})
	if err != nil && !errors.Is(err, errEnough) {
		if ctx.Err() != nil {
			g.silent.Store(time.Now().UnixNano())
		}
		return nil // it may be gone
	}
	return lines
}
