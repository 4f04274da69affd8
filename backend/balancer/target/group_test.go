package target

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

// After each change of a group its lists are what sorting all of its targets would make of them.
func TestListsFollowChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGroup("group")
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				g.Put(balancer.Target{
					Group: "group", ID: anID(t), Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), rapid.Uint16Range(1, 2).Draw(t, "port")),
					Draining: rapid.Bool().Draw(t, "draining"), Healthy: rapid.Bool().Draw(t, "healthy"),
				}, nil)
				g.Renew(noon)
			},
			"remove": func(t *rapid.T) {
				if id := anID(t); g.Targets[id] != nil {
					g.Remove(id, noon)
				}
			},
			"configure": func(t *rapid.T) {
				least := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "least"))
				err := g.Configure(balancer.TargetGroup{
					ID: "group", Protocol: "HTTP",
					HealthCheck: balancer.HealthCheck{Enabled: rapid.Bool().Draw(t, "checked"), Protocol: "TCP", HealthyThreshold: 1, UnhealthyThreshold: 1},
					Attributes:  map[string]string{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": least},
				})
				if err != nil {
					t.Fatal(err)
				}
				g.Renew(noon)
			},
			"unset": func(*rapid.T) {
				g.Unset()
				g.Renew(noon)
			},
			"register": func(t *rapid.T) {
				if each := g.Targets[anID(t)]; each != nil {
					g.Register(each)
					g.Renew(noon)
				}
			},
			"check": func(t *rapid.T) {
				if each := g.Targets[anID(t)]; each != nil {
					g.Checked(each, health.Outcome{Passed: rapid.Bool().Draw(t, "passed")}, g.Check, noon)
				}
			},
			"": func(t *rapid.T) { checkLists(t, g) },
		})
	})
}

func anID(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id")
}

func checkLists(t *rapid.T, g *Group) {
	var active, healthy []*Target
	for _, each := range g.Targets {
		if each.Config.Draining {
			continue
		}
		active = append(active, each)
		if each.health.State == health.StateHealthy {
			healthy = append(healthy, each)
		}
	}
	byID := func(a, b *Target) int { return cmp.Compare(a.Config.ID, b.Config.ID) }
	slices.SortFunc(active, byID)
	slices.SortFunc(healthy, byID)
	if !slices.Equal(g.active, active) || !slices.Equal(g.healthy, healthy) {
		t.Fatalf("active %v, want %v; healthy %v, want %v", ids(g.active), ids(active), ids(g.healthy), ids(healthy))
	}
	if p := g.Pool.Load(); !slices.Equal(p.Eligible, active) && !slices.Equal(p.Eligible, healthy) {
		t.Fatalf("%v get requests", ids(p.Eligible))
	}
}

func ids(list []*Target) (all []string) {
	for _, t := range list {
		all = append(all, t.Config.ID)
	}
	return all
}
