package logrouter

import "testing"

func TestExpressions(t *testing.T) {
	for _, c := range []struct {
		text, line string
		matches    bool
	}{
		{"^health", "healthy", true},
		{"^health", "unhealthy", false},
		{"/health/", "GET /health", true},
		{"/health/", "healthy", true},
		{"/health/", "Healthy", false},
		{"/HEALTH/i", "healthy", true},
		{"/a/b/o", "a/b", true},
		{"/api/health", "/api/health", true},
		{"/api/health", "api", false},
		{"/", "a/b", true},
		{`[]a]+$`, "]a", true},
		{`[^]a]`, "]a", false},
		{`[[:digit:][:space:]]x\[[&]{2,}\]`, "1x[&&]", true},
		{`(?i:error)|(?m-i:fatal)|(?<code>5\d\d)`, "ERROR", true},
		{`\{,1}|{,x`, "{,x", true},
		{`\\Q`, `\Q`, true},
		{`(\?s)`, "?s", true},
	} {
		pattern, err := compile(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := pattern.MatchString(c.line); got != c.matches {
			t.Errorf("%s matches %q: %v", c.text, c.line, got)
		}
	}
}

// What a router reads in another way, or refuses, is refused, and not read as Go does.
func TestExpressionsThatAreNotRead(t *testing.T) {
	for _, text := range []string{
		`(?=a)`, `(?<!a)b`, `(a)\1`, `a++`, `(?>a)`, `\h`, `\R`, "(", // which Go refuses
		`[a-z&&[^aeiou]]`, `[a-z&&b]`, `[a[bc]]`, `a{,3}`, `/a b/x`, `/a b/ix`, `\Qa.b\E`, `[^]\Q]`,
		`(?P<n>a)`, `(?s).*`, `(?i-s:a)`, `(?U)a+`, `[[:alpha:]](?s)`,
	} {
		if _, err := compile(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
