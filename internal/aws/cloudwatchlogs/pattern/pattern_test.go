package pattern_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
)

// TestRecordedAnswers holds the package against what AWS answered to patterns. An empty
// refusal is one that AWS does not explain.
func TestRecordedAnswers(t *testing.T) {
	text, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Messages map[string][]string
		Patterns []struct {
			Of, Pattern string
			Matches     []int
			Refused     *string
		}
	}
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	for _, c := range recorded.Patterns {
		p, err := pattern.Parse(c.Pattern)
		if c.Refused != nil {
			var refused *pattern.Error
			if !errors.As(err, &refused) || refused.Text != *c.Refused {
				t.Errorf("%s: got %v, not %q", c.Pattern, err, *c.Refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Pattern, err)
			continue
		}
		var matches []int
		for i, message := range recorded.Messages[c.Of] {
			if p.Match(message) {
				matches = append(matches, i)
			}
		}
		if !slices.Equal(matches, c.Matches) {
			t.Errorf("%s: got %v, not %v", c.Pattern, matches, c.Matches)
		}
	}
}

// What the recorded answers do not show, in the words of the user guide or of this package.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, matches, other string }{
		{`"say \"hi\""`, `they say "hi"`, `they say hi`},
		{`-%^GET%`, "POST /", "GET /"},
		{`?%^a% ?b`, "ab", "cd"},
		{`{ $.a.b-c = x* }`, `{"a":{"b-c":"xyz"}}`, `{"a":{"b-c":"yz"}}`},
		{`{$.a=1}`, `{"a":1}`, `{"a":1}{"a":1}`},
		{`{ $.a = "a*b*c" }`, `{"a":"a-b-b-c"}`, `{"a":"a-c-b"}`},
		{`{ $.a != %^x% }`, `{"a":"y"}`, `{"a":"x"}`},
		{`{ (($.a = 1)) }`, ` {"a":1}`, `{"a":2}`},
		{`[a, b = "x y", ...]`, `1 "x y" 2 3`, `1 x y`},
		{`[a = 1.0, b]`, "1 z", "2 z"},
		{`[a, b = (x)]`, "", ""},
		{`[...]`, "anything", ""},
	} {
		p, err := pattern.Parse(c.pattern)
		if c.matches == "" {
			if err == nil {
				t.Errorf("%s is a pattern", c.pattern)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if !p.Match(c.matches) || c.other != "" && p.Match(c.other) {
			t.Errorf("%s: matches %q: %v, %q: %v", c.pattern, c.matches, p.Match(c.matches), c.other, p.Match(c.other))
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, text := range []string{
		"-", "?", "a-b", "10.0.0.1", "%", "%a", "{", "{}", "{ $ = 1 }", "{ $. = 1 }", "{ $.a }", "{ $.a = }", "{ $.a[ = 1 }", "{ $.a['b = 1 }",
		"{ $.a = 1", "{ $.a = 1 } x", "{ ($.a = 1 }", "{ $.a & 1 }", "{ $.a = 1 |", "{ $.a['b'x] = 1 }", "{ $.a[99999999999999999999] = 1 }",
		"{ $.a IS 1 = }", "{ $.a NOT NULL }", "[", "[a", "[a,]", "[a b]", "[a] b", "[a = 1 && b = 2]", "[= 1]", "[a > x]", "[a, , b]", "[a = ]",
	} {
		if p, err := pattern.Parse(text); err == nil {
			t.Errorf("%s is %v", text, p)
		}
	}
}

// FuzzPatterns: no pattern and no message make it panic, what is refused has a reason, and a
// word matches what has it.
func FuzzPatterns(f *testing.F) {
	for _, seed := range []string{
		`ERROR -"bad request" ?x`, `%50[0-9]\x21%`, `{ ($.a[0].b = "x*" || $.c IS NULL) && $.d NOT EXISTS }`, `[a, b > 1 || b = %x%, ..., c]`,
	} {
		f.Add(seed, `{"a":[{"b":"x"}],"c":null}`)
		f.Add(seed, `1 "two words" [3] ERROR`)
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		p, err := pattern.Parse(text)
		if err != nil {
			var refused *pattern.Error
			if !errors.As(err, &refused) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		matches := p.Match(message)
		if word := strings.TrimSpace(text); word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" && matches != strings.Contains(message, word) {
			t.Errorf("%q matches %q: %v", text, message, matches)
		}
	})
}
