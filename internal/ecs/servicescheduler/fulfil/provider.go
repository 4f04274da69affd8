package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// placeByStrategy finds places for up to n tasks of a generation on the instances of its capacity
// providers, of which the strategy counts all of its tasks. A task without room waits, where its
// provider has managed scaling and the cluster has not too many that do; of another, it has no place,
// and no other provider stands in. lack is about the first of those without a place; nil: there is none.
//
//	a and b 1:1, D=4, a lacks room, without managed scaling: 2 tasks on b.
//	a and b 1:1, D=4, a without instances, with managed scaling: 2 tasks on b, 2 wait for a.
//
// Source: ECS developer guide, capacity providers.
func (e *Executor) placeByStrategy(g *observe.Generation, n int) (places []state.Placement, lack *observe.Lack) {
	instances, count := e.Instances, onProviders(e.Summary, g.Of)
	pool, waiting := instances.Pool(), instances.Waiting()
	for range n {
		name := placement.NextProvider(g.Of.Revision.CapacityProviderStrategy, count)
		count[name]++
		demand := instances.DemandOf(g.Of, name)
		place, misses := pool.Place(demand)
		switch {
		case place.ContainerInstance != "":
		case !instances.Scales(name):
			lack = lack.Or(demand, misses)
			continue
		case !e.Quotas.Allows(quota.ProvisioningTasks, waiting+1):
			e.tooManyWait(name)
			continue
		default:
			waiting++
			place = pool.Wait(demand, misses)
		}
		places = append(places, place)
		if e.Probe {
			break
		}
	}
	return places, lack
}

// tooManyWait takes note that no further task of the cluster may wait. It is tried again after a while, as
// that a task need not wait any more is not news of the service. That is no attempt to place a task, and no
// failure.
//
// Source: ECS developer guide, service event messages.
func (e *Executor) tooManyWait(provider string) {
	e.Plan.SayOnce(event.TooManyWait{Provider: provider})
	e.Plan.Wake(e.Now.Add(RetryPlacement))
}
