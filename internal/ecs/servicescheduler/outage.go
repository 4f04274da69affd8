package servicescheduler

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// limits are what keeps tasks from Fargate: outages, what quotas allow, and that engines do not answer. The zero value is nothing.
type limits struct {
	outages   *outage.View
	allowance *quota.Allowance
	engines   *engineroom.View
}

// bound has a decision see what there is no capacity of, and what is left of quotas.
func bound(in *observe.Input, tx *store.Tx, on limits) {
	s, outages := in.Service, on.outages
	in.OnFargate = func(g *state.Generation, n int) ([]state.Placement, *placement.Lack) {
		return placesOnFargate(tx, s, g, n, "", on)
	}
	if outages == nil {
		return
	}
	all := in.Zones
	in.Zones = func(g *state.Generation) []string {
		return slices.DeleteFunc(all(g), func(zone string) bool {
			if observe.OnInstances(g) {
				return outages.Down(zone) != nil
			}
			strategy := g.Revision.CapacityProviderStrategy
			if len(strategy) == 0 {
				return outages.Fargate(taskOf(s, g), "", zone) != nil
			}
			return slices.ContainsFunc(strategy, func(item types.CapacityProviderStrategyItem) bool {
				return outages.Fargate(taskOf(s, g), aws.ToString(item.CapacityProvider), zone) != nil
			})
		})
	}
}

// LookAgain has all services looked at: an outage has ended, so that there may be places, also better
// ones.
func (c *Controller) LookAgain() {
	for _, s := range state.AllServices(c.Store.Read()) {
		c.services.Wake(s.ARN)
	}
}
