package policy

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// huge are numbers that the reference could not write out.
var huge = regexp.MustCompile(`[eE][+-]?[0-9]{4}`)

// FuzzDecide holds that Decide never panics, decides what the reference does, also with the statements alone that have the action, and
// tells the same when it explains and when it tells all matches. Each line of keys is a key: "name=text", or "name[]=text,text".
func FuzzDecide(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed.document, seed.action, seed.resource, seed.keys)
	}
	f.Fuzz(func(t *testing.T, document, action, resource, keys string) {
		if huge.MatchString(document+" "+keys) || !utf8.ValidString(document+action+resource+keys) { // requests are read as UTF-8
			return
		}
		who := Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/dev"}
		request := Request{Action: action, Resource: resource, Keys: readKeys(keys), Principal: who}
		p := []Source{{Name: "p", Policy: Compile(document)}}
		e := evaluation{request: &request}
		got := e.layer(Identity, p)
		if want := (reference{request: request}).allows(document); !got.denies && got.allows != none != want {
			t.Errorf("allowed is %t, want %t", got.allows != none, want)
		} else if got.denies && want {
			t.Error("denied, want allowed")
		}
		for _, policies := range []Policies{{Identity: p, Boundary: &p[0], Session: p}, {Resource: p}, {Resource: p, Trust: true, Identity: p}} {
			d := Decide(request, policies)
			if Explain(request, policies).Decision != d {
				t.Errorf("explained otherwise than %+v", d)
			}
			policies.Identity = Narrow(policies.Identity, action)
			if narrowed := Decide(request, policies); narrowed != d {
				t.Errorf("with the statements that have the action %+v, want %+v", narrowed, d)
			}
		}
		holdMatches(t, request, p, got)
	})
}

// holdMatches holds that all statements that match come to what the layer says, and that each statement has its place.
func holdMatches(t *testing.T, request Request, p []Source, says verdict) {
	t.Helper()
	denies, allows := false, false
	for _, m := range Matches(request, Identity, p) {
		denies, allows = denies || m.Denies, allows || !m.Denies
	}
	if denies != says.denies || !denies && allows != (says.allows != none) {
		t.Errorf("matches deny %t and allow %t, want %+v", denies, allows, says)
	}
	if n := len(Spans(p[0].Policy.Text())); p[0].Policy.Err() == nil && n != len(p[0].Policy.statements) {
		t.Errorf("%d places of %d statements", n, len(p[0].Policy.statements))
	}
}

func readKeys(text string) Known {
	known := Known{}
	for line := range strings.Lines(text) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !found {
			continue
		}
		if plain, many := strings.CutSuffix(name, "[]"); many {
			known[strings.ToLower(plain)] = Many(strings.Split(value, ","))
		} else {
			known[strings.ToLower(name)] = Is(value)
		}
	}
	return known
}

type seed struct{ document, action, resource, keys string }

// seeds are the cases of testdata.
func seeds(t testing.TB) (list []seed) {
	var conditions []struct {
		Condition json.RawMessage
		Keys      map[string]any
	}
	var layers struct {
		Cases []struct {
			Action, Resource           string
			Keys                       map[string]any
			Identity, ResourcePolicies []json.RawMessage
		}
	}
	for name, into := range map[string]any{"conditions.json": &conditions, "layers.json": &layers} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range conditions {
		for _, effect := range []string{`{"Effect":"Allow",`, `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny",`} {
			document := `{"Version":"2012-10-17","Statement":[` + effect + `"Action":"*","Resource":"*","Condition":` + string(c.Condition) + `}]}`
			list = append(list, seed{document, "ecs:RunTask", "*", writeKeys(c.Keys)})
		}
	}
	for _, c := range layers.Cases {
		for _, document := range slices.Concat(c.Identity, c.ResourcePolicies) {
			list = append(list, seed{string(document), c.Action, c.Resource, writeKeys(c.Keys)})
		}
	}
	return list
}

func writeKeys(keys map[string]any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		switch value := keys[name].(type) {
		case string:
			b.WriteString(name + "=" + value + "\n")
		case []any:
			texts := []string{}
			for _, each := range value {
				texts = append(texts, each.(string))
			}
			b.WriteString(name + "[]=" + strings.Join(texts, ",") + "\n")
		}
	}
	return b.String()
}

// A matcher that tries all that a * could take would not end here.
func TestWildcardsDoNotBlowUp(t *testing.T) {
	text := strings.Repeat("a", 6000)
	for _, pattern := range []string{strings.Repeat("*a", 3000) + "b", strings.Repeat("*?", 3000) + "b", strings.Repeat("*", 6000) + "b"} {
		p := Compile(strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[
			{"Effect":"Deny","Action":"x:PATTERN","Resource":"*"},
			{"Effect":"Deny","Action":"*","Resource":"PATTERN"},
			{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"k":"PATTERN"}}},
			{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"k":"arn:a:a:a:a:PATTERN"}}},
			{"Effect":"Allow","NotAction":"x:PATTERN","NotResource":"PATTERN"}]}`, "PATTERN", pattern))
		request := Request{Action: "x:" + text, Resource: text, Keys: Known{"k": Is("arn:a:a:a:a:" + text)}, Principal: Principal{Account: "1"}}
		if d := Decide(request, Policies{Identity: []Source{{Policy: p}}}); !d.Allowed {
			t.Errorf("%.10s…: %+v", pattern, d)
		}
	}
}
