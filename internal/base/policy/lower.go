package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lower is how AWS compares texts in any case: in small letters, with the sigma that ends a word, and not by folding
// (AC40). Letters beyond the first 65,536 stay as they are.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == 'Σ' && endsWord(s[:i], s[i+len("Σ"):]):
			b.WriteRune('ς')
		case r == 'İ':
			b.WriteString("i\u0307")
		case r > 0xffff:
			b.WriteRune(r)
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// endsWord reports whether a letter between two texts is the last one of a word of more letters.
// Source: the Unicode standard, section 3.13, Final_Sigma.
func endsWord(before, after string) bool {
	for before != "" {
		r, n := utf8.DecodeLastRuneInString(before)
		switch {
		case cased(r):
			return !beginsWord(after)
		case !ignorable(r):
			return false
		}
		before = before[:len(before)-n]
	}
	return false
}

func beginsWord(s string) bool {
	for _, r := range s {
		if cased(r) || !ignorable(r) {
			return cased(r)
		}
	}
	return false
}

func cased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) || unicode.In(r, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// withinWords are the characters whose Word_Break is MidLetter, MidNumLet or Single_Quote.
const withinWords = "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a"

// ignorable are accents, and what stands within words.
func ignorable(r rune) bool {
	return strings.ContainsRune(withinWords, r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
