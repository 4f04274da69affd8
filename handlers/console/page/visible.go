package page

import (
	"strings"
	"unicode"
)

// Visible has control characters stand in a text as signs that are seen: U+001B as ␛. Those that turn the direction of a
// text are named by their number. Line breaks and tabs stay.
func Visible(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		switch {
		case !hidden(c):
			b.WriteRune(c)
		case c < 0x20:
			b.WriteRune(0x2400 + c)
		case c == 0x7f:
			b.WriteRune('␡')
		default:
			const digits = "0123456789ABCDEF"
			b.WriteString("⟨U+")
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(digits[c>>shift&15])
			}
			b.WriteString("⟩")
		}
	}
	return b.String()
}

// hidden reports whether a character is not seen, or changes how others are.
func hidden(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069, c == 0x200e || c == 0x200f || c == 0x061c:
		return true
	}
	return unicode.IsControl(c)
}
