package policy

import "strings"

const arnParts = 6

// readARN splits the units of an ARN into its six parts; ok is false for a text that is none.
func readARN(text []uint16) (parts [arnParts][]uint16, ok bool) {
	if len(text) < 4 || text[0] != 'a' || text[1] != 'r' || text[2] != 'n' || text[3] != ':' {
		return parts, false
	}
	n := 0
	for i, from := 0, 0; i <= len(text); i++ {
		if i == len(text) || text[i] == ':' && n < arnParts-1 {
			parts[n] = text[from:i]
			n, from = n+1, i+1
		}
	}
	return parts, n == arnParts
}

// splitARN splits the tokens of an ARN's pattern. Parts that are missing after a * are any; otherwise it is no pattern of an
// ARN. Source: IAM user guide, ARN condition operators: * alone is one (IAM0011).
func splitARN(sign []token) (parts [arnParts][]token, ok bool) {
	n := 0
	for i, from := 0, 0; i <= len(sign); i++ {
		if i == len(sign) || sign[i] == ':' && n < arnParts-1 {
			parts[n] = sign[from:i]
			n, from = n+1, i+1
		}
	}
	if n < arnParts && sign[max(0, len(sign)-1)] != star {
		return parts, false
	}
	for ; n < arnParts; n++ {
		parts[n] = []token{star}
	}
	return parts, true
}

// matchesARN compares an ARN with a pattern, part by part: a * does not cross a colon (AC35). ok is false if the pattern
// is not one of an ARN.
func (p *pattern) matchesARN(text [arnParts][]uint16, keys Keys) (is finding, ok bool) {
	var buffer [128]token
	sign := p.sign
	if p.parts != nil {
		if sign, is = p.expand(buffer[:0], keys); is != yes {
			return is, true
		}
	}
	if len(sign) == 0 {
		return no, false
	}
	parts, ok := splitARN(sign)
	if !ok {
		return no, false
	}
	for i := range parts {
		if !fits(parts[i], text[i]) {
			return no, true
		}
	}
	return yes, true
}

// compileARN reads the pattern of an ARN, whose tokens are needed in each form.
func compileARN(s string, variables bool) (p pattern, ok bool) {
	if variables && strings.Contains(s, "${") {
		return compilePattern(s, true, true)
	}
	return pattern{form: mixed, sign: signs(nil, s, true)}, true
}
