package pattern

import "strings"

// line is a pattern of fields with blanks between them. before are those in front of the
// dots, after those behind; without dots all are in front.
type line struct {
	before, after []field
	dots          bool
}

// field is one, with what it fulfils; nil is anything.
type field struct {
	name      string
	condition func(text string) bool
}

// Match implements [Pattern].
func (l line) Match(message string) bool {
	if len(l.before)+len(l.after) == 0 {
		return true
	}
	found := split(message)
	n := len(l.before) + len(l.after)
	if len(found) < n {
		return false
	}
	for i, f := range l.before {
		if f.condition != nil && !f.condition(l.text(message, found, i)) {
			return false
		}
	}
	for i, f := range l.after {
		if f.condition != nil && !f.condition(found[len(found)-len(l.after)+i].text) {
			return false
		}
	}
	return true
}

// text is the text of a field in front of the dots. Without dots the last one is all the rest.
func (l line) text(message string, found []part, i int) string {
	if !l.dots && i == len(l.before)-1 && len(found) > len(l.before) {
		return strings.TrimRight(message[found[i].start:], " \t\r\n")
	}
	return found[i].text
}

// part is a field of a message.
type part struct {
	start int
	text  string
}

// split takes a message apart at white space, but not within quotes or brackets, which it
// takes off. Those that do not end are as any other character. Source: recorded answers
// (LOGS0006).
func split(message string) (all []part) {
	quotes, brackets := closing{text: message, mark: '"'}, closing{text: message, mark: ']'}
	for i := 0; i < len(message); {
		c := message[i]
		if isSpace(c) {
			i++
			continue
		}
		end := 0
		switch c {
		case '"':
			end = quotes.behind(i)
		case '[':
			end = brackets.behind(i)
		}
		if end > 0 && (end+1 == len(message) || isSpace(message[end+1])) {
			all = append(all, part{i, message[i+1 : end]})
			i = end + 1
			continue
		}
		end = i
		for end < len(message) && !isSpace(message[end]) {
			end++
		}
		all = append(all, part{i, message[i:end]})
		i = end
	}
	return all
}

// closing finds the next mark behind places that rise, and looks at each character once.
type closing struct {
	text string
	mark byte
	at   int // the last one that was found; behind the text if there are no more
}

// behind returns where the mark is; 0 if there is none.
func (c *closing) behind(i int) int {
	if c.at <= i {
		next := strings.IndexByte(c.text[i+1:], c.mark)
		if c.at = i + 1 + next; next < 0 {
			c.at = len(c.text)
		}
	}
	if c.at == len(c.text) {
		return 0
	}
	return c.at
}

// space reads [field, field condition, ...].
func (l *lexer) space() (Pattern, error) {
	tokens, err := l.tokens()
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	p.next() // [
	var found line
	if p.take("]") {
		return found, p.end()
	}
	names := map[string]bool{}
	for {
		f, err := p.field()
		switch {
		case err != nil:
			return nil, err
		case names[f.name]:
			return nil, &Error{"Duplicate field '" + f.name + "'"}
		case f.name == "...":
			found.dots = true
		case found.dots:
			found.after = append(found.after, f)
		default:
			found.before = append(found.before, f)
		}
		names[f.name] = true
		if p.take("]") {
			return found, p.end()
		}
		if !p.take(",") {
			return nil, errMalformed
		}
	}
}

// end reports whether nothing is left.
func (p *parser) end() error {
	if p.at < len(p.tokens) {
		return errMalformed
	}
	return nil
}

// field reads a name, and conditions that name it again: w1 != A && w1 != B.
func (p *parser) field() (f field, err error) {
	name := p.peek()
	if name.kind != word {
		return f, errMalformed
	}
	f.name = name.text
	if next := p.at + 1; f.name == "..." || next < len(p.tokens) && (p.tokens[next].is(",") || p.tokens[next].is("]")) {
		p.at++
		return f, nil
	}
	f.condition, err = p.anyOf(f.name)
	return f, err
}

func (p *parser) anyOf(name string) (func(string) bool, error) {
	return disjunction(func() (func(string) bool, error) { return p.oneOf(name) }, p.take, "||", "&&")
}

func (p *parser) oneOf(name string) (func(string) bool, error) {
	if p.take("(") {
		c, err := p.anyOf(name)
		if err == nil && !p.take(")") {
			err = errMalformed
		}
		return c, err
	}
	if t := p.next(); t.kind != word || t.text != name {
		return nil, errMalformed
	}
	c, err := p.comparison()
	return c.field, err
}
