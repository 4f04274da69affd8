package shift

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Users can delete target groups, rules, listeners and load balancers at any time. Whether a deployment can do
// without is asked at each stage but the last one, whether or not it leads traffic there.

// lacks says what a deployment on its way needs and a user has deleted: the target group of the new tasks, which
// get healthy nowhere else; the other one while it has traffic to keep; the production rule; and the test rule
// until test traffic has shifted; or which infrastructure role may not change a rule any more. Before the groups are known, Resolve
// looks at them.
func (a *advance) lacks() string {
	if a.Target.Groups != nil {
		for _, b := range a.Target.LoadBalancers {
			if adv := b.AdvancedConfiguration; adv != nil && a.Rules.Refused[aws.ToString(adv.RoleArn)] {
				return roleRefused(aws.ToString(adv.RoleArn))
			}
		}
	}
	of, t := a.pairs(), TrafficOf(&a.Shift, a.Course)
	for _, p := range of {
		switch {
		case a.Target.Groups == nil:
		case a.Rules.Gone[p.target]:
			return groupGone(p.target)
		case a.Rules.Gone[p.source] && a.Source.ARN != "" && p.weights(t.Production)[p.source] > 0:
			return groupGone(p.source)
		}
	}
	for _, p := range of {
		testing := p.test != "" && !before(testShift, a.Shift.Stage)
		if a.Rules.ByARN[p.production].Weights == nil || testing && a.Rules.ByARN[p.test].Weights == nil {
			return rulesNotFound
		}
	}
	return ""
}

// lacksWayBack says which target group of the old tasks a user has deleted, while a rule leads traffic elsewhere:
// it stays there. Without a rule there is nothing to lead back.
func (a *advance) lacksWayBack() string {
	for _, p := range pairs(a.Source.LoadBalancers, a.Source.Groups) {
		if a.Rules.Gone[p.target] && slices.Contains(a.Source.Groups, p.target) && a.Rules.ByARN[p.production].Weights != nil {
			return wayBackGone(p.target)
		}
	}
	return ""
}
