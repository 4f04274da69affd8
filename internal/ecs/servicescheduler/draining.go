package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// retention is for how long a service that is INACTIVE can still be described.
// Source: ECS API reference, DeleteService; the time is not published.
const retention = time.Hour

// drain stops all tasks of a deleted service. That it has none completes a deployment that
// was in progress (ECS0087), and when none is left, nor registered anywhere, it is INACTIVE: tools then delete
// at once what its tasks were registered in.
func (p *planner) drain() {
	p.giveUpShift()
	in, left := desired{final: !failed(p.primary)}, 0
	p.service.Daemons = 0
	p.endRebalancing()
	for _, r := range p.records {
		p.endHooks(r)
	}
	for _, g := range p.all() {
		g.deployment.DesiredCount = 0
		left += g.counts.Left
		if g.counts.Active > 0 {
			tasks := inStopOrder(p.tasks(g))
			p.stop(g, tasks[:min(len(tasks), maxStops)], reasonScaling(g.deployment.ID))
		}
		behind := atOnce
		if g != p.primary {
			behind = whenReplaced
		}
		in.targets = append(in.targets, target{generation: g, drain: behind})
	}
	p.drop(func(g *generation) bool { return g.counts.Left == 0 })
	p.reachSteadyState(in)
	p.letDrain()
	if left == 0 && !p.in.Summary.Registered() && !p.early(p.service.DeletedAt, p.in.Delays.Inactive) {
		p.service.InactiveAt = p.now
		p.wake(p.now.Add(retention))
	}
}

// giveUpShift ends a PRIMARY deployment that shifts traffic: without tasks it never gets to its last stage.
// Recorded answers are of rolling updates alone, so this is the emulator's choice.
func (p *planner) giveUpShift() {
	if _, shifts := p.strategy.(shifting); shifts && inProgress(p.primary) {
		p.failPrimary(deletedReason)
	}
}

// followGivenUp brings the service deployment in line with a shift that its deleted service has given up.
func (p *planner) followGivenUp(r *state.ServiceDeployment) {
	left := p.sum(func(g *generation) int { return g.counts.Left })
	switch asked := r.StopType != ""; {
	case left > 0 && (asked || r.Rollback != nil): // it is shown as on its way back, or to its end, already
	case left > 0:
		r.Status = types.ServiceDeploymentStatusStopRequested
	case r.Rollback != nil:
		p.endRecord(r, types.ServiceDeploymentStatusRollbackFailed, reasonDeletedRollback)
	case asked: // before the scheduler could obey
		p.endRecord(r, types.ServiceDeploymentStatusStopped, reasonUserStop)
	default:
		p.endRecord(r, types.ServiceDeploymentStatusStopped, reasonDeleted)
	}
}

// retain forgets an INACTIVE service when its time has come.
func (p *planner) retain() {
	if end := p.service.InactiveAt.Add(retention); p.now.Before(end) {
		p.wake(end)
		return
	}
	p.do(verb.RemoveService{})
}
