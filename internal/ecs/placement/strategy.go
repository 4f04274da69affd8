package placement

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// step narrows the instances on which a task fits to the best by one strategy.
type step struct {
	by        ranking
	attribute string // of byAttribute
}

// ranking gives each instance a number, and the smallest is best.
type ranking uint8

const (
	byCPU       ranking = iota // binpack: the least that remains
	byMemory                   //
	byInstance                 // spread: the fewest tasks of the group on the instance
	byAttribute                // spread: on all instances with the same value
)

// defaultStrategy of services without one. Standalone tasks have none: any
// instance on which they fit.
//
// Source: ECS developer guide, service scheduler: the zone with the fewest tasks of the
// service, and there the instance with the fewest.
var defaultStrategy = []step{{byAttribute, zoneAttribute}, {by: byInstance}}

// steps are the strategies of a demand. Random leaves things as they are: what remains in
// the end is chosen from by chance anyhow.
func steps(d *Demand) (list []step) {
	if len(d.Strategy) == 0 && d.ofService() {
		return defaultStrategy
	}
	for _, s := range d.Strategy {
		field := aws.ToString(s.Field)
		attribute, isAttribute := strings.CutPrefix(field, "attribute:")
		switch {
		case s.Type == types.PlacementStrategyTypeBinpack && strings.EqualFold(field, "cpu"):
			list = append(list, step{by: byCPU})
		case s.Type == types.PlacementStrategyTypeBinpack:
			list = append(list, step{by: byMemory})
		case s.Type == types.PlacementStrategyTypeSpread && isAttribute:
			list = append(list, step{byAttribute, attribute})
		case s.Type == types.PlacementStrategyTypeSpread:
			list = append(list, step{by: byInstance})
		}
	}
	return list
}

// narrow applies the strategies in their order, each to what the one before has left, and
// returns what remains, in the same memory.
//
// Source: ECS developer guide, task placement strategies.
func (p *Pool) narrow(pl *plan, fitting []int32) []int32 {
	for _, s := range pl.strategy {
		fitting = smallest(fitting, p.ranks(s, pl.group))
	}
	return fitting
}

// smallest keeps what ranks lowest of a list that is not empty, in its order.
func smallest[T any](list []T, rank func(T) int) []T {
	best, kept := rank(list[0]), 1
	for _, item := range list[1:] {
		switch r := rank(item); {
		case r < best:
			best, kept = r, 1
			list[0] = item
		case r == best:
			list[kept] = item
			kept++
		}
	}
	return list[:kept]
}

func (p *Pool) ranks(s step, g *groupTasks) func(i int32) int {
	switch s.by {
	case byCPU:
		return func(i int32) int { return int(p.nodes[i].cpu) }
	case byMemory:
		return func(i int32) int { return int(p.nodes[i].memory) }
	case byInstance:
		return func(i int32) int { return int(g.wanted[i]) }
	default:
		by := g.by(s.attribute, p.roster)
		return func(i int32) int { return int(by.tasks[by.value[i]]) }
	}
}
