package rule

import "strings"

// pattern is text with wildcards: * stands for any characters or none, ? for exactly one.
type pattern struct {
	tokens []uint16 // bytes, or one of the two below
	fold   bool     // capitals do not count
}

const (
	anyByte  = 256
	anyBytes = 257
)

// newPattern reads a pattern. Where escapes holds, \* and \? mean the characters.
func newPattern(text string, fold, escapes bool) pattern {
	p := pattern{fold: fold}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && escapes && i+1 < len(text) && strings.IndexByte(`*?\`, text[i+1]) >= 0:
			i++
			p.tokens = append(p.tokens, uint16(text[i]))
		case c == '*':
			p.tokens = append(p.tokens, anyBytes)
		case c == '?':
			p.tokens = append(p.tokens, anyByte)
		case fold:
			p.tokens = append(p.tokens, uint16(lower(c)))
		default:
			p.tokens = append(p.tokens, uint16(c))
		}
	}
	return p
}

// matches takes time linear in the product of the lengths at worst: only the last * is
// ever tried again.
func (p pattern) matches(text string) bool {
	t, star, again := 0, -1, 0
	for i := 0; i < len(text); {
		switch {
		case t < len(p.tokens) && p.tokens[t] == anyBytes:
			star, again = t, i
			t++
		case t < len(p.tokens) && p.one(p.tokens[t], text[i]):
			t++
			i++
		case star >= 0:
			again++
			t, i = star+1, again
		default:
			return false
		}
	}
	for t < len(p.tokens) && p.tokens[t] == anyBytes {
		t++
	}
	return t == len(p.tokens)
}

func (p pattern) one(token uint16, c byte) bool {
	if p.fold {
		c = lower(c)
	}
	return token == anyByte || token == uint16(c)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
