package shift

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Traffic is what green has of production and test traffic, in percent.
type Traffic struct{ Production, Test float64 }

// TrafficOf is how the traffic of a deployment is to go at its stage.
func TrafficOf(s *state.TrafficShift, c Course) Traffic {
	at := s.Stage
	if s.Back {
		if s.Stage != scaleUp {
			return Traffic{}
		}
		at = s.From
	}
	var t Traffic
	if !before(at, testShift) {
		t.Test = 100
	}
	switch {
	case before(at, preProduction):
	case at == preProduction && s.Step > 0:
		t.Production = c.Steps[s.Step-1]
	case at == preProduction:
	case at == production:
		t.Production = c.Steps[s.Step]
	default:
		t.Production = 100
	}
	return t
}

// Kept is how traffic goes after a rollback that has failed at a stage: what it has not led back stays. All of it
// goes back at the first stage that leads.
func Kept(s *state.TrafficShift, c Course) Traffic {
	kept := *s
	if s.Stage == testShift && s.Shifted.IsZero() {
		kept.Stage = scaleUp
	}
	return TrafficOf(&kept, c)
}

// Weights are the weights of target groups in a rule, by their ARNs.
type Weights = map[string]int32

// Rule is what the production or the test rule of a load balancer does.
type Rule struct {
	LoadBalancer string // ARN
	// Weights are the weights of the target groups that it forwards to; nil: there is no such rule, or it does
	// something else.
	Weights Weights
	// Applied: the load balancer goes by them.
	Applied bool
}

// Rules are the rules and listeners that revisions name.
type Rules struct {
	ByARN map[string]Rule
	// Gone has the target groups that revisions name: true for those that do not exist.
	Gone map[string]bool
	// Refused are the infrastructure roles that ECS cannot assume, or that may not shift traffic.
	Refused map[string]bool
}

// pair is a load balancer of a deployment: its rules, and the groups of the two revisions. The group of
// the target is shared where the tasks of both are in it, because a user has led traffic to the other
// group, which has none, before the deployment.
type pair struct {
	production, test, target, source string
	shared                           bool
}

// pairs are the load balancers of a revision, whose tasks are in groups, with the groups that others
// are in.
func pairs(balancers []types.LoadBalancer, groups []string) (list []pair) {
	for i, b := range balancers {
		if b.AdvancedConfiguration == nil {
			continue
		}
		p := pair{
			production: aws.ToString(b.AdvancedConfiguration.ProductionListenerRule), test: aws.ToString(b.AdvancedConfiguration.TestListenerRule),
			target: aws.ToString(b.TargetGroupArn), source: aws.ToString(b.AdvancedConfiguration.AlternateTargetGroupArn),
		}
		if i < len(groups) && groups[i] == p.source {
			p.target, p.source = p.source, p.target
		}
		list = append(list, p)
	}
	return list
}

// Unapplied are the load balancers of a revision that do not yet go by its production rules.
func Unapplied(balancers []types.LoadBalancer, rules Rules) (list []string) {
	for _, p := range pairs(balancers, nil) {
		if r := rules.ByARN[p.production]; r.Weights != nil && !r.Applied {
			list = append(list, r.LoadBalancer)
		}
	}
	return list
}

// Led is a rule with the weights that it is to have.
type Led struct {
	Rule    string
	Weights Weights
}

// Heeded returns the load balancers of the rules and the target groups: when a user changes one, the next decision may
// be another one.
func (r Rules) Heeded() []string {
	heeded := slices.Collect(maps.Keys(r.Gone))
	for _, rule := range r.ByARN {
		if rule.LoadBalancer != "" {
			heeded = append(heeded, rule.LoadBalancer)
		}
	}
	slices.Sort(heeded)
	return slices.Compact(heeded)
}
