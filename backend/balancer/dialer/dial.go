// Package dialer connects to targets: with the PROXY protocol's header, in HTTP/2, and within the
// time that a target has.
package dialer

import (
	"context"
	"net"
	"time"
)

// Func connects to a target.
type Func = func(ctx context.Context, network, address string) (net.Conn, error)

// Patience is how long a target has to accept a connection; then the answer is 504.
const Patience = 10 * time.Second

// Error says that a target could not be connected to.
type Error struct{ Cause error }

func (e *Error) Error() string { return e.Cause.Error() }
func (e *Error) Unwrap() error { return e.Cause }

// IdleTime is how long an idle connection to a target is kept.
const IdleTime = 60 * time.Second
