package policy

import "slices"

// Explanation is a decision with what each layer found.
type Explanation struct {
	Decision Decision
	Layers   []Found // those that were asked
}

// Found is what a layer found: the statement that decided, or else the Allow that came nearest.
type Found struct {
	Layer          Layer
	Allows, Denies bool
	// Policy and Statement are empty if the layer has no Allow at all.
	Policy, Statement string
	// Lacks is what kept the nearest statement from applying, LacksNothing if it applies.
	Lacks Lack
	// Conditions are those that were looked at, up to the first that does not hold.
	Conditions []Reached
	// Missing is the name of a policy whose document is not there.
	Missing string
}

// Reached is a condition that was looked at.
type Reached struct {
	Operator, Key string
	Wants         []string // by the policy
	Has           []string // by the request, nil if it does not have the key
	Holds         bool
	Assumed       bool // it holds, or not, since the key is not known
}

// Explain decides a request as Decide does, and tells what each layer found.
func Explain(r Request, p Policies) Explanation {
	var t trace
	d := decide(&r, &p, &t)
	return Explanation{Decision: d, Layers: t.layers}
}

// trace collects the findings of layers. A nil trace collects nothing.
type trace struct {
	layers  []Found
	decided *Found // what decides the layer so far
	nearest *Found // the Allow of the layer that came nearest so far
	reached []Reached
}

func (t *trace) condition(c *condition, keys Keys, holds, assumed bool) {
	if t == nil {
		return
	}
	t.reached = append(t.reached, Reached{
		Operator: c.written.Operator, Key: c.written.Key, Wants: c.written.Values, Has: keys.Key(c.key).Texts, Holds: holds, Assumed: assumed,
	})
}

// statement takes a statement down if it decides, or if it is an Allow that comes nearer than those before.
func (t *trace) statement(policy string, s *statement, lacks Lack, decides bool) {
	if t == nil {
		return
	}
	found := &Found{Policy: policy, Statement: s.label, Lacks: lacks, Conditions: slices.Clone(t.reached)}
	t.reached = t.reached[:0]
	switch {
	case decides:
		t.decided = found
	case !s.denies && (t.nearest == nil || found.nearer(t.nearest)):
		t.nearest = found
	}
}

func (f *Found) nearer(than *Found) bool {
	return f.Lacks > than.Lacks || f.Lacks == than.Lacks && len(f.Conditions) > len(than.Conditions)
}

func (t *trace) layer(v verdict) {
	if t == nil {
		return
	}
	found := Found{Policy: v.policy}
	switch {
	case v.denies && v.statement == "": // the document cannot be evaluated
	case t.decided != nil:
		found = *t.decided
	case t.nearest != nil:
		found = *t.nearest
	}
	found.Layer, found.Allows, found.Denies, found.Missing = v.layer, v.allows != none, v.denies, v.missing
	t.layers, t.decided, t.nearest = append(t.layers, found), nil, nil
}
