package emulator

import (
	"context"
	"time"
)

// Clock is the emulator's time; it governs all that ECS does by itself, such as
// back-off, grace periods and retention. What containers do takes real time.
type Clock struct{ server *Server }

// Clock is the emulator's clock.
func (s *Server) Clock() Clock { return Clock{s} }

// Now is the emulator's time.
func (c Clock) Now() time.Time { return c.server.clock.Now() }

// Advance moves the clock forward, timer by timer, and returns when everything
// that fell due has been done.
func (c Clock) Advance(d time.Duration) error {
	return c.server.clock.Advance(context.Background(), d)
}

// SetSpeed sets how many seconds of the clock pass in a real one.
func (c Clock) SetSpeed(speed float64) error { return c.server.clock.SetSpeed(speed) }
