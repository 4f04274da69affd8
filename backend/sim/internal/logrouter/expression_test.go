package logrouter

import (
	"errors"
	"strings"
	"testing"
)

func TestExpressions(t *testing.T) {
	for _, c := range []struct {
		text, line string
		matches    bool
	}{
		{"^health", "healthy", true},
		{"^health", "unhealthy", false},
		{`[]a]+$`, "]a", true},
		{`[^]a]`, "]a", false},
		{`[]]&[&]`, "]&&", true},
		{`[[:digit:][:^space:]]x\[[&]{2,}\]`, "1x[&&]", true},
		{`(?i:error)|(?m-i:fatal)|(?<code>5\d\d)`, "ERROR", true},
		{`^x(?:a|(?i)b(c|d)|e)$`, "xE", true},
		{`^(?:a(?i)b)|c`, "C", false},
		{`\{,1}|{,x`, "{,x", true},
		{`a{1,2}?{,}`, "a{,}", true},
		{`\\Q`, `\Q`, true},
		{`(\?s)`, "?s", true},
		{`\p{Lu}\x{41}?[\p{Greek}\x41]\012?$`, "BA", true},
	} {
		pattern, err := compile(c.text, false)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := pattern.MatchString(c.line); got != c.matches {
			t.Errorf("%s matches %q: %v", c.text, c.line, got)
		}
	}
}

func TestSlashesOfExpressions(t *testing.T) {
	const missing = "missing"
	for _, c := range []struct{ text, fluentBit, fluentd string }{
		{"a/i", "a/i", "a/i"},
		{"/a/", "a", "a"},
		{"/a/b/", "a/b", "a/b"},
		{"//", "", ""},
		{"/a/i", "(?i)a", "(?i)a"},
		{"/a/m", "a", "a"},
		{"/a/mi", "(?i)a", "(?i)a"},
		{"/a/oio", "(?i)a", missing},
		{"/a/o", "/a/o", "a"},
		{"/a/b", "/a/b", "a"},
		{"/a/bi", "/a/bi", "(?i)a"},
		{"/a/éi", "/a/éi", "(?i)a"},
		{"/", "/", ""},
		{"/ab", "/ab", ""},
		{"/abc", "/abc", missing},
		{"/api/health", "/api/health", missing},
		{"/var/log/x", "var/log", "var/log"},
		{"/a b/x", errReadByGo.Error(), "a b"},
		{"/a#b/ix", errReadByGo.Error(), "(?i)a#b"},
	} {
		for fluentd, want := range map[bool]string{false: c.fluentBit, true: c.fluentd} {
			pattern, err := compile(c.text, fluentd)
			got := ""
			if err != nil {
				got = strings.Replace(err.Error(), errNoRightSlash.Error(), missing, 1)
			} else {
				got = pattern.String()
			}
			if got != want {
				t.Errorf("%s (Fluentd: %v): %q, want %q", c.text, fluentd, got, want)
			}
		}
	}
}

// What a router reads in another way, or refuses, is refused, and not read as Go does.
func TestExpressionsThatAreNotRead(t *testing.T) {
	for _, text := range []string{`(?=a)`, `(?<!a)b`, `(a)\1`, `a++`, `(?>a)`, `\h`, `\R`, `[\b]`, `[a[:Alpha:]]`, "[a", "("} {
		if _, err := compile(text, false); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	for want, texts := range map[error][]string{
		errReadByGo: {
			`[a-z&&[^aeiou]]`, `[a-z&&b]`, `[]a&&b]`, `[a[bc]]`, `[[:a]`, `[^]()&&]`, `[\pL]`,
			`a{,3}`, `a{2}?`, `a{01}`, `a{1,02}`, `\Qa.b\E`, `\pL`, `\PN`, `\12`, `\x80`, `[\xe9]`,
			`a(?i)b|c`, `(a(?i)b|c)`, `a(?-i)b(d)|c`,
		},
		errOnlyInGo: {`(?P<n>a)`, `(?s).*`, `(?i-s:a)`, `(?U)a+`, `[[:alpha:]](?s)`, `(?<1>a)`},
	} {
		for _, text := range texts {
			if _, err := compile(text, false); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", text, err, want)
			}
		}
	}
}
