package wire

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// matcher tells whether a whole string matches a pattern of a service model. Those of
// tags, which come with most requests, are a class of characters repeated, [a-z]*:
// regular expressions take ten times as long to look at such strings as a table does.
func matcher(pattern string) func(s string) bool {
	whole := regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString
	if !repeatsClass(pattern) {
		return whole
	}
	var ascii [utf8.RuneSelf]bool
	for c := range ascii {
		ascii[c] = whole(string(rune(c)))
	}
	return func(s string) bool {
		for i := range len(s) {
			if s[i] >= utf8.RuneSelf {
				return whole(s[i:])
			}
			if !ascii[s[i]] {
				return false
			}
		}
		return true
	}
}

func repeatsClass(pattern string) bool {
	p, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	for p.Op == syntax.OpCapture {
		p = p.Sub[0]
	}
	return p.Op == syntax.OpStar && p.Sub[0].Op == syntax.OpCharClass
}
