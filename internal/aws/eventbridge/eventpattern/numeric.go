package eventpattern

import "math"

// numeric reads the operand of numeric: a comparison, or two that are a range.
func (p *parser) numeric() test {
	if p.next() != beginArray {
		p.refuse("Value of numeric must be an array.")
	}
	if p.next() != word {
		p.refuse("Invalid member in numeric match: %s", p.content())
	}
	operator := p.content()
	t := numeric{bottom: -math.MaxFloat64, top: math.MaxFloat64}
	p.next()
	switch operator {
	case "=":
		n := p.bound("equals")
		p.endOfList(tooManyKeys)
		return number(p.comparable(n))
	case "<", "<=":
		n := p.bound(operator)
		p.endOfList(tooManyKeys)
		t.top, t.openTop = p.comparable(n), operator == "<"
	case ">", ">=":
		n := p.bound(operator)
		t.openBottom = operator == ">"
		if p.next() == endArray {
			t.bottom = p.comparable(n)
			break
		}
		top := p.top(&t)
		t.bottom, t.top = p.comparable(n), p.comparable(top)
		if t.bottom >= t.top {
			p.refuse("Bottom must be less than top")
		}
	default:
		p.refuse("Unrecognized numeric range operator: %s", operator)
	}
	return t
}

// top reads the upper end of a range.
func (p *parser) top(t *numeric) string {
	if p.token != word {
		p.refuse("Bad value in numeric range: %s", p.content())
	}
	operator := p.content()
	t.openTop = operator == "<"
	if operator != "<" && operator != "<=" {
		p.refuse("Bad numeric range operator: %s", operator)
	}
	p.next()
	n := p.bound(operator)
	p.endOfList("Too many terms in numeric range expression")
	return n
}

// bound is the number that an operator takes, as it is written.
func (p *parser) bound(operator string) string {
	if p.token != integer && p.token != float {
		p.refuse("Value of %s must be numeric", operator)
	}
	return p.content()
}

func (p *parser) endOfList(otherwise string) {
	if p.next() != endArray {
		p.refuse("%s", otherwise)
	}
}

// comparable is the number of a bound, which AWS looks at when it has read the whole list.
func (p *parser) comparable(bound string) float64 {
	n, ok := toNumber(bound)
	if !ok {
		p.refuse("Cannot compare number : %s", bound)
	}
	return n
}
