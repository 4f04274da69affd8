package rule

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
