package shift

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2/share"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// led has the rules lead traffic as the stage wants it, and reports whether load balancers do so: from
// then on, what comes to them goes by the new weights. What a user does with the rules afterwards is
// looked at again only before tasks go.
func (a *advance) led() bool {
	s := &a.Shift
	if !s.Shifted.IsZero() {
		return true
	}
	wanted, leads := a.leads()
	split, splits := a.split()
	switch {
	case !leads && !splits:
		return true
	case !a.mayLead():
		return false
	}
	done := true
	for _, l := range wanted {
		weights, rule := share.Existing(l.Weights, a.Rules.Gone), a.Rules.ByARN[l.Rule]
		switch {
		case rule.Weights == nil || weights == nil: // a user has deleted what would be led, or where to: see lacks
		case !share.Has(rule.Weights, weights):
			a.result.Weights = append(a.result.Weights, Led{l.Rule, weights})
			done = false
		case !rule.Applied:
			done = false
		}
	}
	if splits && !a.splits(split) {
		done = false
	}
	if done {
		s.Shifted, a.result.Awaits = a.Now, nil
	}
	return done
}

// LeadsNowhere reports whether no rule forwards traffic to the target groups that a revision's tasks are in, of load
// balancers that have two: their listeners are gone, or the groups, and no target can become healthy.
func LeadsNowhere(balancers []types.LoadBalancer, groups []string, rules Rules) bool {
	of := pairs(balancers, groups)
	return len(of) > 0 && !slices.ContainsFunc(of, func(p pair) bool { return rules.ByARN[p.production].Weights != nil && !rules.Gone[p.target] })
}

// leads are the weights that a stage wants of rules; not at all stages does it want any.
func (a *advance) leads() (wanted []Led, leads bool) {
	s, t := &a.Shift, TrafficOf(&a.Shift, a.Course)
	live, test := false, false
	switch {
	case s.Stage == reconcile && !s.Back, s.Back && s.From == reconcile:
		if a.Source.ARN == "" {
			return nil, false
		}
		return lead(pairs(a.Source.LoadBalancers, a.Source.Groups), Traffic{100, 100}, true, true), true
	case s.Back:
		moves := s.Stage != scaleUp
		live, test = moves && shiftedProduction(s), moves && shiftedTest(s)
	case s.Stage == cleanUp:
		live, test = true, true
	default:
		live, test = s.Stage == production, s.Stage == testShift
	}
	return lead(a.pairs(), t, live, test), live || test
}

// pairs are the load balancers between whose groups the deployment shifts traffic.
func (a *advance) pairs() []pair {
	of := pairs(a.Target.LoadBalancers, a.Target.Groups)
	for i, p := range of {
		of[i].shared = a.Source.isIn(p.target) && !a.Source.isIn(p.source)
	}
	return of
}

// isIn reports whether the tasks of a revision are targets of a group.
func (r Revision) isIn(group string) bool {
	for i, b := range r.LoadBalancers {
		own := aws.ToString(b.TargetGroupArn)
		if i < len(r.Groups) {
			own = r.Groups[i]
		}
		if own == group {
			return true
		}
	}
	return false
}

func lead(of []pair, t Traffic, live, test bool) (wanted []Led) {
	for _, p := range of {
		if live {
			wanted = append(wanted, Led{p.production, p.weights(t.Production)})
		}
		if test && p.test != "" {
			wanted = append(wanted, Led{p.test, p.weights(t.Test)})
		}
	}
	return wanted
}

// mayLead reports whether the revision that traffic goes to can take it, unless the other one cannot
// either.
func (a *advance) mayLead() bool {
	switch s := &a.Shift; {
	case s.Stage == reconcile, s.Back && s.From == reconcile:
		return a.Source.Serves || !a.Others
	case s.Back:
		return a.Source.Serves || !a.Target.Serves
	case s.Stage == production:
		return a.Target.Up
	case s.Stage == cleanUp:
		return a.Target.Serves || !a.Source.Serves
	default:
		return true
	}
}

// weights share traffic between two groups of which one has a percentage, in tenths of a percent. A group that is shared has
// all of it: that traffic goes to no group without tasks is the emulator's choice.
func (p pair) weights(percent float64) Weights {
	if p.shared {
		percent = 100
	}
	return share.Pair{Target: p.target, Source: p.source}.Weights(percent, 1000)
}
