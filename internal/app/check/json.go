package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxDepth is how deep a file may nest; no request nests ten deep.
const maxDepth = 200

// reader reads a file into nodes.
type reader struct {
	lines []int // offsets of the line feeds
	again []duplicate
	depth int
}

// duplicate is a member that an object has once more. The last one counts, for the AWS CLI and the
// API alike.
type duplicate struct {
	name string
	line int
}

// line is that of an offset, from 1.
func (r *reader) line(offset int64) int {
	i, _ := slices.BinarySearch(r.lines, int(offset))
	return i + 1
}

func readJSON(data []byte) (*node, []duplicate, error) {
	r := &reader{}
	for i, c := range data {
		if c == '\n' {
			r.lines = append(r.lines, i)
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	n, err := r.value(d)
	if err == nil {
		_, more := d.Token()
		if !errors.Is(more, io.EOF) {
			err = errors.New("there is more after the value")
		}
	}
	if err != nil {
		return nil, nil, r.failure(d, err)
	}
	return n, r.again, nil
}

// failure says on which line a file is no JSON.
func (r *reader) failure(d *json.Decoder, err error) error {
	line := r.line(d.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line = r.line(syntax.Offset - 1)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		line, err = len(r.lines)+1, errors.New("the file ends within the value")
	}
	return &lineError{line, fmt.Errorf("no JSON: %w", err)}
}

type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

func (r *reader) value(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.line(d.InputOffset() - 1)}
	switch t := token.(type) {
	case json.Delim:
		if r.depth++; r.depth > maxDepth {
			return nil, fmt.Errorf("more than %d levels", maxDepth)
		}
		defer func() { r.depth-- }()
		if t == '[' {
			return n, r.items(d, n)
		}
		return n, r.members(d, n)
	case string:
		n.kind, n.text = text, t
	case json.Number:
		n.kind, n.text = literal, t.String()
	default:
		n.kind, n.text = literal, "null"
		if b, ok := t.(bool); ok {
			n.text = fmt.Sprint(b)
		}
	}
	return n, nil
}

func (r *reader) members(d *json.Decoder, n *node) error {
	index := map[string]int{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, line := token.(string), r.line(d.InputOffset()-1) // the decoder takes nothing else for a name
		value, err := r.value(d)
		if err != nil {
			return err
		}
		if i, had := index[name]; had {
			r.again = append(r.again, duplicate{name, line})
			n.members[i] = nodeMember{name, line, value}
			continue
		}
		index[name] = len(n.members)
		n.members = append(n.members, nodeMember{name, line, value})
	}
	_, err := d.Token()
	return err
}

func (r *reader) items(d *json.Decoder, n *node) error {
	n.kind = list
	for d.More() {
		item, err := r.value(d)
		if err != nil {
			return err
		}
		if !item.null() { // as the API does
			n.items = append(n.items, item)
		}
	}
	_, err := d.Token()
	return err
}
