package run

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2/share"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// settleWithin is how long the green task set may not be steady while traffic shifts, after a scaling event (CD0012).
const settleWithin = 5 * time.Minute

// allowTest has test traffic go to the green task set.
func (a *advance) allowTest(e *codedeploy.Event) bool {
	_, test, _ := routes(a.Settings)
	return a.settled() && a.lead(test, 100) && a.succeeded(e)
}

// allow has production traffic go to the green task set, step by step.
func (a *advance) allow(e *codedeploy.Event) bool {
	switch last := len(a.course.Steps); {
	case a.run.Step == last:
		return a.succeeded(e)
	case !a.settled():
		return a.run.Failure != nil
	case a.run.Step > 0 && !a.until(a.run.ShiftedAt.Add(a.course.Wait)):
		return false
	}
	production, _, _ := routes(a.Settings)
	if !a.lead(production, a.course.Steps[a.run.Step]) {
		return false
	}
	a.run.Step, a.run.ShiftedAt = a.run.Step+1, a.now
	return true
}

// settled reports whether the green task set is steady. One that is not has some minutes to become so.
func (a *advance) settled() bool {
	green := a.set(a.run.Green.ID)
	if steady(green) {
		a.run.ScaledAt = time.Time{}
		return true
	}
	if a.run.ScaledAt.IsZero() {
		a.run.ScaledAt = a.now
	}
	switch {
	case green == nil || status(green) == draining:
		a.broken(failure(types.ErrorCodeEcsUpdateError, "The task set %s is not there any more.", a.run.Green.ID))
	case a.until(a.run.ScaledAt.Add(settleWithin)):
		a.broken(failure(types.ErrorCodeTimeout, "The task set %s has not reached a steady state within 5 minutes while traffic shifts to it.", a.run.Green.ID))
	}
	return false
}

// rules are the rules of listeners that forward to one of the pair. Which of a listener's rules change is told nowhere: that these
// do is the emulator's choice.
func (a *advance) rules(listeners []string) (list []Rule) {
	for _, r := range a.seen.Rules {
		_, blue := r.Weights[a.run.Blue.TargetGroup]
		_, green := r.Weights[a.run.Green.TargetGroup]
		if slices.Contains(listeners, r.Listener) && (blue || green) {
			list = append(list, r)
		}
	}
	return list
}

// adopt notes what rules do that the run has not led yet.
func (a *advance) adopt(listeners []string) {
	for _, r := range a.rules(listeners) {
		if !slices.ContainsFunc(a.run.Rules, func(l codedeploy.Led) bool { return keyOf(l) == r.Key() }) {
			a.run.Rules = append(a.run.Rules, codedeploy.Led{Listener: r.Listener, Rule: r.Rule, Set: a.has(r)})
		}
	}
}

// has is what the pair has in a rule: weights by target groups.
func (a *advance) has(r Rule) map[string]int32 {
	return map[string]int32{a.run.Blue.TargetGroup: r.Weights[a.run.Blue.TargetGroup], a.run.Green.TargetGroup: r.Weights[a.run.Green.TargetGroup]}
}

// lead has the rules of listeners forward a percentage to the green task set, and reports whether load balancers do so.
func (a *advance) lead(listeners []string, percent float64) bool {
	a.adopt(listeners)
	done := true
	for _, r := range a.rules(listeners) {
		wanted := a.weights(r, percent)
		if percent == 0 && r.Weights[a.run.Green.TargetGroup] == 0 { // there is nothing to take back
			wanted = a.has(r)
		}
		if !share.Has(r.Weights, wanted) {
			a.do(&SetWeights{Rule: r, Weights: wanted})
			done = false
			continue
		}
		for i := range a.run.Rules {
			if l := &a.run.Rules[i]; keyOf(*l) == r.Key() {
				l.Set = wanted
			}
		}
		done = done && r.Applied
	}
	return done
}

// weights share the part that the pair has of a rule. It is 100 where no other group has a part, so that a rule ends as (green 100,
// blue 0) with both groups on it (CD0011); else others keep theirs, and the pair its own.
func (a *advance) weights(r Rule, percent float64) map[string]int32 {
	pair := share.Pair{Target: a.run.Green.TargetGroup, Source: a.run.Blue.TargetGroup}
	whole, alone := int32(0), true
	for group, weight := range r.Weights {
		if group == pair.Target || group == pair.Source {
			whole += weight
		} else if weight > 0 {
			alone = false
		}
	}
	switch {
	case alone:
		return pair.Weights(percent, 100)
	case whole == 0 || percent <= 0:
		return map[string]int32{pair.Target: 0, pair.Source: whole}
	}
	part := share.Part(percent, whole)
	return map[string]int32{pair.Target: part, pair.Source: whole - part}
}

// changed is a rule whose weights are neither what the run has set last nor what it sets now: a user has changed it.
func (a *advance) changed() (key string, changed bool) {
	for _, l := range a.run.Rules {
		i := slices.IndexFunc(a.seen.Rules, func(r Rule) bool { return r.Key() == keyOf(l) })
		if i < 0 {
			return keyOf(l), true
		}
		if r := a.seen.Rules[i]; !share.Has(r.Weights, l.Set) && !a.setsNow(r) {
			return keyOf(l), true
		}
	}
	return "", false
}

// notice notes the weights that the run has set at this moment.
func (a *advance) notice() {
	for i := range a.run.Rules {
		l := &a.run.Rules[i]
		for _, r := range a.seen.Rules {
			if r.Key() == keyOf(*l) && a.setsNow(r) {
				l.Set = a.has(r)
			}
		}
	}
}

// setsNow reports whether a rule has the weights that the run sets at this moment: the emulator died before it was written that they
// are there.
func (a *advance) setsNow(r Rule) bool {
	_, test, _ := routes(a.Settings)
	percent, e := 0.0, a.event()
	switch {
	case a.RollbackOf != "":
	case e == nil || e.StartedAt.IsZero():
		return false
	case e.Name == install: // of what is left of an earlier deployment
	case e.Name == allowTestTraffic && slices.Contains(test, r.Listener):
		percent = 100
	case e.Name == allowTraffic && !slices.Contains(test, r.Listener) && a.run.Step < len(a.course.Steps):
		percent = a.course.Steps[a.run.Step]
	default:
		return false
	}
	return share.Has(r.Weights, a.weights(r, percent))
}
