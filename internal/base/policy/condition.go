package policy

import (
	"net/netip"
	"strings"
)

// condition is a compiled Condition.
type condition struct {
	operator
	written *Condition
	key     string // in lower case
	operand []operand
}

// operand is what a value of a policy is to its operator's family. It matches nothing if it is not of the operator's type.
type operand struct {
	bad    bool
	text   pattern
	number number
	date   int64
	is     bool
	in     netip.Prefix
}

// compileCondition reads a condition; ok is false if a variable is broken. Only operators of strings and ARNs have variables.
// Source: IAM user guide, variables and tags.
func compileCondition(c *Condition, variables bool) (condition, bool) {
	o, ok := operatorOf(c.Operator)
	compiled := condition{operator: o, written: c, key: strings.ToLower(c.Key)}
	for _, value := range c.Values {
		operand, fine := o.family.compile(value, variables)
		ok = ok && fine
		compiled.operand = append(compiled.operand, operand)
	}
	return compiled, ok
}

func (f family) compile(value string, variables bool) (o operand, ok bool) {
	ok = true
	switch f {
	case texts, patterns:
		o.text, ok = compilePattern(value, f == patterns, variables)
	case textsInAnyCase:
		if o.text, ok = compilePattern(value, false, variables); o.text.parts == nil {
			o.text.text = lower(value)
		}
	case numbers:
		o.number, ok = readNumber(value)
		o.bad, ok = !ok, true
	case dates:
		o.date, ok = readDate(value)
		o.bad, ok = !ok, true
	case truths, presence:
		o.is = strings.EqualFold(value, "true") // all else is false (AC42)
	case binaries:
		o.text = pattern{text: value} // that are the same in base64 (condition_values.json of AC41)
	case addresses:
		o.in, ok = readRange(value)
		o.bad, ok = !ok, true
	case arns:
		o.text, ok = compileARN(value, variables)
	}
	return o, ok
}

// holds reports whether a condition of a statement that allows, or one that denies, holds. assumed is true if this follows
// only from a key that is not known.
func (c *condition) holds(keys Keys, denies bool) (holds, assumed bool) {
	value := keys.Key(c.key)
	switch {
	case value.Unknown:
		return !denies, true
	case c.family == presence:
		return c.holdsForPresence(value.Texts != nil), false
	case value.Texts == nil:
		return c.holdsWithoutKey(), false
	}
	var is finding
	switch {
	case c.set == allOf:
		is = c.forAll(value.Texts, keys, denies)
	case c.set == anyOf:
		is = c.forAny(value.Texts, keys, denies)
	case !value.Many && len(value.Texts) == 1:
		is = c.compare(value.Texts[0], keys, denies)
	}
	if is == unknown {
		return !denies, true
	}
	return is == yes, false
}

// holdsForPresence reads true as: the key must not be there (AC42, AC45).
func (c *condition) holdsForPresence(there bool) bool {
	for i := range c.operand {
		if c.operand[i].is != there {
			return true
		}
	}
	return false
}

// holdsWithoutKey follows AC37 to AC39.
func (c *condition) holdsWithoutKey() bool {
	switch c.set {
	case allOf:
		return true
	case anyOf:
		return c.ifExists
	}
	return c.ifExists || c.negated
}

func (c *condition) forAll(values []string, keys Keys, denies bool) finding {
	all := yes
	for _, value := range values {
		switch c.compare(value, keys, denies) {
		case no:
			return no
		case unknown:
			all = unknown
		}
	}
	return all
}

func (c *condition) forAny(values []string, keys Keys, denies bool) finding {
	some := no
	for _, value := range values {
		switch c.compare(value, keys, denies) {
		case yes:
			return yes
		case unknown:
			some = unknown
		}
	}
	return some
}

// compare compares a text of the request with all values of the policy.
func (c *condition) compare(text string, keys Keys, denies bool) finding {
	var is finding
	switch c.family {
	case texts, patterns, binaries:
		is = c.anyOperand(func(o *operand) finding { return o.text.matches(text, nil, keys) })
	case textsInAnyCase:
		is = c.compareInAnyCase(text, keys)
	case numbers:
		n, ok := readNumber(text)
		if !ok && simulated(keys) {
			return no
		}
		is = c.anyOperand(func(o *operand) finding { return found(ok && c.order.fits(n.compare(o.number))) })
	case dates:
		date, ok := readDate(text)
		is = c.anyOperand(func(o *operand) finding { return found(ok && c.order.fits(compareDates(date, o.date))) })
	case truths:
		truth := strings.EqualFold(text, "true") // all else is false (AC42)
		is = c.anyOperand(func(o *operand) finding { return found(o.is == truth) })
	case addresses:
		address, ok := readAddress(text)
		if !ok || simulated(keys) && c.breaksOff(address) { // also with NotIpAddress (AC43)
			return no
		}
		is = c.anyOperand(func(o *operand) finding { return found(o.in.Contains(address)) })
	case arns:
		return c.compareARN(text, keys, denies)
	}
	return c.turned(is)
}

// breaksOff reports whether a range that is none comes before one that has the address.
func (c *condition) breaksOff(address netip.Addr) bool {
	for i := range c.operand {
		if o := &c.operand[i]; o.bad || o.in.Contains(address) {
			return o.bad
		}
	}
	return false
}

// turned is what a finding is to an operator that is negated.
func (c *condition) turned(is finding) finding {
	if !c.negated || is == unknown {
		return is
	}
	return found(is == no)
}

func (c *condition) anyOperand(matches func(*operand) finding) finding {
	is := no
	for i := range c.operand {
		if c.operand[i].bad {
			continue
		}
		switch matches(&c.operand[i]) {
		case yes:
			return yes
		case unknown:
			is = unknown
		}
	}
	return is
}

func compareDates(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (c *condition) compareInAnyCase(text string, keys Keys) finding {
	text = lower(text)
	return c.anyOperand(func(o *operand) finding {
		if o.text.parts == nil {
			return found(o.text.text == text)
		}
		expanded, is := o.text.expandText(keys)
		if is != yes {
			return is
		}
		return found(lower(expanded) == text)
	})
}

// compareARN matches nothing if the text of the request is no ARN, also if it is negated. A value of the policy that is
// none ends the comparison: nothing is allowed by it, and all is denied (AC44, and the order in condition_values.json).
func (c *condition) compareARN(text string, keys Keys, denies bool) finding {
	var buffer [256]uint16
	parts, ok := readARN(units(buffer[:0], text))
	if !ok {
		return no
	}
	is := no
	for i := range c.operand {
		matched, fine := c.operand[i].text.matchesARN(parts, keys)
		switch {
		case !fine:
			return found(denies)
		case matched == yes:
			return c.turned(yes)
		case matched == unknown:
			is = unknown
		}
	}
	return c.turned(is)
}
