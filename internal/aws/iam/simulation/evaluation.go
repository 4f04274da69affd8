package simulation

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

const (
	allowed  = types.PolicyEvaluationDecisionTypeAllowed
	implicit = types.PolicyEvaluationDecisionTypeImplicitDeny
	explicit = types.PolicyEvaluationDecisionTypeExplicitDeny
)

// layer is what the policies of a kind say.
type layer struct {
	decision types.PolicyEvaluationDecisionType
	matched  []statement // those that decide: of a Deny only such
}

// evaluate decides an action on a resource. missing are the keys that are told with a denial for want of an Allow.
func (s *Simulation) evaluate(action, resource string, missing []string) outcome {
	ask := func(l policy.Layer, kind string, sources ...policy.Source) layer {
		if !takes(action, resource) {
			return layer{decision: implicit}
		}
		return s.ask(policy.Request{Action: action, Resource: resource, Principal: s.Caller, Keys: s.Keys.keys}, l, kind, sources)
	}
	layers := map[string]layer{ofIdentity: ask(policy.Identity, ofIdentity, s.Identity...)}
	var o outcome
	if s.Boundary != nil {
		layers[ofBoundary] = ask(policy.Boundary, ofBoundary, *s.Boundary)
		allows := layers[ofBoundary].decision == allowed
		o.boundary = &allows
	}
	if s.Organization != nil {
		decision := allowed
		for _, level := range s.Organization {
			decision = worse(decision, ask(policy.Identity, "", level...).decision)
		}
		allows := decision == allowed
		o.organization = &allows
		if !allows {
			o.decision = decision // no more is told
			return o
		}
	}
	if s.Resource != nil {
		layers[ofResource] = ask(policy.Resource, ofResource, *s.Resource)
	}
	o.decide(layers, s.Resource != nil && s.owner(resource) != s.Caller.Account)
	if o.decision == implicit {
		o.missing = missing
	}
	return o
}

// owner is the account of a resource.
func (s *Simulation) owner(resource string) string {
	parts := strings.SplitN(resource, ":", arnParts)
	if len(parts) == arnParts && parts[4] != "" {
		return parts[4]
	}
	return cmp.Or(s.Owner, s.Caller.Account)
}

func (s *Simulation) ask(r policy.Request, l policy.Layer, kind string, sources []policy.Source) layer {
	found := layer{decision: implicit}
	for _, m := range policy.Matches(r, l, sources) {
		decision := allowed
		if m.Denies {
			decision = explicit
		}
		if found.decision != decision && found.decision != explicit {
			found = layer{decision: decision}
		}
		if found.decision == decision && m.Statement >= 0 {
			source := &sources[m.Source]
			found.matched = append(found.matched, statement{source.Name, kind, s.spans(source.Policy)[m.Statement]})
		}
	}
	return found
}

// spans are where the statements of a policy stand, which is looked up once.
func (s *Simulation) spans(p *policy.Policy) []policy.Span {
	known, found := s.places[p]
	if !found {
		known = policy.Spans(p.Text())
		if s.places == nil {
			s.places = map[*policy.Policy][]policy.Span{}
		}
		s.places[p] = known
	}
	return known
}

// decide decides by what the layers say, each of which is there if there are policies of its kind. What a boundary allows is
// not told.
func (o *outcome) decide(layers map[string]layer, acrossAccounts bool) {
	identity, resource, boundary := layers[ofIdentity], layers[ofResource], layers[ofBoundary]
	worst := allowed
	for _, l := range layers {
		worst = worse(worst, l.decision)
	}
	if acrossAccounts {
		o.details = map[string]types.PolicyEvaluationDecisionType{}
		for kind, l := range layers {
			o.details[kind] = l.decision
		}
	}
	telling := []layer{identity, resource}
	switch {
	case worst == explicit:
		o.decision, telling = explicit, append(telling, boundary)
	case acrossAccounts:
		o.decision = worst
	case resource.decision == allowed:
		o.decision = allowed
	default:
		o.decision = worse(identity.decision, boundary.decision)
	}
	for _, l := range telling {
		if o.decision != implicit && l.decision == o.decision {
			o.matched = append(o.matched, l.matched...)
		}
	}
}
