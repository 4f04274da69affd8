package dataplane

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
	"pgregory.net/rapid"
)

// Whatever happens to a group, its lists are what sorting all of its targets would make of them.
func TestListsFollowChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGroup("group")
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				g.put(balancer.Target{
					Group: "group", ID: anID(t), Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), rapid.Uint16Range(1, 2).Draw(t, "port")),
					Draining: rapid.Bool().Draw(t, "draining"), Healthy: rapid.Bool().Draw(t, "healthy"),
				}, nil)
				g.renew(noon)
			},
			"remove": func(t *rapid.T) {
				if id := anID(t); g.targets[id] != nil {
					g.remove(id, noon)
				}
			},
			"configure": func(t *rapid.T) {
				least := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "least"))
				err := g.configure(balancer.TargetGroup{
					ID: "group", Protocol: "HTTP",
					HealthCheck: balancer.HealthCheck{Enabled: rapid.Bool().Draw(t, "checked"), Protocol: "TCP", HealthyThreshold: 1, UnhealthyThreshold: 1},
					Attributes:  map[string]string{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": least},
				})
				if err != nil {
					t.Fatal(err)
				}
				g.renew(noon)
			},
			"unset": func(*rapid.T) {
				g.unset()
				g.renew(noon)
			},
			"register": func(t *rapid.T) {
				if each := g.targets[anID(t)]; each != nil {
					g.register(each)
					g.renew(noon)
				}
			},
			"check": func(t *rapid.T) {
				if each := g.targets[anID(t)]; each != nil {
					g.checked(each, health.Outcome{Passed: rapid.Bool().Draw(t, "passed")}, g.check, noon)
				}
			},
			"": func(t *rapid.T) { checkLists(t, g) },
		})
	})
}

func anID(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id")
}

func checkLists(t *rapid.T, g *group) {
	var active, healthy []*target
	for _, each := range g.targets {
		if each.config.Draining {
			continue
		}
		active = append(active, each)
		if each.health.State == health.StateHealthy {
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
