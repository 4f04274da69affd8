package listener

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// Runtime is what the listeners of a load balancer share.
type Runtime struct {
	Context context.Context // ends with the load balancer
	Running *sync.WaitGroup // their goroutines
	Dial    dialer.Func
	Now     func() time.Time
	Log     *slog.Logger
	Dismiss func() // makes room for another connection of a client
	Counts  *count.LoadBalancer
	Eject   func(*target.Target) // of a proxy, if there are others

	AccessLog io.Writer     // of proxies, for many goroutines at once; nil writes none
	LastFlow  atomic.Uint64 // the number of the last flow in the access log

	MostHeads int64        // bytes, of heads that are not complete
	Heads     atomic.Int64 // bytes of long heads of which more is to come
	MostFlows int          // of datagrams, of each listener
}
