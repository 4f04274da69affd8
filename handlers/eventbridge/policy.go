package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// document is the policy of a bus, with the members in AWS's order.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid         string          `json:",omitempty"`
	Effect      string          `json:",omitempty"`
	Principal   json.RawMessage `json:",omitempty"`
	Action      json.RawMessage `json:",omitempty"`
	NotAction   json.RawMessage `json:",omitempty"`
	Resource    json.RawMessage `json:",omitempty"`
	NotResource json.RawMessage `json:",omitempty"`
	Condition   json.RawMessage `json:",omitempty"`
}

// policyOf are the statements that a bus has.
func policyOf(b *eventbridge.Bus) []statement {
	var d document
	if b.Policy == "" || json.Unmarshal([]byte(b.Policy), &d) != nil {
		return nil
	}
	return d.Statement
}

// rootOf is an account as policies tell it.
func rootOf(b *eventbridge.Bus, account string) string {
	return "arn:" + b.Scope.Partition() + ":iam::" + account + ":root"
}

// parsePolicy reads the policy that a request has for a bus. Source: recorded answers (EVB0007); other mistakes than
// those are not looked for.
func (a *API) parsePolicy(b *eventbridge.Bus, text string) ([]statement, error) {
	switch {
	case !json.Valid([]byte(text)):
		return nil, invalid("This policy contains invalid Json")
	case !strings.HasPrefix(strings.TrimSpace(text), "{"):
		return nil, invalid("This text appears not to be a policy")
	}
	var given struct {
		Version   *string
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return nil, invalid("This text appears not to be a policy")
	}
	switch {
	case given.Version == nil:
		return nil, invalid("Missing required field Version")
	case given.Statement == nil:
		return nil, invalid("Missing required field Statement")
	}
	places, err := statementsOf(given.Statement)
	switch {
	case err != nil:
		return nil, invalid("This text appears not to be a policy")
	case len(places) == 0:
		return nil, invalid("Could not parse the policy: Statement is empty!")
	}
	var policy []statement
	at := 0 // where the statement before has its end
	for _, each := range places {
		begin := at + max(0, strings.Index(text[at:], string(each)))
		at = begin + len(each)
		s, err := a.parseStatement(b, each)
		switch {
		case errors.As(err, new(missing)):
			return nil, invalid("%s", err)
		case err != nil:
			return nil, invalid("Invalid statement at %s: %s", place(text[:begin]), err)
		case slices.ContainsFunc(policy, func(other statement) bool { return other.Sid == s.Sid }): // AWS tells of the comma
			return nil, invalid("Invalid statement at %s: The Statement Ids in the policy are not unique", place(text[:begin-1]))
		}
		policy = append(policy, s)
	}
	return policy, nil
}

// missing is a mistake of which AWS does not tell the place, misplaced one of which it does.
type (
	missing   string
	misplaced string
)

func (m missing) Error() string { return string(m) }

func (m misplaced) Error() string { return string(m) }

// statementsOf are the statements of a list, or the one that stands in its place.
func statementsOf(text json.RawMessage) ([]json.RawMessage, error) {
	if text[0] == '{' {
		return []json.RawMessage{text}, nil
	}
	var list []json.RawMessage
	err := json.Unmarshal(text, &list)
	return list, err
}

// place tells where a text ends.
func place(text string) string {
	return fmt.Sprintf("line %d column %d", 1+strings.Count(text, "\n"), len(text)-strings.LastIndexByte(text, '\n'))
}

var accountForm = lazyregexp.New(`^\d{12}$`)

// parseStatement reads a statement. Accounts become their root users, as AWS shows them.
func (a *API) parseStatement(b *eventbridge.Bus, text json.RawMessage) (s statement, err error) {
	if err := json.Unmarshal(text, &s); err != nil {
		return s, missing("This text appears not to be a policy")
	}
	for _, required := range []struct {
		name  string
		there bool
	}{
		{"Sid", s.Sid != ""}, {"Effect", s.Effect != ""}, {"Principal", s.Principal != nil},
		{"Action", s.Action != nil || s.NotAction != nil}, {"Resource", s.Resource != nil || s.NotResource != nil},
	} {
		if !required.there {
			return s, missing("Missing required field " + required.name)
		}
	}
	for _, action := range textsOf(s.Action) {
		vendor, name, _ := strings.Cut(action, ":")
		switch {
		case action != "*" && vendor != "events":
			return s, misplaced("Action field includes AWS services that are inconsistent with specified vendor")
		case !strings.ContainsAny(action, "*?") && !a.has(name):
			return s, misplaced(fmt.Sprintf("The following action names are invalid: %q", action))
		}
	}
	for _, resource := range textsOf(s.Resource) {
		if resource == "*" || resource == b.ARN() || strings.HasPrefix(resource, eventbridge.RuleARN(b.Scope, b.Name, "")) {
			continue
		}
		relative := resource
		if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 {
			relative = parts[5]
		}
		return s, missing(fmt.Sprintf("The relative-id %q is invalid for ARN %q", relative, resource))
	}
	s.Principal = withRoots(b, s.Principal)
	return s, nil
}

// has reports whether EventBridge has an operation, in capital or small letters.
func (a *API) has(name string) bool {
	for _, o := range a.Service().Operations {
		if strings.EqualFold(o.Name, name) {
			return true
		}
	}
	return false
}

// textsOf are a text, or those of a list.
func textsOf(value json.RawMessage) (list []string) {
	if value == nil || json.Unmarshal(value, &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal(value, &one) != nil {
		return nil
	}
	return []string{one}
}

// withRoots has the root users of accounts in their place.
func withRoots(b *eventbridge.Bus, principal json.RawMessage) json.RawMessage {
	var kinds map[string]json.RawMessage
	if json.Unmarshal(principal, &kinds) != nil || kinds["AWS"] == nil {
		return principal
	}
	given := textsOf(kinds["AWS"])
	for i, each := range given {
		if accountForm.MatchString(each) {
			given[i] = rootOf(b, each)
		}
	}
	switch len(given) {
	case 0:
		return principal
	case 1:
		kinds["AWS"] = wire.MustText(given[0])
	default:
		kinds["AWS"] = wire.MustText(given)
	}
	return wire.MustText(kinds)
}
