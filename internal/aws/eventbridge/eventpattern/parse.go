package eventpattern

import (
	"maps"
	"slices"
)

// parser reads a pattern.
type parser struct {
	reader
	drafts []draft
}

// draft is a rule that is being read: its conditions by path. Of two with one path the last counts.
type draft map[string]condition

// mostRules is how many rules one pattern may come to. Source: recorded answers: 512 are accepted, 1,024 are "over
// 1000".
const mostRules = 1000

// steps are the names that lead to an object.
type steps struct {
	path  string
	inner bool
	or    bool // within $or, where some names are kept for later
}

func (s steps) into(name string) steps {
	if s.inner {
		name = s.path + "." + name
	}
	return steps{name, true, s.or}
}

// to is the path of a condition. An empty name at the beginning of it vanishes, as in event-ruler.
func (s steps) to(name string) string {
	if s.path == "" {
		return name
	}
	return s.path + "." + name
}

// object reads the members of an object.
func (p *parser) object(at steps) {
	empty := true
	for p.next() == member {
		empty = false
		name := p.name
		switch {
		case name == "$or":
			p.alternatives(at)
			continue
		case at.or && slices.Contains(reserved, name):
			p.refuse("%s is Ruler reserved fieldName which cannot be used inside $or.", name)
		}
		switch p.next() {
		case beginObject:
			p.object(at.into(name))
		case beginArray:
			p.condition(at.to(name))
		default:
			p.refuse("\"%s\" must be an object or an array", name)
		}
	}
	if empty {
		p.refuse("Empty objects are not allowed")
	}
}

// alternatives reads what follows $or. Each of its objects goes on with the rules that there are so far.
func (p *parser) alternatives(at steps) {
	at.or = true
	if p.next() != beginArray {
		p.refuse("It must be an Array followed with $or.")
	}
	before, objects := p.drafts, 0
	var after []draft
	for p.next() != endArray && p.err == nil {
		if objects++; p.token != beginObject {
			p.refuse("Only JSON object is allowed in array of $or relationship.")
		}
		p.drafts = nil
		for _, d := range before {
			p.drafts = append(p.drafts, d.clone())
		}
		p.object(at)
		if after = append(after, p.drafts...); len(after) > mostRules {
			p.fail("Or operator is producing over 1000 rule combinations")
		}
	}
	if objects < 2 {
		p.refuse("There must have at least 2 Objects in $or relationship.")
	}
	p.drafts = after
}

func (d draft) clone() draft {
	copied := make(draft, len(d)+1)
	maps.Copy(copied, d)
	return copied
}

// condition reads the list of what the value at a path may be.
func (p *parser) condition(path string) {
	c := condition{path: path}
	empty := true
	for p.next() != endArray && p.err == nil {
		empty = false
		switch p.token {
		case beginObject:
			c.add(p.expression())
		case word:
			c.add(text(p.content()))
		case integer, float:
			c.add(p.literalNumber())
		case isTrue, isFalse, isNull:
			c.add(literal(p.token))
		default:
			p.refuse("Match value must be String, number, true, false, or null")
		}
	}
	if empty {
		p.refuse("Empty arrays are not allowed")
	}
	if len(p.drafts) == 0 {
		p.drafts = []draft{{}}
	}
	for _, d := range p.drafts {
		d[path] = c
	}
}

func (c *condition) add(t test) {
	if _, is := t.(absence); is {
		c.absent = true
	}
	c.tests = append(c.tests, t)
}

// literalNumber is a number in a list. One that cannot be compared is only equal to a whole number that is written
// in the same way. Source: recorded answers.
func (p *parser) literalNumber() test {
	content := p.content()
	if n, ok := toNumber(content); ok {
		return number(n)
	}
	return digits(content)
}

// reserved are names that members of $or may not have. Source: recorded answers for the operators; event-ruler
// for the others.
var reserved = []string{
	"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
	"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
	"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
	"ip-address-in-range", "ip-address-not-in-range",
}
