package eventpattern

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Refusals of more members than one.
const (
	oneKey      = "Only one key allowed in match expression"
	tooManyKeys = "Too many elements in numeric expression" // so of numeric and anything-but
)

// expression reads an object in a list: an operator and its operand.
func (p *parser) expression() test {
	if p.next() != member {
		p.refuse("Match expression name not found")
	}
	var t test
	ends := oneKey
	switch p.name {
	case "exactly":
		t = text(p.operand("exact"))
	case "prefix":
		t = p.end("prefix", "Prefix")
	case "suffix":
		t = p.end("suffix", "Suffix")
	case "equals-ignore-case":
		t = ignoreCase{newFold(p.operand("equals-ignore-case"))}
	case "wildcard":
		t = p.wildcard(p.operand("wildcard"))
	case "cidr":
		t = p.cidr(p.operand("prefix")) // AWS takes the word from another operator
	case "exists":
		t = p.exists()
	case "numeric":
		t, ends = p.numeric(), tooManyKeys
	case "anything-but":
		t, ends = p.anythingBut(), tooManyKeys
	default:
		p.refuse("Unrecognized match type %s", p.name)
	}
	if p.next() != endObject {
		p.refuse("%s", ends)
	}
	return t
}

// operand reads the text that an operator takes.
func (p *parser) operand(operator string) string {
	if p.next() != word {
		p.refuse("%s match pattern must be a string", operator)
	}
	return p.content()
}

// end reads the operand of prefix and suffix: a text, or one in any case.
func (p *parser) end(operator, title string) test {
	switch p.next() {
	case word:
		if operator == "prefix" {
			return prefix(p.content())
		}
		return suffix(p.content())
	case beginObject:
	default:
		p.refuse("%s match pattern must be a string", operator)
	}
	if p.next() != member {
		p.refuse("%s expression name not found", title)
	}
	if p.name != "equals-ignore-case" {
		p.refuse("Unsupported %s pattern: %s", operator, p.name)
	}
	f := newFold(p.operand("equals-ignore-case"))
	if p.next() != endObject {
		p.refuse(oneKey)
	}
	if operator == "prefix" {
		return prefixFold{f}
	}
	return suffixFold{f}
}

func (p *parser) wildcard(content string) wildcard {
	w, refused := newWildcard(content)
	if refused != "" {
		p.refuse("%s", refused)
	}
	return w
}

// wildcards reads the texts of a list.
func (p *parser) wildcards(texts []test) []test {
	for i, t := range texts {
		if t, is := t.(text); is {
			texts[i] = p.wildcard(string(t))
		}
	}
	return texts
}

// newWildcard reads a text in which an asterisk is any text, or says why it is refused: at which byte, with the quote
// before it.
func newWildcard(content string) (w wildcard, refused string) {
	var piece strings.Builder
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case c == '*' && strings.HasPrefix(content[i+1:], "*"):
			return w, fmt.Sprintf("Consecutive wildcard characters at pos %d", i+1)
		case c == '*':
			w.pieces = append(w.pieces, piece.String())
			piece.Reset()
		case c != '\\':
			piece.WriteByte(c)
		case i+1 < len(content) && (content[i+1] == '*' || content[i+1] == '\\'):
			i++
			piece.WriteByte(content[i])
		default:
			return w, fmt.Sprintf("Invalid escape character at pos %d", i+1)
		}
	}
	w.pieces = append(w.pieces, piece.String())
	return w, ""
}

// cidr reads a block of addresses. Refusals of it name no place.
func (p *parser) cidr(block string) test {
	c, refused := newCIDR(block)
	if refused != nil {
		p.fail(refused.Reason)
	}
	return c
}

func (p *parser) exists() test {
	switch p.next() {
	case isTrue:
		return exists{}
	case isFalse:
		return absence{}
	}
	p.refuse("exists match pattern must be either true or false.")
	return nil
}

// anythingBut reads a value, a list of values, or an operator with either.
func (p *parser) anythingBut() test {
	operator := ""
	if p.next() == beginObject {
		if p.next() != member {
			p.refuse("Anything-But expression name not found")
		}
		operator = p.name
		if !slices.Contains([]string{"equals-ignore-case", "prefix", "suffix", "wildcard"}, operator) {
			p.refuse("Unsupported anything-but pattern: %s", operator)
		}
		p.next()
	}
	var but anythingBut
	switch p.token {
	case beginArray:
		but.tests = p.butList(operator)
	case word, integer, float:
		but.tests = []test{p.but(operator)}
		if operator == "wildcard" {
			but.tests = p.wildcards(but.tests)
		}
	default:
		p.refuse("Value of anything-but must be an array or single string/number value.")
	}
	if operator != "" && p.next() != endObject {
		p.refuse(tooManyKeys)
	}
	return but
}

// butList reads a list of what a value may not be.
func (p *parser) butList(operator string) []test {
	var tests []test
	var words, numbers bool
	for p.next() != endArray && p.err == nil {
		words, numbers = words || p.token == word, numbers || p.token != word
		tests = append(tests, p.but(operator))
	}
	switch {
	case p.err != nil:
		// event-ruler wraps what is refused within such a list, which names the place once more.
		p.err.Reason += "\n at " + p.place(p.at)
	case operator == "" && words == numbers:
		p.refuse("Inside anything but list, either all values are number or string, mixed type is not supported")
	case len(tests) == 0:
		p.fail("The list of anything-but is empty")
		p.err.Failure = true
	}
	if operator == "wildcard" {
		tests = p.wildcards(tests)
	}
	// In any order and however often a value stands in it, it is the same list: see complexity.
	sorting.By(tests, func(a, b test) int { return strings.Compare(identity(a), identity(b)) })
	return slices.CompactFunc(tests, func(a, b test) bool { return identity(a) == identity(b) })
}

// but is what a value may not be. Source of the refusals: event-ruler.
func (p *parser) but(operator string) test {
	if p.token != word {
		switch operator {
		case "equals-ignore-case":
			p.refuse("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.")
		case "wildcard":
			p.refuse("wildcard match pattern must be a string")
		case "prefix", "suffix":
			p.refuse("prefix/suffix match pattern must be a string")
		}
	}
	content := p.content()
	switch {
	case p.token == integer || p.token == float:
		n, ok := toNumber(content)
		if !ok {
			p.fail("Cannot compare number : " + content)
		}
		return number(n)
	case p.token != word:
		p.refuse("Inside anything but list, start|null|boolean is not supported.")
	case operator == "equals-ignore-case":
		return ignoreCase{newFold(content)}
	case operator == "wildcard":
		return text(content) // to be read when the list has ended
	case operator != "" && content == "":
		p.refuse("Null prefix/suffix not allowed")
	case operator == "prefix":
		return prefix(content)
	case operator == "suffix":
		return suffix(content)
	}
	return text(content)
}
