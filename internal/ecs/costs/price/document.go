package price

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep a file may nest. AWS's files nest eight deep.
const maxDepth = 32

// placedError is what is wrong at a place of a file, from line 1 and column 1. Columns are characters.
type placedError struct {
	line, column int
	text         string
}

func (e *placedError) Error() string { return fmt.Sprintf("%d:%d: %s", e.line, e.column, e.text) }

// document is a JSON text, of which each value knows its place.
type document struct {
	text   []byte
	tokens *json.Decoder
}

// node is a value of JSON.
type node struct {
	at      int    // where it begins
	kind    string // object, list, string, number, true or false, null
	text    string // of a string or a number
	names   []string
	members map[string]*member // of an object
}

type member struct {
	at    int // where its name begins
	value *node
}

// get is a member, or nil.
func (n *node) get(name string) *node {
	if m := n.members[name]; m != nil {
		return m.value
	}
	return nil
}

// wrong is an error at a place.
func (d *document) wrong(at int, form string, args ...any) error {
	before := string(d.text[:min(at, len(d.text))])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return &placedError{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(line), fmt.Sprintf(form, args...)}
}

func readDocument(text []byte) (*document, *node, error) {
	d := &document{text: text}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil { // which has the place of an error, unlike tokens
		at := len(text)
		if broken := (*json.SyntaxError)(nil); errors.As(err, &broken) && !strings.HasPrefix(err.Error(), "unexpected end") {
			at = int(broken.Offset) - 1
		}
		return nil, nil, d.wrong(at, "no JSON: %v", err)
	}
	d.tokens = json.NewDecoder(bytes.NewReader(text))
	d.tokens.UseNumber()
	root, err := d.value(0)
	return d, root, err
}

// next returns the next token, and where it begins.
func (d *document) next() (token json.Token, at int, err error) {
	at = int(d.tokens.InputOffset())
	at = len(d.text) - len(bytes.TrimLeft(d.text[at:], " \t\r\n,:"))
	token, err = d.tokens.Token()
	return token, at, err
}

func (d *document) value(depth int) (*node, error) {
	token, at, err := d.next()
	if err != nil {
		return nil, err
	}
	n := &node{at: at}
	switch t := token.(type) {
	case json.Delim:
		if depth == maxDepth {
			return nil, d.wrong(at, "it nests more than %d deep", maxDepth)
		}
		if t == '{' {
			return n, d.object(n, depth)
		}
		return n, d.list(n, depth)
	case string:
		n.kind, n.text = "string", t
	case json.Number:
		n.kind, n.text = "number", t.String()
	case bool:
		n.kind = "true or false"
	default:
		n.kind = "null"
	}
	return n, nil
}

func (d *document) object(n *node, depth int) error {
	n.kind, n.members = "object", map[string]*member{}
	for d.tokens.More() {
		token, at, err := d.next()
		if err != nil {
			return err
		}
		name := token.(string) // no JSON has another
		if n.members[name] != nil {
			return d.wrong(at, "member %q is there twice", name)
		}
		value, err := d.value(depth + 1)
		if err != nil {
			return err
		}
		n.names = append(n.names, name)
		n.members[name] = &member{at, value}
	}
	_, _, err := d.next() // the brace
	return err
}

// list reads a list, of whose items nothing is needed.
func (d *document) list(n *node, depth int) error {
	n.kind = "list"
	for d.tokens.More() {
		if _, err := d.value(depth + 1); err != nil {
			return err
		}
	}
	_, _, err := d.next() // the bracket
	return err
}
