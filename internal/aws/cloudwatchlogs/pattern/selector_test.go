package pattern_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
)

func TestSelectors(t *testing.T) {
	for _, c := range []struct{ pattern, message, selector, want string }{
		{`{ $.a = * }`, `{"a":1.50}`, "$.a", "1.50"},
		{`{ $.a = * }`, `{"a":{"b":[true,"x"]}}`, "$.a.b[1]", "x"},
		{`{ $.a = * }`, `{"a":true}`, "$['a']", "true"},
		{`[a, b]`, `1 2 3 `, "$b", "2 3"},
		{`[a, ..., b]`, `1 "2 3" 4`, "$2", "2 3"},
	} {
		p, err := pattern.Parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := pattern.ParseSelector(c.selector)
		if !ok {
			t.Errorf("%s is no selector", c.selector)
		}
		if got, ok := pattern.Extract(p, c.message).Get(s); !ok || got != c.want {
			t.Errorf("%s of %s: got %q, %v", c.selector, c.message, got, ok)
		}
	}
	terms, _ := pattern.Parse("A")
	fields, _ := pattern.Parse("[a]")
	object, _ := pattern.Parse("{ $.a EXISTS }")
	for _, p := range []pattern.Pattern{terms, fields, object} {
		for _, selector := range []string{"$.none", "$none"} {
			s, _ := pattern.ParseSelector(selector)
			if p == nil {
				continue
			}
			if got, ok := pattern.Extract(p, `{"a":null}`).Get(s); ok {
				t.Errorf("%s is %q", selector, got)
			}
		}
	}
	for _, text := range []string{"", "$", "a", "$.", "$.a.*", "$.a[*]", "$.a b", "$a.b", "$.a = 1", "$a-b", "$[", "1"} {
		if _, ok := pattern.ParseSelector(text); ok {
			t.Errorf("%q is a selector", text)
		}
	}
}

func TestSelections(t *testing.T) {
	here := map[string]string{"@aws.account": "123456789012", "@aws.region": "eu-west-1", "@source.log": "shop"}
	for text, want := range map[string]bool{
		"":                            true,
		`@aws.account="123456789012"`: true,
		`@aws.region = "us-east-1"`:   false,
		`@aws.region != 'us-east-1'`:  true,
		`@aws.region IN ["us-east-1", "eu-west-1"]`:                                                                    true,
		`@aws.region NOT IN ["us-east-1", "eu-west-1"]`:                                                                false,
		`@aws.region = "a" OR @source.log = "shop" AND @aws.account = "1"`:                                             false,
		`(@aws.region = "a" or @source.log = "shop") and @aws.account IN ["1", "123456789012"]`:                        true,
		`@aws.region = "us-east-1" OR (@aws.region = "eu-west-1" AND @aws.account = "" ) OR @aws.region = "eu-west-1"`: true,
	} {
		s, ok := pattern.ParseSelection(text)
		if !ok || s(here) != want {
			t.Errorf("%s: %v", text, ok)
		}
	}
	for _, text := range []string{
		"nonsense", "@aws.nope = 'a'", "@aws.region", "@aws.region =", "@aws.region = a", "@aws.region = 'a", "@aws.region IN []", "@aws.region IN ['a'",
		"@aws.region IN 'a'", "@aws.region NOT 'a'", "@aws.region = 'a' AND", "(@aws.region = 'a'", "@aws.region = 'a' 'b'", "! = 'a'", "@aws.region = 'a')",
	} {
		if _, ok := pattern.ParseSelection(text); ok {
			t.Errorf("%s is a selection", text)
		}
	}
}

// FuzzSelections: no text makes it panic.
func FuzzSelections(f *testing.F) {
	f.Add(`(@aws.region = "a" or @source.log = "shop") and @aws.account NOT IN ["1", '2']`, "$.a['b'][0]")
	f.Fuzz(func(_ *testing.T, text, selector string) {
		if s, ok := pattern.ParseSelection(text); ok {
			s(nil)
		}
		pattern.ParseSelector(selector)
	})
}
