package service

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// The rolling update keeps between lower and upper tasks while it replaces those
// of older deployments: starts come first as far as upper allows, then stops as
// far as lower does. Tasks that do not serve anyway are stopped at once.
//
//	D=4, 200/100: upper 8, lower 4: start 4; stop each old one when a new one is healthy.
//	D=4, 100/50:  upper 4, lower 2: start 0, stop 2; start 2; when they are healthy, stop 2.
//	D=2, 100/75:  upper 2, lower 2: start 0, stop 0: nothing can move (announceDeadlock).
//	D=3, 125/66:  upper 3, lower 2: start 0, stop 1; start 1; …
//
// Source: ECS API reference, DeploymentConfiguration; ECS developer guide, rolling
// updates.

// Percentages of a REPLICA service when nothing is said.
// Source: ECS API reference, DeploymentConfiguration.
const (
	defaultMaximumPercent        = 200
	defaultMinimumHealthyPercent = 100
)

// upper is the most tasks that may be present: D*maximumPercent, rounded down.
func (p *planner) upper() int {
	percent := defaultMaximumPercent
	if c := p.service.DeploymentConfiguration; c != nil && c.MaximumPercent != nil {
		percent = int(*c.MaximumPercent)
	}
	return p.desired() * percent / 100
}

// lower is the fewest healthy tasks to keep: D*minimumHealthyPercent, rounded up.
func (p *planner) lower() int {
	percent := defaultMinimumHealthyPercent
	if c := p.service.DeploymentConfiguration; c != nil && c.MinimumHealthyPercent != nil {
		percent = int(*c.MinimumHealthyPercent)
	}
	return (p.desired()*percent + 99) / 100
}

// room is how many tasks may be started now; it is negative after a scale-in.
func (p *planner) room() int { return p.upper() - p.present() }

// missing is how many tasks the PRIMARY deployment lacks; those that failed their
// health checks do not count as there.
func (p *planner) missing() int {
	return p.primary.deployment.DesiredCount - (p.primary.counts.Active - p.primary.unhealthy)
}

// retryPlacement is after how long a start that could not be made is tried again.
const retryPlacement = time.Minute

func (p *planner) startMissing() {
	g := p.primary
	n := min(p.missing(), p.room())
	if n <= 0 {
		return
	}
	if obstacle := p.obstacle(); obstacle != "" {
		p.sayOnce(obstacle)
		p.wake(p.now.Add(retryPlacement))
		return
	}
	if p.throttled() {
		return
	}
	n = min(n, maxStarts)
	lacking := max(0, g.deployment.DesiredCount-g.counts.Active)
	p.do(StartTasks{DeploymentID: g.deployment.ID, N: n, Replacing: max(0, n-lacking)})
	g.deployment.UpdatedAt = p.now
	g.counts.Active += n
	g.counts.Pending += n
	g.counts.Left += n
	g.starting += n
}

// obstacle is the message about what keeps every task from being placed; empty if
// nothing does.
func (p *planner) obstacle() string {
	name, revision := p.service.Name, p.primary.deployment.Revision
	switch {
	case placement.Obstacle(revision.TasksLaunchType()) != "":
		return unplaced(name, placement.Obstacle(revision.TasksLaunchType()))
	case p.primary.definition == nil:
		return notLaunched(name, "TaskDefinition not found.")
	case vpcConfiguration(revision) == nil:
		return notLaunched(name, "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	default:
		return ""
	}
}

func vpcConfiguration(r *state.ServiceRevision) *types.AwsVpcConfiguration {
	if r.NetworkConfiguration == nil || r.NetworkConfiguration.AwsvpcConfiguration == nil ||
		len(r.NetworkConfiguration.AwsvpcConfiguration.Subnets) == 0 {
		return nil
	}
	return r.NetworkConfiguration.AwsvpcConfiguration
}

// stopOlder stops tasks of older deployments. Those that are not RUNNING or failed
// their health checks are free; the others must leave lower healthy ones. If the
// PRIMARY deployment has failed, the older ones keep what serves.
func (p *planner) stopOlder() {
	if failed(p.primary) {
		return
	}
	for _, g := range slices.Backward(p.older) {
		if g.counts.Active == 0 {
			continue
		}
		spare := p.healthy() - p.lower()
		free := g.unhealthy + g.starting - g.startingRunning
		if free == 0 && (spare < 0 || spare == 0 && g.startingRunning == 0) {
			continue
		}
		var chosen []fate
		for _, t := range inStopOrder(p.tasks(g)) {
			switch {
			case len(chosen) == maxStops:
			case t.condition == pending, t.condition == unhealthy, t.condition == startingRunning && spare >= 0:
				chosen = append(chosen, t)
			case t.condition == healthy && spare > 0:
				chosen = append(chosen, t)
				spare--
			}
		}
		p.stop(g, chosen, reasonScaling(g.deployment.ID))
	}
}

// announceDeadlock says that the percentages let nothing move, once nothing is on
// its way that could change it.
func (p *planner) announceDeadlock() {
	moving := p.starting() > 0 || p.present() != p.active()
	if moving || p.missing() <= 0 || p.room() > 0 || len(p.older) == 0 {
		return
	}
	p.sayOnce(deadlocked(p.service.Name))
}
