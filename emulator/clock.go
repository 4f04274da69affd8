package emulator

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// Clock is the emulator's time; it governs all that ECS does by itself, such as
// back-off, grace periods and retention. What containers do takes real time.
type Clock struct{ server *Server }

// Clock is the emulator's clock.
func (s *Server) Clock() Clock { return Clock{s} }

// Now is the emulator's time.
func (c Clock) Now() time.Time { return c.server.core.Clock.Now() }

// Advance moves the clock forward, timer by timer, and returns when everything
// that fell due has been done.
func (c Clock) Advance(d time.Duration) error {
	return c.server.advance(context.Background(), d)
}

// advance moves the clock, and keeps what it shows then for the next run.
func (s *Server) advance(ctx context.Context, d time.Duration) error {
	defer s.core.Stamp()
	defer s.retention.Sweep()
	s.collect(ctx) // what has been counted belongs to the minute that the clock leaves
	defer s.collect(ctx)
	return s.core.Clock.Advance(ctx, d)
}

// advanceUnderWay is how far an advance of the clock has come, or nil if there is none.
func (s *Server) advanceUnderWay() *control.Advance {
	p, ok := s.core.Clock.Progress()
	if !ok {
		return nil
	}
	return &control.Advance{From: p.From, To: p.To, Took: p.Took.Seconds()}
}

// tellProgress has the log say how far a long advance has come.
func (s *Server) tellProgress(p clock.Progress) {
	s.opts.Log.Info("the clock advances", "reached", p.At, "to", p.To, "after", p.Took.Round(time.Second))
}

// SetSpeed sets how many seconds the clock moves in each real second, at most 1,000,000; with 0 or Still
// it stands still.
func (c Clock) SetSpeed(speed float64) error {
	if speed == Still {
		speed = 0
	}
	return c.server.setSpeed(speed)
}

func (s *Server) setSpeed(speed float64) error {
	if err := s.core.Clock.SetSpeed(speed); err != nil {
		return err
	}
	s.core.Stamp() // the next run has to know how far the clock may have come since
	s.retention.Retime()
	return nil
}

// controlClock is the clock of the endpoints under /_emulator/.
type controlClock struct {
	*clock.Clock
	server *Server
}

// Advance implements control.Clock.
func (c controlClock) Advance(ctx context.Context, d time.Duration) error {
	return c.server.advance(ctx, d)
}

// SetSpeed implements control.Clock.
func (c controlClock) SetSpeed(speed float64) error { return c.server.setSpeed(speed) }
