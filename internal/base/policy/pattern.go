package policy

import (
	"strings"
	"unicode/utf16"
)

// pattern is a text of a policy with which texts of requests are compared: one with wildcards, or with variables, or
// one that stands for itself.
type pattern struct {
	form   form
	text   string   // of exact
	pieces []string // of starred, what stands around each *
	sign   []token  // of mixed without variables
	// parts are there only with variables, for which a request has texts.
	parts []part
}

type form uint8

const (
	exact   form = iota
	starred      // with a *
	mixed        // with a ?, or with variables
)

// token is a UTF-16 unit, which is what ? stands for (AC35), or a wildcard.
type token int32

const (
	star token = -1 // any text
	one  token = -2 // any unit
)

// part is a piece of text, or a variable.
type part struct {
	sign     []token
	text     string
	variable string // its key in lower case
	// fallback is taken where the request does not have the key.
	fallback    string
	hasFallback bool
	broken      bool // it is no variable
}

// compilePattern reads a text. Variables are read in documents of 2012-10-17 only (AC36); ok is false if one is broken.
func compilePattern(s string, wildcards, variables bool) (p pattern, ok bool) {
	if !variables || !strings.Contains(s, "${") {
		return plainPattern(s, wildcards), true
	}
	p = pattern{form: mixed}
	for {
		before, rest, found := strings.Cut(s, "${")
		p.parts = append(p.parts, part{sign: signs(nil, before, wildcards), text: before})
		if !found {
			return p, true
		}
		v, after, fine := readVariable(rest)
		if !fine {
			return pattern{form: mixed, parts: []part{{broken: true}}}, false
		}
		p.parts, s = append(p.parts, v), after
	}
}

func plainPattern(s string, wildcards bool) pattern {
	switch {
	case wildcards && strings.Contains(s, "?"):
		return pattern{form: mixed, sign: signs(nil, s, true)}
	case wildcards && strings.Contains(s, "*"):
		return pattern{form: starred, pieces: strings.Split(s, "*")}
	}
	return pattern{form: exact, text: s}
}

// readVariable reads what follows "${": a key, a key with a text for want of it, or one of the three characters that
// have a meaning. Source: IAM user guide, variables and tags.
func readVariable(s string) (v part, after string, ok bool) {
	if len(s) > 1 && s[1] == '}' && strings.Contains("*?$", s[:1]) {
		return part{sign: []token{token(s[0])}, text: s[:1]}, s[2:], true
	}
	inside, after, found := strings.Cut(s, "}")
	key, fallback, has := strings.Cut(inside, ",")
	v.variable = strings.ToLower(strings.TrimSpace(key))
	if !found || v.variable == "" || strings.ContainsAny(v.variable, "'${") {
		return v, "", false
	}
	if !has {
		return v, after, true
	}
	fallback = strings.TrimSpace(fallback)
	if len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'' {
		return v, "", false
	}
	v.fallback, v.hasFallback = fallback[1:len(fallback)-1], true
	return v, after, !strings.Contains(v.fallback, "'")
}

// signs adds the tokens of a text.
func signs(to []token, s string, wildcards bool) []token {
	for _, r := range s {
		switch {
		case r == '*' && wildcards:
			to = append(to, star)
		case r == '?' && wildcards:
			to = append(to, one)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			to = append(to, token(high), token(low))
		default:
			to = append(to, token(r))
		}
	}
	return to
}

// finding is what became of a comparison, or of a variable.
type finding uint8

const (
	no finding = iota
	yes
	// unknown is of a variable whose key may be there or not (Value.Unknown), and of one that is broken.
	unknown
)

func found(is bool) finding {
	if is {
		return yes
	}
	return no
}

// expand adds the tokens of a pattern with variables. A variable without a text, and one of a key that may have more
// than one, has no tokens at all: then the pattern matches nothing (AC36).
func (p *pattern) expand(to []token, keys Keys) ([]token, finding) {
	for i := range p.parts {
		v := &p.parts[i]
		if v.variable == "" && !v.broken {
			to = append(to, v.sign...)
			continue
		}
		text, is := v.textOf(keys)
		if is != yes {
			return nil, is
		}
		to = signs(to, text, false)
	}
	return to, yes
}

// expandText is the text of a pattern with variables, in which wildcards stand for themselves.
func (p *pattern) expandText(keys Keys) (string, finding) {
	var b strings.Builder
	for i := range p.parts {
		text, is := p.parts[i].textOf(keys)
		if is != yes {
			return "", is
		}
		b.WriteString(text)
	}
	return b.String(), yes
}

func (v *part) textOf(keys Keys) (string, finding) {
	switch {
	case v.broken:
		return "", unknown
	case v.variable == "":
		return v.text, yes
	}
	value := keys.Key(v.variable)
	switch {
	case value.Unknown:
		return "", unknown
	case value.Many:
		return "", no
	case len(value.Texts) == 1:
		return value.Texts[0], yes
	case v.hasFallback:
		return v.fallback, yes
	}
	return "", no
}

// matches compares a text with a pattern. The units of the text may be given: nil makes them here.
func (p *pattern) matches(s string, given []uint16, keys Keys) finding {
	switch p.form {
	case exact:
		return found(s == p.text)
	case starred:
		return found(inOrder(p.pieces, s))
	}
	return p.matchesMixed(s, given, keys)
}

// inOrder reports whether a text begins with the first piece, ends with the last, and has the others between them.
func inOrder(pieces []string, s string) bool {
	last := len(pieces) - 1
	s, begins := strings.CutPrefix(s, pieces[0])
	if !begins {
		return false
	}
	s, ends := strings.CutSuffix(s, pieces[last])
	for i := 1; i < last && ends; i++ {
		_, s, ends = strings.Cut(s, pieces[i])
	}
	return ends
}

// matchesMixed is a function of its own for its buffers, which most comparisons do without.
func (p *pattern) matchesMixed(s string, given []uint16, keys Keys) finding {
	var tokenBuffer [128]token
	sign := p.sign
	if p.parts != nil {
		var is finding
		if sign, is = p.expand(tokenBuffer[:0], keys); is != yes {
			return is
		}
	}
	var unitBuffer [128]uint16
	if given == nil {
		given = units(unitBuffer[:0], s)
	}
	return found(fits(sign, given))
}

// units adds the UTF-16 units of a text.
func units(to []uint16, s string) []uint16 {
	for _, r := range s {
		to = utf16.AppendRune(to, r)
	}
	return to
}

// fits reports whether tokens match a text. It goes back only to the last *, which can take what an earlier one would
// have to: in the worst case it compares each token with each unit, and never more.
func fits(sign []token, text []uint16) bool {
	last, from, at := -1, 0, 0 // the last *, where what follows it was tried, and where sign is
	for i := 0; i < len(text); {
		switch {
		case at < len(sign) && sign[at] == star:
			last, from = at, i
			at++
		case at < len(sign) && (sign[at] == one || sign[at] == token(text[i])):
			at++
			i++
		case last >= 0:
			from++
			at, i = last+1, from
		default:
			return false
		}
	}
	for at < len(sign) && sign[at] == star {
		at++
	}
	return at == len(sign)
}
