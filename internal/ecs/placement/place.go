package placement

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/state"

// Place decides where a task goes and takes what it asks for. If there is no place for it,
// misses has a reason for each ACTIVE container instance of its launch type and capacity
// provider, and place is zero.
func (p *Pool) Place(d *Demand) (place state.Placement, misses []Miss) {
	plan := p.plan(d)
	if chosen, found := p.choose(plan); found {
		return p.take(int(chosen), plan), nil
	}
	for i := range p.nodes {
		if v := p.examine(i, plan); v != skipped {
			misses = append(misses, Miss{p.nodes[i].instance, v.reason()})
		}
	}
	return state.Placement{}, misses
}

// maxTries is after how many instances that turn out to be unsuitable all are judged. In
// most clusters all instances suit a task, so that one look is enough.
const maxTries = 4

// choose picks one of the best instances. Attributes and constraints are looked at last,
// and only of those that are picked: it costs more to judge an instance by them than to
// find the best by all else. One that does not suit is left out, and the best of the
// others are sought; so the choice is the same as if all had been judged before.
func (p *Pool) choose(pl *plan) (chosen int32, found bool) {
	if p.fitting == nil {
		p.fitting = make([]int32, 0, len(p.nodes))
	}
	for tries := 0; ; {
		all := tries >= maxTries
		p.fitting = p.fitting[:0]
		for i := range p.nodes {
			if p.mayFit(i, pl) && (!all || p.examine(i, pl) == fits) {
				p.fitting = append(p.fitting, int32(i))
			}
		}
		if len(p.fitting) == 0 {
			return 0, false
		}
		best := p.narrow(pl, p.fitting)
		for ; len(best) > 0 && (all || tries < maxTries); tries++ {
			k := p.chance(len(best))
			if all || p.examine(int(best[k]), pl) == fits {
				return best[k], true
			}
			best[k] = best[len(best)-1]
			best = best[:len(best)-1]
		}
	}
}

// PlaceOn places a task on one container instance, or says why it has no place there.
func (p *Pool) PlaceOn(instanceARN string, d *Demand) (place state.Placement, reason string) {
	i, found := p.find(instanceARN)
	switch {
	case !found:
		return state.Placement{}, Missing
	case !p.nodes[i].instance.TakesTasks():
		return state.Placement{}, Inactive
	}
	plan := p.plan(d)
	if v := p.examine(i, plan); v != fits {
		return state.Placement{}, v.reason()
	}
	return p.take(i, plan), ""
}
