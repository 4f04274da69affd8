package emulator

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// patience is for how long the clock waits for what takes real time: a stop timeout,
// a pull. It waits once for each call, however many timers fall due meanwhile.
const patience = 10 * time.Second

// fewPasses is how often quiet looks again while clients keep sending requests: what
// they add has no end.
const fewPasses = 3

// quiet waits until no controller has anything to do, for Clock.Advance.
func (s *Server) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pass := 1; ; pass++ {
		woken, requests := s.store.Woken(), s.requests.Load()
		if err := s.settle(ctx); errors.Is(err, context.DeadlineExceeded) {
			s.impatient.Add(1)
			return nil
		} else if err != nil {
			return err
		}
		if s.store.Woken() == woken || pass >= fewPasses && s.requests.Load() != requests {
			return nil
		}
	}
}

// settle waits for the engine and for all controllers. It does so twice, because what one
// does is often for one that was idle before: a change of a service has the agent start a
// container, whose event the engine tells, and its target concerns the service again. What
// they still do for each other after that counts as woken, so quiet sees it.
func (s *Server) settle(ctx context.Context) error {
	waits := []func(context.Context) error{s.faulty.Settle}
	if engine, simulated := s.engine.(*sim.Engine); simulated {
		waits = append(waits, engine.Settle)
	}
	for _, c := range s.atWork().all() {
		waits = append(waits, c.idle)
	}
	for range 2 {
		for _, wait := range waits {
			if err := wait(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
