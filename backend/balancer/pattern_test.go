package balancer

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// asRegexp says what a pattern means, by other means.
func asRegexp(text string, fold, escapes bool) *regexp.Regexp {
	b := strings.Builder{}
	b.WriteString(`(?s`)
	if fold {
		b.WriteString(`i`)
	}
	b.WriteString(`)\A`)
	for i := 0; i < len(text); i++ {
		switch c := text[i : i+1]; {
		case c == `\` && escapes && i+1 < len(text) && strings.Contains(`*?\`, text[i+1:i+2]):
			i++
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		case c == "*":
			b.WriteString(`.*`)
		case c == "?":
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(c))
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0 }

func TestPatternsMeanWhatTheirExpressionsDo(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune(`abAB*?\/`)), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		p, text := letters.Draw(t, "pattern"), letters.Draw(t, "text")
		fold, escapes := rapid.Bool().Draw(t, "fold"), rapid.Bool().Draw(t, "escapes")
		if got, want := newPattern(p, fold, escapes).matches(text), asRegexp(p, fold, escapes).MatchString(text); got != want {
			t.Errorf("%q in %q: %v, want %v", text, p, got, want)
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("*.example.com", "www.example.com", true)
	f.Add("/img/*/pics?", "/img/a/b/pics1", false)
	f.Add(`\*`, "*", false)
	f.Fuzz(func(t *testing.T, p, text string, fold bool) {
		if !ascii(p) || !ascii(text) {
			return // an expression counts runes
		}
		if got, want := newPattern(p, fold, true).matches(text), asRegexp(p, fold, true).MatchString(text); got != want {
			t.Errorf("%q in %q: %v, want %v", text, p, got, want)
		}
	})
}

// A pattern of many stars takes no exponential time.
func TestPatternsOfManyStarsEnd(t *testing.T) {
	if newPattern(strings.Repeat("*a", 60)+"b", false, false).matches(strings.Repeat("a", 10_000)) {
		t.Error("it matches")
	}
}

func FuzzMatcher(f *testing.F) {
	f.Add("200", 200)
	f.Add("200-299,301", 302)
	f.Add("0-99", 12)
	f.Fuzz(func(t *testing.T, text string, code int) {
		m, err := newMatcher(text, 0, 599)
		if err != nil {
			return
		}
		if m.matches(code) && (code < 0 || code > 599) {
			t.Errorf("%q takes %d", text, code)
		}
		for _, r := range m {
			if !m.matches(r.from) || !m.matches(r.to) {
				t.Errorf("%q does not take its own ends", text)
			}
		}
	})
}

func TestMatchers(t *testing.T) {
	for _, c := range []struct {
		text    string
		takes   []int
		refuses []int
	}{
		{"200", []int{200}, []int{199, 201}},
		{"200,202", []int{200, 202}, []int{201}},
		{"200-299", []int{200, 250, 299}, []int{199, 300}},
		{"200-204, 301-302", []int{204, 301}, []int{205, 303}},
	} {
		m, err := newMatcher(c.text, 200, 599)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range c.takes {
			if !m.matches(code) {
				t.Errorf("%q refuses %d", c.text, code)
			}
		}
		for _, code := range c.refuses {
			if m.matches(code) {
				t.Errorf("%q takes %d", c.text, code)
			}
		}
	}
	for _, text := range []string{"", "abc", "200-", "-200", "300-200", "99", "600", "200,,201", "2 00", "+200", "200-299-300"} {
		if _, err := newMatcher(text, 200, 599); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
