package allowedpattern

import (
	"regexp"
	"strings"
	"testing"
	"time"

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
		// the whole must match, as Java's matches() wants
		{`a|ab`, "ab", true},
		{`^a`, "ab", false},
		{`a$|b`, "a\n", false},
		{`.*`, "a\rb", false},
		{`(?s).*`, "a\rb", true},
		// possessive repetitions and atomic groups give nothing back
		{`a++b`, "aab", true},
		{`a*+ab`, "aab", false},
		{`a*ab`, "aab", true},
		{`(?>a|ab)c`, "abc", false},
		{`(?>ab|a)c`, "abc", true},
		{`(?>a+?)b`, "aab", false},
		{`a?+b`, "b", true},
		{`[a-z]{2,4}+[a-z]`, "abcd", false},
		{`[a-z]{2,4}+[a-z]`, "abcde", true},
		{`(?=a)*+b`, "b", true},
		{`([a-z]++-?+)++`, "ab-cd", true},
		// classes in classes
		{`[a-z&&[^aeiou]]+`, "bcd", true},
		{`[a-z&&[^aeiou]]+`, "bad", false},
		{`[a-c[x-z]]+`, "axz", true},
		{`[a-z&&m-z&&[^x]]`, "n", true},
		{`[a-z&&m-z&&[^x]]`, "x", false},
		{`[]a]+`, "]a", true},
		{`[^]]`, "]", false},
		{`[\w-.]+`, "a-.", true},
		{`[a-]+`, "-a", true},
		{`[&a]`, "&", true},
		{`[\d&&[^5]]`, "5", false},
		// names of sets
		{`\p{Alpha}\p{Digit}\P{Upper}`, "a1b", true},
		{`\p{Alpha}`, "é", false},
		{`\pL\p{Lu}\p{IsLatin}`, "éÉé", true},
		{`\w`, "é", false},
		{`[\p{Punct}&&[^@]]+`, "!#", true},
		{`[\p{Punct}&&[^@]]+`, "@", false},
		{`\s`, "\v", true},
		{`\h\v`, "\u00a0\u2028", true},
		{`\x41\u0042\x{43}\t`, "ABC\t", true},
		{`\Qa.b\E+`, "a.ba.b", true},
		{`\Qa.b`, "axb", false},
		{`(?i)ab[c-d]`, "ABD", true},
		{`(?i:a)b`, "AB", false},
		{`(a(?i)b)c`, "aBC", false},
		{`(?i)[^a]`, "A", false},
		{`(?<name>a)\bb?`, "a", true},
		{`a\Bb\z`, "ab", true},
		{`a{0}`, "", true},
		{`(){9999}(a|){5000,9999}`, "aa", true},
		{`[a-z]{3,5000}`, strings.Repeat("a", 4000), true},
		{`[a-z]{3,3000}`, strings.Repeat("a", 3001), false},
		{`[a-z]{1500}`, strings.Repeat("a", 1500), true},
	} {
		p, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		} else if got := p.MatchString(c.value); got != c.want {
			t.Errorf("%s of %.50q: %t", c.pattern, c.value, got)
		}
	}
	for _, pattern := range []string{`(?<=a)b`, `(?<!a)b`, `(?=a)(b)\1`, `(?=a`, `(?=a))`, `(?=a)[a&&]`, `(?=a)*++`, `(?m)^a`, `\G`, `\1`, `\p{InGreek}`, `\p{Nope}`, `a{2,1}`, `a{`, `*a`, `a**`, `[b-a]`, `[a`, `[`, `\`, `\x1`, `\x{110000}`, `(?<n>a)\k<n>`, `a)`, `(?=a)[`, strings.Repeat("(", 200) + "(?=a)" + strings.Repeat(")", 200)} {
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
		p, err := Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		value := rapid.StringMatching(`[abc.1]{0,6}`).Draw(t, "value")
		steps := &Pattern{p.expression, func() *regexp.Regexp { return nil }}
		if got := steps.MatchString(value); got != want.MatchString(value) {
			t.Fatalf("%s of %q: %t", text, value, got)
		}
		if p.expression.plain() == nil || p.MatchString(value) != want.MatchString(value) {
			t.Fatalf("%s as %s of %q: %t", text, p.text, value, !want.MatchString(value))
		}
	})
}

// TestSets holds what is made of sets against their characters.
func TestSets(t *testing.T) {
	t.Parallel()
	draw := func(t *rapid.T, name string) set {
		var s set
		for range rapid.IntRange(0, 4).Draw(t, name) {
			from := rapid.Int32Range(0, 30).Draw(t, name)
			s = append(s, span{from, from + rapid.Int32Range(0, 5).Draw(t, name)})
		}
		return s.union(nil)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		text := regexp.MustCompile(`^` + a.text() + `$`)
		for r := range rune(40) {
			if a.union(b).has(r) != (a.has(r) || b.has(r)) || a.intersection(b).has(r) != (a.has(r) && b.has(r)) || a.not().has(r) == a.has(r) || text.MatchString(string(r)) != a.has(r) {
				t.Fatalf("%v and %v of %d", a, b, r)
			}
		}
		if !a.not().has(0x10ffff) || len(a.not().not()) != len(a) {
			t.Fatalf("not %v", a)
		}
	})
}

// TestHardPatterns end soon: expressions that go back again and again, and long ones.
func TestHardPatterns(t *testing.T) {
	t.Parallel()
	value := strings.Repeat("a", 4096)
	for _, pattern := range []string{
		`(?!x)(a*)*b`, `(?=a)(a|aa)+b`, `(?=(a+)+b)a`, `(?!(((a*)*)*)*b)a*`, `(?:(?=a)((){9999}){9999})*b`, `(a{1,1000}){1,1000}b`, `(?=a)(a?){4000}a{4000}b`,
		strings.Repeat("a?", 2000) + strings.Repeat("a", 2000) + "b", `(?!x)(` + strings.Repeat("a?", 5000) + `)*b`, `(?!x)(` + strings.Repeat("^?", 5000) + `a?)*b`,
		strings.Repeat(`[a-z]{1000}`, 4000), `(?!x)(` + strings.Repeat("x|", 10_000) + `a)*b`, `[` + strings.Repeat(`\p{L}\p{N}`, 5000) + `]*b`,
		`[` + strings.Repeat(`acegikmoqsuwyéíóú`, 1500) + `]*b`, `\Q` + strings.Repeat(`a`, 50_000), strings.Repeat("a|", 20_000) + "b",
	} {
		p, err := Compile(pattern)
		if err != nil {
			t.Errorf("%.60s: %v", pattern, err)
			continue
		}
		began := time.Now()
		steps := NewSteps()
		for range 20 {
			if p.Match(value, steps) {
				t.Errorf("%.60s matches", pattern)
				break
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%.60s takes %s", pattern, took)
		}
	}
}
