package decision

import "github.com/ecs-emulator/ecs-emulator/internal/base/policy"

// Explanation is how it came to a decision.
type Explanation struct {
	Layers []policy.Found
	// Keys are those that a policy asked for, by their names in lower case, with their values. The value is nil for a key that
	// the request does not have.
	Keys map[string][]string
	// Never tells of keys whether no request for the action has them. Nil: it is not known.
	Never func(key string) bool
}

// Explain decides a request again, and tells how.
func Explain(r policy.Request, p policy.Policies) Explanation {
	asked := askedKeys{of: r.Keys, values: map[string][]string{}}
	if r.Keys != nil {
		r.Keys = asked
	}
	return Explanation{Layers: policy.Explain(r, p).Layers, Keys: asked.values}
}

// askedKeys takes down which keys are asked for.
type askedKeys struct {
	of     policy.Keys
	values map[string][]string
}

func (k askedKeys) Key(name string) policy.Value {
	v := k.of.Key(name)
	k.values[name] = v.Texts
	return v
}
