package dataplane

import (
	"context"
	"net"
	"time"
)

// dialer connects to a target.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// connectPatience is how long a target has to accept a connection; then the answer is 504.
const connectPatience = 10 * time.Second

// idleTargetTime is how long an idle connection to a target is kept.
const idleTargetTime = 60 * time.Second
