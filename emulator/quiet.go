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

// settle waits until everybody has dealt with what there was for them.
func (s *Server) settle(ctx context.Context) error {
	at := s.atWork()
	events := func(context.Context) error { return nil }
	if engine, simulated := s.engine.(*sim.Engine); simulated {
		events = engine.Settle
	}
	calls := func(ctx context.Context) error { return at.agent.Idle(ctx, patience) }
	for _, wait := range []func(context.Context) error{
		s.faulty.Settle, events, at.groups.Idle, at.capacity.Idle, at.services.Idle, at.balancers.Idle, calls, events, at.balancers.Idle, at.targets.Idle, at.services.Idle,
		at.capacity.Idle, at.groups.Idle,
	} {
		if err := wait(ctx); err != nil {
			return err
		}
	}
	return nil
}
