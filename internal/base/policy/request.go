package policy

// Request is a request that waits for a decision.
type Request struct {
	Action   string // ecs:RunTask
	Resource string // its ARN, or * where the action knows no resources
	// Owner is the account of a resource whose ARN does not tell. Empty, it is the principal's.
	Owner     string
	Principal Principal
	Keys      Keys
	// Lenient is of requests where access is not checked: what cannot be evaluated denies otherwise, and says nothing here.
	Lenient bool
}

// Keys is what conditions and variables see. Name is in lower case.
type Keys interface {
	Key(name string) Value
}

// Value is what a request has for a key.
type Value struct {
	// Texts are nil if the request does not have the key. A key with many values may have none of them.
	Texts []string
	// Many is of keys that may have more than one value by their declaration, also of those that have one here (AC37).
	Many bool
	// Unknown is of a key of which is not known what AWS would have: a condition on it holds in an Allow and does not in
	// a Deny. Where access is checked no key is: what a request does not have is absent.
	Unknown bool
}

// Is is the value of a key that has one.
func Is(text string) Value { return Value{Texts: []string{text}} }

// Many is the value of a key that may have more; nil is of one that the request does not have.
func Many(texts []string) Value { return Value{Texts: texts, Many: true} }

// Known are keys by their names in lower case. A request has no others.
type Known map[string]Value

func (k Known) Key(name string) Value { return k[name] }

// Partial are the keys that are known of a request, those included that it does not have. All others are unknown.
type Partial map[string]Value

func (p Partial) Key(name string) Value {
	v, known := p[name]
	v.Unknown = !known
	return v
}

// Simulated are the keys of a request to the policy simulator, which has rules of its own: a text that is no number does not
// match, also if the operator is negated (AC48), and neither does an address where a range of the policy is none
// (condition_ip.json of AC43).
type Simulated map[string]Value

func (s Simulated) Key(name string) Value { return s[name] }

func simulated(keys Keys) bool {
	_, is := keys.(Simulated)
	return is
}
