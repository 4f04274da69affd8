package eventpattern_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
)

// What the recorded answers do not show, in the words of the JSON reader that AWS uses and of event-ruler.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ pattern, reason, place string }{
		{"", "Filter is not an object", "line: 1, column: 1"},
		{"{", "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])", "line: 1, column: 2"},
		{`{"a":[1]`, "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"a\":[1]\"; line: 1, column: 1])", "line: 1, column: 9"},
		{`{"a":["b`, "Unexpected end-of-input: was expecting closing quote for a string value", "line: 1, column: 9"},
		{`{a:[1]}`, "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", "line: 1, column: 3"},
		{`{"a" [1]}`, "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value", "line: 1, column: 7"},
		{`{"a":[1 2]}`, "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", "line: 1, column: 10"},
		{`{"a":[1}`, "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"{\"a\":[1}\"; line: 1, column: 6])", "line: 1, column: 9"},
		{`{"":[}`, "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"{\"\":[}\"; line: 1, column: 5])", "line: 1, column: 7"},
		{`{"a":[yes]}`, "Unrecognized token 'yes': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", "line: 1, column: 10"},
		{`{"a":[01]}`, "Invalid numeric value: Leading zeroes not allowed", "line: 1, column: 8"},
		{`{"a":["\q"]}`, "Unrecognized character escape 'q' (code 113)", "line: 1, column: 10"},
		{"{\n \"source\":\r\n  \"aws.ecs\"\n}", "\"source\" must be an object or an array", "line: 3, column: 4"},
		{"{\"a\":[\"😀\", {\"x\":1}]}", "Unrecognized match type x", "line: 1, column: 19"},
		{`{"a":[{"numeric":1}]}`, "Value of numeric must be an array.", "line: 1, column: 19"},
		{`{"a":[{"numeric":["="]}]}`, "Value of equals must be numeric", "line: 1, column: 23"},
		{`{"a":[{"numeric":[">",1,"<",2,3]}]}`, "Too many terms in numeric range expression", "line: 1, column: 32"},
		{`{"a":[{"numeric":[">",1,2]}]}`, "Bad value in numeric range: 2", "line: 1, column: 26"},
		{`{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}`, "Unsupported anything-but pattern: cidr", "line: 1, column: 32"},
		{`{"a":[{"prefix":{"suffix":"x"}}]}`, "Unsupported prefix pattern: suffix", "line: 1, column: 28"},
		{`{"a":[{"exactly":1}]}`, "exact match pattern must be a string", "line: 1, column: 19"},
		{`{"$or":{}}`, "It must be an Array followed with $or.", "line: 1, column: 9"},
	} {
		_, err := eventpattern.Parse(c.pattern)
		want := c.reason + "\n at [Source: (String)\"" + c.pattern + "\"; " + c.place + "]"
		var refused *eventpattern.Error
		if !errors.As(err, &refused) || refused.Reason != want {
			t.Errorf("%s:\n%v, not\n%s", c.pattern, err, want)
		}
	}
}

// event-ruler wraps a refusal within a list of anything-but: it names the place twice.
func TestRefusalsInListsOfAnythingBut(t *testing.T) {
	_, err := eventpattern.Parse(`{"a":[{"anything-but":["x",null]}]}`)
	place := "\n at [Source: (String)\"{\"a\":[{\"anything-but\":[\"x\",null]}]}\"; line: 1, column: 32]"
	if want := "Event pattern is not valid. Reason: Inside anything but list, start|null|boolean is not supported." + place + place; err == nil || err.Error() != want {
		t.Errorf("%v, not\n%s", err, want)
	}
}

// A refusal shows the first 500 characters of a pattern.
func TestRefusalsOfLongPatterns(t *testing.T) {
	long := `{"a":["` + strings.Repeat("x", 600) + `",[]]}`
	_, err := eventpattern.Parse(long)
	if want := "\n at [Source: (String)\"" + long[:500] + "\"[truncated 113 chars]; line: 1, column: 611]"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v does not end in\n%s", err, want)
	}
}

// Deep and wide patterns are refused before they cost anything.
func TestPatternsWithoutEnd(t *testing.T) {
	for _, text := range []string{
		strings.Repeat(`{"a":`, 100_000),
		`{"a":` + strings.Repeat("[", 100_000),
		strings.Repeat(`{"$or":[`, 2000),
		"{" + strings.Repeat(`"$or":[{"a":[1]},{"b":[1]}],`, 10_000) + `"c":[1]}`,
		`{"a":[{"wildcard":"` + strings.Repeat("*ab", 10_000) + `"}]}`,
	} {
		if _, err := eventpattern.Parse(text); err == nil {
			t.Errorf("%.40s… is a pattern", text)
		}
	}
}

func TestMoreMatches(t *testing.T) {
	for _, c := range []struct{ pattern, matches, other string }{
		{`{"detail":{"v":[{"exactly":"a"}]}}`, `{"v":"a"}`, `{"v":"A"}`},
		{`{"detail":{"v":[{"wildcard":"*"}]}}`, `{"v":""}`, `{"v":1}`},
		{`{"detail":{"v":[{"prefix":""}]}}`, `{"v":"x"}`, `{"v":null}`},
		{`{"detail":{"v":[{"numeric":["<",0]}]}}`, `{"v":-1e300}`, `{"v":-1e400}`},
		{`{"detail":{"v":["\ud83d\ude00"]}}`, `{"v":"😀"}`, `{"v":"?"}`},
		{`{"detail":{"v":["\ud83d"]}}`, `{"v":"?"}`, `{"v":"😀"}`},
		{`{"detail":{"a":{"x":[1]},"b":{"x":[1]}}}`, `{"a":[{"x":0},{"x":1}],"b":[{"x":1}]}`, `{"a":[{"x":0}],"b":[{"x":1}]}`},
		{`{"detail":{"a":{"b":{"x":[1]},"y":[2]}}}`, `{"a":[{"b":[{"x":0},{"x":1}],"y":2}]}`, `{"a":[{"b":[{"x":1}],"y":0},{"b":[{"x":0}],"y":2}]}`},
		{`{"detail":{"v":[{"cidr":"10.0.0.0/8"}]}}`, `{"v":["x","10.9.8.7"]}`, `{"v":"10.9.8.777"}`},
		{`{"detail":{"v":[{"cidr":"2001:db8::/33"}]}}`, `{"v":"2001:DB8:7fff::1"}`, `{"v":"2001:db8:8000::1"}`},
	} {
		p, err := eventpattern.Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if !p.Matches(probe(t, c.matches)) || p.Matches(probe(t, c.other)) {
			t.Errorf("%s: matches %s: %v, %s: %v", c.pattern, c.matches, p.Matches(probe(t, c.matches)), c.other, p.Matches(probe(t, c.other)))
		}
	}
}
