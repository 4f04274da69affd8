package query

import (
	"regexp"
	"strings"
)

// compilePattern makes RE2 of a Java pattern, which must match a value as a whole.
func compilePattern(a argument) (*regexp.Regexp, error) {
	_, err := regexp.Compile(a.text) // by itself, so that none of its parentheses closes the one around it
	whole, wrapped := regexp.Compile(`\A(?:` + a.text + `)\z`)
	if err != nil || wrapped != nil || nestedClass(a.text) {
		return nil, &Error{a.at, "ecs-emulator does not support the pattern '" + a.text + "'"}
	}
	return whole, nil
}

// nestedClass finds classes of characters inside of others, which Java joins or
// intersects, and RE2 reads as characters: [a[bc]], [a-z&&[^m]].
func nestedClass(pattern string) bool {
	inClass := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, `\Q`):
			quoted, _, _ := strings.Cut(rest, `\E`)
			i += len(quoted) + 1
		case rest[0] == '\\':
			i++
		case inClass && (rest[0] == '[' || strings.HasPrefix(rest, "&&")):
			return true
		case inClass:
			inClass = rest[0] != ']'
		case rest[0] == '[':
			inClass = true
			if strings.HasPrefix(rest, "[^") {
				i++
			}
			if strings.HasPrefix(pattern[i+1:], "]") { // the first is a character
				i++
			}
		}
	}
	return false
}
