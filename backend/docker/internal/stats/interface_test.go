package stats

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
)

// Of a sandbox that leads out by a bridge the interface of the VPC counts alone, under any name that the engine gives it.
func TestCountersOfTheVPCsInterface(t *testing.T) {
	one := map[string]backend.NetworkStats{"eth0": {RxBytes: 1}}
	both := map[string]backend.NetworkStats{"eth0": {RxBytes: 1}, "eth1": {RxBytes: 2}}
	for what, c := range map[string]struct {
		its  containers.Facts
		has  map[string]backend.NetworkStats
		want []string
	}{
		"one interface":                {containers.Facts{Joins: "task"}, one, []string{"eth0"}},
		"a gateway that leads out":     {containers.Facts{Joins: "gateway"}, both, []string{"eth0", "eth1"}},
		"a bridge":                     {containers.Facts{Joins: "task"}, both, []string{"eth1"}},
		"interfaces of its own":        {containers.Facts{Networked: true, Bound: "task"}, both, []string{"eth0", "eth1"}},
		"an interface that went since": {containers.Facts{Joins: "changed"}, both, nil},
	} {
		r := New(Options{Closing: t.Context(), LedOut: func(_ context.Context, sandbox string) (bool, error) { return sandbox != "gateway", nil }})
		r.interfaces.Store("task", "eth1")
		r.interfaces.Store("changed", "eth9")
		if got := slices.Sorted(maps.Keys(r.ofVPC(t.Context(), c.its, c.has))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}
