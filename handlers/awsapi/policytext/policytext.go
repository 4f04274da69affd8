// Package policytext prints policies as AWS answers them.
package policytext

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Print prints a policy: members in the order in which they came, each in a line, with blanks on both sides of the
// colon, and lists in one line (SEC0006). Of the members that single names, a list of one element is printed as the
// element alone. A text that is no JSON stays as it is.
func Print(text string, single ...string) string {
	p := printer{decoder: json.NewDecoder(strings.NewReader(text)), single: single}
	p.decoder.UseNumber()
	if p.value() != nil {
		return text
	}
	return p.out.String()
}

type printer struct {
	decoder *json.Decoder
	single  []string
	out     bytes.Buffer
	depth   int
}

func (p *printer) value() error {
	token, err := p.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return p.object()
	case json.Delim('['):
		return p.list()
	}
	return p.scalar(token)
}

func (p *printer) object() error {
	p.out.WriteByte('{')
	p.depth++
	some := false
	for ; p.decoder.More(); some = true {
		if some {
			p.out.WriteByte(',')
		}
		p.line()
		name, err := p.decoder.Token()
		if err != nil {
			return err
		}
		if err := p.member(name); err != nil {
			return err
		}
	}
	p.depth--
	if some {
		p.line()
	} else {
		p.out.WriteByte(' ')
	}
	p.out.WriteByte('}')
	_, err := p.decoder.Token()
	return err
}

func (p *printer) member(name json.Token) error {
	if err := p.scalar(name); err != nil {
		return err
	}
	p.out.WriteString(" : ")
	before := p.out.Len()
	if err := p.value(); err != nil {
		return err
	}
	if text, isText := name.(string); isText && slices.Contains(p.single, text) {
		p.unlist(before)
	}
	return nil
}

// unlist takes the brackets from a list of one text that was printed last.
func (p *printer) unlist(from int) {
	var list []string
	if json.Unmarshal(p.out.Bytes()[from:], &list) == nil && len(list) == 1 {
		p.out.Truncate(from)
		_ = p.scalar(list[0]) // a text can be printed
	}
}

func (p *printer) list() error {
	p.out.WriteByte('[')
	for i := 0; p.decoder.More(); i++ {
		if i > 0 {
			p.out.WriteByte(',')
		}
		p.out.WriteByte(' ')
		if err := p.value(); err != nil {
			return err
		}
	}
	p.out.WriteString(" ]")
	_, err := p.decoder.Token()
	return err
}

func (p *printer) line() { p.out.WriteString("\n" + strings.Repeat("  ", p.depth)) }

// scalar prints a text, a number, a truth value or null.
func (p *printer) scalar(token json.Token) error {
	encoder := json.NewEncoder(&p.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(token); err != nil {
		return err
	}
	p.out.Truncate(p.out.Len() - 1) // the line's end, which Encode adds
	return nil
}
