package scheduler

import "time"

// retention is for how long a service that is INACTIVE can still be described.
// Source: ECS API reference, DeleteService; the time is not published.
const retention = time.Hour

// drain stops all tasks of a deleted service. That it has none completes a deployment that
// was in progress (ECS0087), and when none is left it is INACTIVE.
func (p *planner) drain() {
	in, left := desired{final: !failed(p.primary)}, 0
	p.service.Daemons = 0
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
	if left == 0 && !p.early(p.service.DeletedAt, p.in.Delays.Inactive) {
		p.service.InactiveAt = p.now
		p.wake(p.now.Add(retention))
	}
}

// retain forgets an INACTIVE service when its time has come.
func (p *planner) retain() {
	if end := p.service.InactiveAt.Add(retention); p.now.Before(end) {
		p.wake(end)
		return
	}
	p.do(RemoveService{})
}
