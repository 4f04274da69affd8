package shift

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Resolve finds the target groups that a new revision goes into: of each load balancer that of its two
// groups which has no traffic, by the rule as it is now. It refuses what leaves no choice, in AWS's words.
// A load balancer without advancedConfiguration has one group.
//
// Source: ECS developer guide, troubleshooting blue/green deployments, for the refusals. Public reports of
// users have the first revision of a service in the group without traffic as well, and a rule that
// a user has set back decide.
func Resolve(balancers []types.LoadBalancer, rules Rules) (groups []string, refusal string) {
	for _, b := range balancers {
		own := aws.ToString(b.TargetGroupArn)
		if b.AdvancedConfiguration == nil {
			groups = append(groups, own)
			continue
		}
		other, refusal := resolve(b, rules)
		if refusal != "" {
			return nil, refusal
		}
		groups = append(groups, other)
	}
	return groups, ""
}

// resolve finds the group of one load balancer.
func resolve(b types.LoadBalancer, rules Rules) (group, refusal string) {
	p := pairs([]types.LoadBalancer{b}, nil)[0]
	if role := aws.ToString(b.AdvancedConfiguration.RoleArn); rules.Refused[role] {
		return "", roleRefused(role)
	}
	for _, g := range []string{p.target, p.source} {
		if rules.Gone[g] {
			return "", groupGone(g)
		}
	}
	live, test := rules.ByARN[p.production].Weights, rules.ByARN[p.test].Weights
	if live == nil || p.test != "" && test == nil {
		return "", rulesNotFound
	}
	serving := slices.DeleteFunc([]string{p.target, p.source}, func(g string) bool { return live[g] == 0 })
	for _, g := range sorted(live) {
		if live[g] > 0 && g != p.target && g != p.source {
			return "", unexpectedGroup(g, p.target, p.source)
		}
	}
	if len(serving) != 1 {
		return "", notOneGroup(p.production, len(serving))
	}
	if refusal := unattached(p, live, test); refusal != "" {
		return "", refusal
	}
	if serving[0] == p.target {
		return p.source, ""
	}
	return p.target, ""
}

// Join finds the target groups that the new tasks of a rolling update go into: the ones that serve. If both groups
// of a load balancer serve, or neither does and both exist, it is the group of a revision that serves, and all
// traffic is to go there.
//
// Source: public reports of users who went back to rolling updates; how ECS chooses where both groups serve
// is not published.
func Join(balancers []types.LoadBalancer, rules Rules, serves Revision) (groups []string, led []Led) {
	for _, b := range balancers {
		own := aws.ToString(b.TargetGroupArn)
		if b.AdvancedConfiguration == nil {
			groups = append(groups, own)
			continue
		}
		p := pairs([]types.LoadBalancer{b}, nil)[0]
		live := rules.ByARN[p.production].Weights
		if slices.Contains(serves.Groups, p.source) {
			p.target, p.source = p.source, p.target
		}
		switch mine, others := live[p.target] > 0, live[p.source] > 0; {
		case mine && others, others && serves.Serves && slices.Contains(serves.Groups, p.target) && !rules.Gone[p.target]:
			led = append(led, Led{p.production, p.weights(100)})
		case others, rules.Gone[p.target] && !rules.Gone[p.source]:
			p.target = p.source
		}
		groups = append(groups, p.target)
	}
	return groups, led
}

// unattached says which groups are on neither rule: a load balancer checks none of their targets.
func unattached(p pair, live, test Weights) string {
	var missing []string
	for _, g := range []string{p.target, p.source} {
		_, onLive := live[g]
		if _, onTest := test[g]; !onLive && !onTest {
			missing = append(missing, g)
		}
	}
	switch len(missing) {
	case 0:
		return ""
	case 1:
		return groupUnattached(missing[0])
	default:
		return groupsUnattached
	}
}

// ServesAll reports whether the groups that a revision's tasks are in have all production traffic. A
// revision without advancedConfiguration shares its groups with others of its kind.
func ServesAll(balancers []types.LoadBalancer, groups []string, rules Rules) bool {
	for _, p := range pairs(balancers, groups) {
		live := rules.ByARN[p.production].Weights
		if live[p.target] == 0 || live[p.source] != 0 {
			return false
		}
	}
	return true
}

// ServesPart reports whether the groups that a revision's tasks are in have some of the production traffic.
func ServesPart(balancers []types.LoadBalancer, groups []string, rules Rules) bool {
	return slices.ContainsFunc(pairs(balancers, groups), func(p pair) bool { return rules.ByARN[p.production].Weights[p.target] > 0 })
}

// LeadsBetween reports whether production rules lead traffic between target groups that a revision's tasks are in and
// others.
func LeadsBetween(balancers []types.LoadBalancer, groups []string, rules Rules) bool {
	of := pairs(balancers, groups)
	return len(of) == len(groups) && !slices.ContainsFunc(of, func(p pair) bool {
		return rules.ByARN[p.production].Weights == nil || !slices.Contains(groups, p.target)
	})
}

// WithOthers adds to the load balancers of a newer revision the ones before whose rules differ, each with the group that
// tasks are in.
func WithOthers(newer, before []types.LoadBalancer, in []string) (balancers []types.LoadBalancer, groups []string) {
	balancers, groups = slices.Clone(newer), slices.Clone(in)
	for i, b := range before {
		if !slices.ContainsFunc(newer, func(n types.LoadBalancer) bool { return sameRules(n, b) }) {
			balancers, groups = append(balancers, b), append(groups, in[i])
		}
	}
	return balancers, groups
}

func sameRules(x, y types.LoadBalancer) bool {
	a, b := x.AdvancedConfiguration, y.AdvancedConfiguration // both are there: see LeadsBetween
	return aws.ToString(a.ProductionListenerRule) == aws.ToString(b.ProductionListenerRule) &&
		aws.ToString(a.TestListenerRule) == aws.ToString(b.TestListenerRule)
}

func sorted(w Weights) (groups []string) {
	for g := range w {
		groups = append(groups, g)
	}
	slices.Sort(groups)
	return groups
}
