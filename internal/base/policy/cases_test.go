package policy_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Each case of testdata has its source: facts by their numbers, and by the names of files where AWS's answers were recorded;
// documented are those that AWS's pages say, and choices.

// texts are what a case has for keys: a text, a list for a key that may have more, or null.
type texts map[string]any

func (t texts) keys() policy.Known {
	known := policy.Known{}
	for name, given := range t {
		switch given := given.(type) {
		case string:
			known[strings.ToLower(name)] = policy.Is(given)
		case []any:
			list := []string{}
			for _, each := range given {
				list = append(list, each.(string))
			}
			known[strings.ToLower(name)] = policy.Many(list)
		}
	}
	return known
}

// tally counts cases by their sources.
type tally struct{ recorded, all int }

func (n *tally) add(documented bool) {
	n.all++
	if !documented {
		n.recorded++
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// decisionOf is a decision by AWS's words.
func decisionOf(d policy.Decision) string {
	switch {
	case d.Allowed:
		return "allowed"
	case d.Explicit:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// conditionCase is a condition, which either holds or does not: in an Allow, and in a Deny beside an Allow of all.
type conditionCase struct {
	Source      string
	Documented  bool
	Condition   json.RawMessage
	Keys        texts
	Holds       bool
	Allow, Deny string // allowed or denied, where this does not follow from Holds
	Only        string // allow, if the Deny was not recorded
}

// The cases were recorded with the session policy of a role whose own policy allows all.
func TestConditions(t *testing.T) {
	var cases []conditionCase
	read(t, "conditions.json", &cases)
	var n tally
	all := []policy.Source{{Name: "role", Policy: policy.Compile(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}}
	decide := func(t *testing.T, c conditionCase, statements string) string {
		session := policy.Compile(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
		if session.Err() != nil {
			t.Fatalf("%s: %v", statements, session.Err())
		}
		return decisionOf(policy.Decide(policy.Request{
			Action: "iam:TagUser", Resource: "arn:aws:iam::123456789012:user/target", Keys: c.Keys.keys(),
			Principal: policy.Principal{
				Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/actor/1", Role: "arn:aws:iam::123456789012:role/actor",
			},
		}, policy.Policies{Identity: all, Session: []policy.Source{{Name: "session", Policy: session}}}))
	}
	for _, c := range cases {
		n.add(c.Documented)
		wantAllow, wantDeny := "implicitDeny", "allowed"
		if c.Holds || c.Allow == "allowed" {
			wantAllow = "allowed"
		}
		if c.Holds || c.Deny == "denied" {
			wantDeny = "explicitDeny"
		}
		statement := `"Action":"iam:*","Resource":"*"`
		condition := statement + `,"Condition":` + string(c.Condition) + `}`
		if got := decide(t, c, `{"Effect":"Allow",`+condition); got != wantAllow {
			t.Errorf("%s with %v in an Allow: %s, want %s (%s)", c.Condition, c.Keys, got, wantAllow, c.Source)
		}
		if c.Only != "" {
			continue
		}
		if got := decide(t, c, `{"Effect":"Allow",`+statement+`},{"Effect":"Deny",`+condition); got != wantDeny {
			t.Errorf("%s with %v in a Deny: %s, want %s (%s)", c.Condition, c.Keys, got, wantDeny, c.Source)
		}
	}
	if n.all < 250 || n.recorded < 150 {
		t.Errorf("%d conditions, of which %d were recorded", n.all, n.recorded)
	}
}

// layerCase is a request with all policies that count for it.
type layerCase struct {
	Name, Source     string
	Action, Resource string
	Owner            string
	Principal        string
	Keys             texts
	Identity         []json.RawMessage
	Boundary         json.RawMessage
	Session          []json.RawMessage
	ResourcePolicies []json.RawMessage
	Trust            bool
	Decision         string
	Layer, Statement string
}

func (c *layerCase) policies() policy.Policies {
	p := policy.Policies{Identity: sources(c.Identity), Session: sources(c.Session), Resource: sources(c.ResourcePolicies), Trust: c.Trust}
	if c.Boundary != nil {
		p.Boundary = &sources([]json.RawMessage{c.Boundary})[0]
	}
	return p
}

// sources compiles documents; null is one that is not there.
func sources(documents []json.RawMessage) []policy.Source {
	if documents == nil {
		return nil
	}
	list := []policy.Source{}
	for _, document := range documents {
		source := policy.Source{Name: "policy"}
		if string(document) != "null" {
			source.Policy = policy.Compile(string(document))
		}
		list = append(list, source)
	}
	return list
}

func layerCases(t *testing.T) (cases []layerCase, principals map[string]policy.Principal) {
	t.Helper()
	var file struct {
		Principals map[string]policy.Principal
		Cases      []layerCase
	}
	read(t, "layers.json", &file)
	return file.Cases, file.Principals
}

func (c *layerCase) request(principals map[string]policy.Principal) policy.Request {
	return policy.Request{Action: c.Action, Resource: c.Resource, Owner: c.Owner, Principal: principals[c.Principal], Keys: c.Keys.keys()}
}

func TestLayers(t *testing.T) {
	cases, principals := layerCases(t)
	for _, c := range cases {
		who, known := principals[c.Principal]
		if !known || who == (policy.Principal{}) {
			t.Fatalf("%s: no principal %q", c.Name, c.Principal)
		}
		request, policies := c.request(principals), c.policies()
		d := policy.Decide(request, policies)
		if got := decisionOf(d); got != c.Decision {
			t.Errorf("%s: %s, want %s (%s)", c.Name, got, c.Decision, c.Source)
		}
		if c.Layer != "" && d.Layer.String() != c.Layer {
			t.Errorf("%s: layer %s, want %s (%s)", c.Name, d.Layer, c.Layer, c.Source)
		}
		if c.Statement != "" && d.Statement != c.Statement {
			t.Errorf("%s: statement %s, want %s", c.Name, d.Statement, c.Statement)
		}
		if told := policy.Explain(request, policies); told.Decision != d {
			t.Errorf("%s: explained is %+v, want %+v", c.Name, told.Decision, d)
		}
	}
}
