package ecr

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Principal is who wants to do something in a repository.
type Principal struct {
	Account string
	ARN     string // of a user or a session, or of the root of the account
	RoleARN string // of a session of a role
}

// Verdict is what the policy of a repository says.
type Verdict int

// Verdicts, of which a Denied one counts before all others.
const (
	Silent Verdict = iota
	Allowed
	Denied
)

// Decide reads what the policy of a repository says of an action such as ecr:BatchGetImage. Statements with a Condition
// say nothing here. A policy that is not one says nothing.
func (r *Repository) Decide(who Principal, action string) (v Verdict) {
	if r.Policy == "" {
		return Silent
	}
	statements, err := readPolicy(r.Policy)
	if err != nil {
		return Silent
	}
	for _, s := range statements {
		if !s.isFor(who, action) {
			continue
		}
		if s.Effect == "Deny" {
			return Denied
		}
		v = Allowed
	}
	return v
}

// CheckPolicy refuses what is no policy of a repository: each statement must have an effect, principals and actions.
func CheckPolicy(text string) error {
	_, err := readPolicy(text)
	return err
}

var errPolicy = errors.New("this is no policy of a repository")

type policyStatement struct {
	Effect                  string
	Principal, NotPrincipal principals
	Action, NotAction       words
	Condition               json.RawMessage
}

func readPolicy(text string) (list []policyStatement, err error) {
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(text), &policy) != nil || len(policy.Statement) == 0 {
		return nil, errPolicy
	}
	if policy.Statement[0] == '{' {
		policy.Statement = slices.Concat([]byte("["), policy.Statement, []byte("]"))
	}
	if json.Unmarshal(policy.Statement, &list) != nil || len(list) == 0 {
		return nil, errPolicy
	}
	for _, s := range list {
		if s.Effect != "Allow" && s.Effect != "Deny" || (s.Principal == nil) == (s.NotPrincipal == nil) || (s.Action == nil) == (s.NotAction == nil) {
			return nil, errPolicy
		}
	}
	return list, nil
}

// conditional reports whether a statement has a Condition: an empty one and null are none.
func (s *policyStatement) conditional() bool {
	var operators map[string]json.RawMessage
	return s.Condition != nil && (json.Unmarshal(s.Condition, &operators) != nil || len(operators) > 0)
}

// isFor reports whether a statement says something of an action of a principal.
func (s *policyStatement) isFor(who Principal, action string) bool {
	if s.conditional() {
		return false
	}
	service, name, _ := strings.Cut(strings.ToLower(action), ":")
	does := func(pattern string) bool {
		of, what, found := strings.Cut(strings.ToLower(pattern), ":")
		return pattern == "*" || found && of == service && Match(what, name)
	}
	actions := slices.ContainsFunc(s.Action, does)
	if s.NotAction != nil {
		actions = !slices.ContainsFunc(s.NotAction, does)
	}
	principals := slices.ContainsFunc(s.Principal, who.is)
	if s.NotPrincipal != nil {
		principals = !slices.ContainsFunc(s.NotPrincipal, who.is)
	}
	return actions && principals
}

// is reports whether a principal of a policy is this one: *, its account, itself, or its role.
func (w Principal) is(named string) bool {
	account := named == w.Account || strings.HasPrefix(named, "arn:") && strings.HasSuffix(named, "::"+w.Account+":root")
	return named == "*" || account || named == w.ARN || w.RoleARN != "" && named == w.RoleARN
}

// words are a text or a list of texts.
type words []string

func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*w = words{one}
		return nil
	}
	var list []string
	if json.Unmarshal(text, &list) != nil || len(list) == 0 {
		return errPolicy
	}
	*w = list
	return nil
}

// principals are * or the principals of AWS. Services and other kinds of principals never send a request here.
type principals []string

func (p *principals) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*p = principals{one}
		return nil
	}
	var kinds map[string]words
	if json.Unmarshal(text, &kinds) != nil || len(kinds) == 0 {
		return errPolicy
	}
	*p = append(principals{}, kinds["AWS"]...)
	return nil
}
