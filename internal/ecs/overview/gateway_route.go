package overview

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// readGatewayRoutes reads the routes that a service uses, and those that go.
func readGatewayRoutes(tx *store.Tx, s *state.Service) (list []GatewayRoute) {
	for _, r := range gateway.RoutesOfService(tx, s.ARN) {
		v := composition.ReadRoute(tx, r, time.Time{})
		list = append(list, GatewayRoute{ARN: r.ARN, Gateway: arn.Name(r.GatewayARN), URL: "https://" + composition.Host(r), Status: string(v.Status()), Reason: v.Reason()})
	}
	return list
}

// Failed reports whether a route does not lead to its service as is asked.
func (r *GatewayRoute) Failed() bool { return strings.HasSuffix(r.Status, "_FAILED") }

// routesNotAsWanted names the first route that has failed: it stays so until the service is updated.
func routesNotAsWanted(routes []GatewayRoute) string {
	for _, r := range routes {
		if r.Failed() {
			return "the route of gateway " + r.Gateway + " is " + r.Status
		}
	}
	return ""
}
