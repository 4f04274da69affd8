package target

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

func groupOf(attributes map[string]string, n int) (*Group, []*Target) {
	g := NewGroup("group")
	if err := g.Configure(balancer.TargetGroup{ID: "group", Protocol: "HTTP", HealthCheck: balancer.HealthCheck{Enabled: true, Protocol: "TCP"}, Attributes: attributes}); err != nil {
		panic(err)
	}
	var list []*Target
	for i := range n {
		t := newTarget(g, balancer.Target{Group: "group", ID: fmt.Sprintf("t%02d", i), Addr: netip.MustParseAddrPort("127.0.0.1:1")}, nil)
		t.health = health.Status{State: health.StateHealthy}
		g.Targets[t.Config.ID] = t
		g.enlist(t)
		list = append(list, t)
	}
	g.Renew(noon)
	return g, list
}

// In all states that targets may have, those that drain get nothing, the others all if too few of
// them are healthy, else the healthy ones.
func TestWhoGetsRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(1, 3).Draw(t, "least")
		g, list := groupOf(map[string]string{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": fmt.Sprint(least)}, rapid.IntRange(0, 6).Draw(t, "targets"))
		healthy, open := 0, 0
		for _, each := range list {
			each.health.State = rapid.SampledFrom([]string{health.StateInitial, health.StateHealthy, health.StateUnhealthy}).Draw(t, "state")
			each.Config.Draining = rapid.Bool().Draw(t, "draining")
			g.enlist(each)
			if each.Config.Draining {
				continue
			}
			open++
			if each.health.State == health.StateHealthy {
				healthy++
			}
		}
		g.Renew(noon)
		want := healthy
		if healthy < least {
			want = open
		}
		p := g.Pool.Load()
		if len(p.Eligible) != want {
			t.Fatalf("%d get requests, want %d", len(p.Eligible), want)
		}
		for _, each := range p.Eligible {
			if each.Config.Draining || healthy >= least && each.health.State != health.StateHealthy {
				t.Errorf("%s gets requests: %+v", each.Config.ID, each.health)
			}
		}
	})
}

func TestRoundRobinIsEven(t *testing.T) {
	g, list := groupOf(nil, 3)
	got := map[*Target]int{}
	for range 300 {
		got[g.Pool.Load().Choose(g.Next.Add(1), atNoon)]++
	}
	for _, each := range list {
		if got[each] != 100 {
			t.Errorf("%s got %d of 300", each.Config.ID, got[each])
		}
	}
}

func TestLeastOutstandingRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, list := groupOf(map[string]string{"load_balancing.algorithm.type": "least_outstanding_requests"}, rapid.IntRange(1, 5).Draw(t, "targets"))
		least := int64(math.MaxInt64)
		for _, each := range list {
			n := rapid.Int64Range(0, 5).Draw(t, "outstanding")
			each.Outstanding.Store(n)
			least = min(least, n)
		}
		if got := g.Pool.Load().Choose(rapid.Uint64().Draw(t, "turn"), atNoon); got.Outstanding.Load() != least {
			t.Errorf("a target with %d, where another has %d", got.Outstanding.Load(), least)
		}
	})
}

func TestSlowStart(t *testing.T) {
	g, list := groupOf(map[string]string{"slow_start.duration_seconds": "100"}, 2)
	list[1].slowSince = noon
	g.Renew(noon)
	for _, c := range []struct {
		after time.Duration
		least float64
		most  float64
	}{{10 * time.Second, 0.05, 0.14}, {50 * time.Second, 0.26, 0.40}, {100 * time.Second, 0.5, 0.5}} {
		n := 0
		now := func() time.Time { return noon.Add(c.after) }
		for range 10_000 {
			if g.Pool.Load().Choose(g.Next.Add(1), now) == list[1] {
				n++
			}
		}
		if share := float64(n) / 10_000; share < c.least || share > c.most {
			t.Errorf("after %v it gets %.3f, want %.2f to %.2f", c.after, share, c.least, c.most)
		}
	}
}

// A flow stays where it is as long as its target is there, also when others come and go.
func TestFlowsStay(t *testing.T) {
	g, list := groupOf(nil, 5)
	before := map[uint64]*Target{}
	for hash := range uint64(1000) {
		before[hash] = g.Pool.Load().Flow(hash)
	}
	gone := list[2]
	gone.Config.Draining = true
	g.enlist(gone)
	g.Renew(noon)
	for hash, was := range before {
		if now := g.Pool.Load().Flow(hash); was != gone && now != was || now == gone {
			t.Fatalf("flow %d went from %s to %s", hash, was.Config.ID, now.Config.ID)
		}
	}
}

// weighted_random gives each target as much, in no order. Without anomalies weights are equal.
func TestRandomTargets(t *testing.T) {
	g, list := groupOf(map[string]string{"load_balancing.algorithm.type": "weighted_random"}, 4)
	seen, inTurn := map[*Target]int{}, 0
	const requests = 4000
	for turn := range uint64(requests) {
		next := g.Pool.Load().Choose(turn+1, atNoon)
		if list[(turn+1)%4] == next {
			inTurn++
		}
		seen[next]++
	}
	for _, each := range list { // ten standard deviations from a thousand
		if n := seen[each]; n < 726 || n > 1274 {
			t.Errorf("%s gets %d of %d", each.Config.ID, n, requests)
		}
	}
	if inTurn > 1274 {
		t.Errorf("%d of %d requests are in turn", inTurn, requests)
	}
}

// Fewer healthy targets than a share of all, and all get requests.
func TestShareOfHealthyTargets(t *testing.T) {
	for healthy, want := range map[int]int{0: 5, 1: 5, 2: 5, 3: 3, 5: 5} {
		g, list := groupOf(map[string]string{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "50"}, 5)
		for _, each := range list[healthy:] {
			each.health.State = health.StateUnhealthy
			g.enlist(each)
		}
		g.Renew(noon)
		if n := len(g.Pool.Load().Eligible); n != want {
			t.Errorf("%d of 5 are healthy: %d get requests, want %d", healthy, n, want)
		}
	}
}
