package allowedpattern

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPatterns has expressions of public templates, and what their values are.
func TestPatterns(t *testing.T) {
	t.Parallel()
	const (
		password = `(?=^.{6,255}$)((?=.*\d)(?=.*[A-Z])(?=.*[a-z])|(?=.*\d)(?=.*[^A-Za-z0-9])(?=.*[a-z]))^.*`
		host     = `^(?=^.{3,63}$)(?!.*[.-]{2})(?!^(?:(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}$)(^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])$)`
	)
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{`[a-z]+`, "abc", true},
		{`[a-z]+`, "abc1", false},
		{`.{20,2048}`, strings.Repeat("é", 2000), true},
		{password, "Secret1", true},
		{password, "secret1!", true},
		{password, "secret", false},
		{password, "Se1", false},
		{host, "my-bucket.example", true},
		{host, "my..bucket", false},
		{host, "10.0.0.1", false},
		{host, "ab", false},
		{`^$|^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$`, "", true},
		{`^$|^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$`, "corp-1", true},
		{`^$|^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$`, "d-1", false},
		{`(?!x)(a*)*b`, strings.Repeat("a", 50), false},
		{`(?=a)[\]a]{2}`, "a]", true},
	} {
		p, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		} else if got := p.MatchString(c.value); got != c.want {
			t.Errorf("%s of %.50q: %t", c.pattern, c.value, got)
		}
	}
	for _, pattern := range []string{`(?<=a)b`, `(?<!a)b`, `a++`, `(?>a)`, `(?=a)(b)\1`, `(?=a`, `(?=a))`, `(?=a)[a&&b]`, `(?=a)*+`, `(?=a)[`, strings.Repeat("(", 200) + "(?=a)" + strings.Repeat(")", 200)} {
		if _, err := Compile(pattern); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

// TestAgainstGo: without looking ahead, expressions match what Go's do.
func TestAgainstGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(([ab.^$]|\[a-c\]|\[\^a\]|\\d|\\\.|\((a|b|ab)\|b\)|\(\?:a\*b\))([*+?]|\{1,2\}|\{2\}|\{1,\}|\*\?)?){1,5}(\|[ab]{0,2})?`).Draw(t, "pattern")
		want, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			t.Skip(text)
		}
		p := &parser{rest: []rune(text)}
		steps, err := p.alternatives()
		if err != nil || len(p.rest) > 0 {
			t.Fatalf("%s: %v, left %q", text, err, string(p.rest))
		}
		value := rapid.StringMatching(`[abc.1]{0,6}`).Draw(t, "value")
		if got := (&Pattern{steps: steps}).MatchString(value); got != want.MatchString(value) {
			t.Fatalf("%s of %q: %t", text, value, got)
		}
	})
}
