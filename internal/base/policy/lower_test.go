package policy

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

// Small letters follow the Unicode standard, of which AWS takes the first 65,536 characters (AC40).
func TestSmallLetters(t *testing.T) {
	standard := cases.Lower(language.Und)
	for r := rune(1); r <= 0xffff; r++ {
		if unicode.Is(unicode.Cs, r) || unicode.ToLower(r) > 0xffff {
			continue
		}
		for _, text := range []string{string(r), "a" + string(r), string(r) + "Σ", "Σ" + string(r), "aΣ" + string(r) + "a"} {
			if got, want := lower(text), standard.String(text); got != want {
				t.Errorf("%q (%U) is %q in small letters, want %q", text, r, got, want)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"A", "b", "Σ", "ς", "İ", "'", ".", " ", "\u0301", "ǅ", "1", "\u00ad", "𝒳"})).Draw(t, "text"), "")
		if got, want := lower(text), standard.String(text); got != want {
			t.Errorf("%q is %q in small letters, want %q", text, got, want)
		}
	})
	if got := lower("𐐀"); got != "𐐀" {
		t.Errorf("a capital letter beyond the first 65,536 is %q", got)
	}
}
