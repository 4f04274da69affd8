package service

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A route that had failed leads to tasks of a new deployment alone.
func TestRoutesThatAreTriedAgain(t *testing.T) {
	waits := &state.ServiceRevision{GatewayRoutes: []string{"a", "b"}}
	half := &state.ServiceRevision{GatewayRoutes: []string{"a", "b"}, Gateway: &state.GatewayTraffic{Routes: []string{"a"}}}
	for name, c := range map[string]struct {
		before *state.ServiceRevision
		routes []string
		want   bool
	}{
		"the deployment waits for them": {waits, []string{"a", "b"}, false},
		"one has failed":                {half, []string{"a", "b"}, true},
		"the other one":                 {half, []string{"a"}, false},
		"none":                          {half, nil, false},
	} {
		if got := triesAgain(c.before, c.routes); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
