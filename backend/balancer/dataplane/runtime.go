package dataplane

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
)

// runtime is what the listeners of a load balancer share.
type runtime struct {
	context context.Context // ends with the load balancer
	running *sync.WaitGroup // their goroutines
	dial    dialer.Func
	now     func() time.Time
	log     *slog.Logger
	dismiss func() // makes room for another connection of a client

	mostHeads int64        // bytes, of heads that are not complete
	heads     atomic.Int64 // bytes of long heads of which more is to come
	mostFlows int          // of datagrams, of each listener
}
