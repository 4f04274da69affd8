package dataplane

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"pgregory.net/rapid"
)

// Whatever happens to a group, its lists are what sorting all of its targets would make of them.
func TestListsFollowChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := New(Options{Listen: func(string, string) (net.Listener, error) { return nil, net.ErrClosed }, AfterFunc: noTimer})
		defer func() { _ = b.Close() }()
		version := int64(0)
		set := func(p balancer.Piece) {
			version++
			p.Version = version
			_ = b.Set(p) // a listener has no port
		}
		t.Repeat(map[string]func(*rapid.T){
			"target": func(t *rapid.T) {
				set(balancer.Piece{Target: &balancer.Target{
					Group: "group", ID: anID(t), Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), rapid.Uint16Range(1, 2).Draw(t, "port")),
					Draining: rapid.Bool().Draw(t, "draining"), Healthy: rapid.Bool().Draw(t, "healthy"),
				}})
			},
			"remove": func(t *rapid.T) { b.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: anID(t)}) },
			"group": func(t *rapid.T) {
				least := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "least"))
				set(balancer.Piece{TargetGroup: &balancer.TargetGroup{
					ID: "group", Protocol: "HTTP", HealthCheck: balancer.HealthCheck{Enabled: rapid.Bool().Draw(t, "checked"), Protocol: "TCP"},
					Attributes: map[string]string{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": least},
				}})
			},
			"no group": func(*rapid.T) { b.Remove(balancer.Key{Kind: balancer.KindTargetGroup, ID: "group"}) },
			"listener": func(*rapid.T) {
				set(balancer.Piece{Listener: &balancer.Listener{ID: "a", Port: 1, Protocol: "HTTP", Rules: []balancer.Rule{toOne("group")}}})
			},
			"no listener": func(*rapid.T) { set(balancer.Piece{Listener: &balancer.Listener{ID: "a", Port: 1, Protocol: "HTTP"}}) },
			"health": func(t *rapid.T) {
				b.mu.Lock()
				defer b.mu.Unlock()
				id := anID(t)
				if each := b.group("group").targets[id]; each != nil {
					each.health.state = rapid.SampledFrom([]string{stateHealthy, stateUnhealthy}).Draw(t, "state")
					b.turned(each, noon)
				}
			},
			"": func(t *rapid.T) {
				b.mu.Lock()
				defer b.mu.Unlock()
				if g := b.groups["group"]; g != nil {
					checkLists(t, g)
				}
			},
		})
	})
}

func anID(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id")
}

func toOne(group string) balancer.Rule {
	return balancer.Rule{ID: "default", Action: balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: group, Weight: 1}}}}}
}

func checkLists(t *rapid.T, g *group) {
	var active, healthy []*target
	for _, each := range g.targets {
		if each.config.Draining {
			continue
		}
		active = append(active, each)
		if each.health.state == stateHealthy {
			healthy = append(healthy, each)
		}
	}
	byID := func(a, b *target) int { return cmp.Compare(a.config.ID, b.config.ID) }
	slices.SortFunc(active, byID)
	slices.SortFunc(healthy, byID)
	if !slices.Equal(g.active, active) || !slices.Equal(g.healthy, healthy) {
		t.Fatalf("active %v, want %v; healthy %v, want %v", ids(g.active), ids(active), ids(g.healthy), ids(healthy))
	}
	if p := g.pool.Load(); !slices.Equal(p.eligible, active) && !slices.Equal(p.eligible, healthy) {
		t.Fatalf("%v get requests", ids(p.eligible))
	}
}

func ids(list []*target) (all []string) {
	for _, t := range list {
		all = append(all, t.config.ID)
	}
	return all
}

func noTimer(time.Duration, func()) func() bool { return func() bool { return true } }
