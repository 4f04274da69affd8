package decision

import "github.com/ecs-emulator/ecs-emulator/internal/base/policy"

// Report is what GET /_emulator/access answers.
type Report struct {
	Mode string `json:"mode"` // off, log or enforce
	// Allowed and Denied count all decisions, those included that are not kept any more.
	Allowed   uint64     `json:"allowed"`
	Denied    uint64     `json:"denied"`
	Decisions []Decision `json:"decisions"` // the newest last
}

// RequestReport is what GET /_emulator/access/REQUEST-ID answers: how it came to the decisions about a request.
type RequestReport struct {
	RequestID string            `json:"requestId"`
	Decisions []ExplainedReport `json:"decisions"`
}

// ExplainedReport is a decision with how it came to it.
type ExplainedReport struct {
	Decision
	// Keys are those that a policy asked for, by their names in lower case; null is of those that the request does not have.
	Keys   map[string][]string `json:"keys"`
	Layers []LayerReport       `json:"layers"` // that were asked, in the order of the evaluation
}

// LayerReport is what a layer found: the statement that decided, or else the Allow that came nearest.
type LayerReport struct {
	Layer  string `json:"layer"`
	Allows bool   `json:"allows"`
	Denies bool   `json:"denies"`
	// Policy and Statement are empty if the layer has no Allow at all.
	Policy    string `json:"policy"`
	Statement string `json:"statement"`
	// Lacks is what keeps the statement from applying: form, action, resource, principal or condition; empty if it applies.
	Lacks      string            `json:"lacks"`
	Conditions []ConditionReport `json:"conditions"` // that were looked at, up to the first that does not hold
	// Missing is the name of a policy whose document the emulator does not have: it allows nothing.
	Missing string `json:"missing"`
}

// ConditionReport is a condition that was looked at.
type ConditionReport struct {
	Operator string   `json:"operator"`
	Key      string   `json:"key"`
	Wants    []string `json:"wants"` // by the policy
	Has      []string `json:"has"`   // by the request; null if it does not have the key
	Holds    bool     `json:"holds"`
	// Never says that the emulator supplies the key for no request of the action.
	Never bool `json:"neverSupplied"`
}

// Explained tells how it came to a decision.
func (d Decision) Explained() ExplainedReport {
	r := ExplainedReport{Decision: d, Keys: map[string][]string{}, Layers: []LayerReport{}}
	if d.Explain == nil {
		return r
	}
	explanation := d.Explain()
	r.Keys = explanation.Keys
	for _, f := range explanation.Layers {
		r.Layers = append(r.Layers, layerReport(f, explanation.Never))
	}
	return r
}

func layerReport(f policy.Found, never func(key string) bool) LayerReport {
	l := LayerReport{
		Layer: f.Layer.String(), Allows: f.Allows, Denies: f.Denies, Policy: f.Policy, Statement: f.Statement, Lacks: f.Lacks.String(),
		Conditions: []ConditionReport{}, Missing: f.Missing,
	}
	if f.Statement == "" {
		l.Lacks = ""
	}
	for _, c := range f.Conditions {
		l.Conditions = append(l.Conditions, ConditionReport{
			Operator: c.Operator, Key: c.Key, Wants: c.Wants, Has: c.Has, Holds: c.Holds, Never: never != nil && never(c.Key),
		})
	}
	return l
}
