package quota

import (
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"golang.org/x/time/rate"
)

// Rates at which Fargate takes calls of RunTask, and launches tasks on demand and on Spot: a second, and at
// once. Source: ECS developer guide, Fargate throttling quotas.
const (
	eachSecond  = 20
	callsAtOnce = 20
	tasksAtOnce = 100
)

// Rates are the token buckets of accounts in regions. The zero value has full ones. Nil holds nothing back.
type Rates struct {
	mu      sync.Mutex
	buckets map[bucket]*rate.Limiter
}

type bucket struct {
	arn.Scope
	of string // calls, or a capacity provider
}

const calls = "RunTask"

// of needs the lock.
func (r *Rates) of(scope arn.Scope, of string) *rate.Limiter {
	key := bucket{scope, of}
	if r.buckets[key] == nil {
		most := tasksAtOnce
		if of == calls {
			most = callsAtOnce
		}
		if r.buckets == nil {
			r.buckets = map[bucket]*rate.Limiter{}
		}
		r.buckets[key] = rate.NewLimiter(eachSecond, most)
	}
	return r.buckets[key]
}

// Forget has all buckets be full again.
func (r *Rates) Forget() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buckets = nil
}

// Call takes a call of RunTask, unless there have been too many.
func (r *Rates) Call(scope arn.Scope, now time.Time) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of(scope, calls).AllowN(now, 1)
}

// Launch launches tasks, so many of each capacity provider, or none.
func (r *Rates) Launch(scope arn.Scope, now time.Time, tasks map[string]int) bool {
	if r == nil {
		return true
	}
	counts := map[string]int{}
	for name, n := range tasks {
		counts[providerOf(name)] += n
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for provider, n := range counts {
		if r.of(scope, provider).TokensAt(now) < float64(n) {
			return false
		}
	}
	for provider, n := range counts {
		r.of(scope, provider).AllowN(now, n)
	}
	return true
}

// Bound is an Allowance that has how many tasks may be launched now, too. It takes none of them: Launch does.
func (r *Rates) Bound(a *Allowance, scope arn.Scope, now time.Time) *Allowance {
	if r == nil {
		return a
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	bound := &Allowance{launches: map[string]int{}}
	if a != nil {
		bound.cpu = a.cpu
	}
	for _, provider := range []string{fargate, fargateSpot} {
		bound.launches[provider] = int(r.of(scope, provider).TokensAt(now))
	}
	return bound
}
