package policy

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text, from line 1 and column 1. Columns are characters.
type Position struct{ Line, Column int }

// Span is where a statement stands. It ends behind its brace, and begins where AWS's parser has come to before it reads the
// statement: behind the bracket of the list or the statement before, or behind the brace of one that is no list (AC48).
type Span struct{ Start, End Position }

// Spans are where the statements of a document stand, none of one that is no JSON.
func Spans(text string) (list []Span) {
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		if name != "Statement" {
			if !skip(d) {
				return nil
			}
			continue
		}
		list = nil // of a member that is there twice the last one counts, as for Read
		c := cursor{rest: text, Position: Position{1, 1}}
		for _, offsets := range statementsAt(d) {
			list = append(list, Span{c.to(offsets[0]), c.to(offsets[1])})
		}
	}
	return list
}

func skip(d *json.Decoder) bool {
	var value json.RawMessage
	return d.Decode(&value) == nil
}

// statementsAt has the first and the last offset of each statement.
func statementsAt(d *json.Decoder) (list [][2]int64) {
	opening, err := d.Token()
	start := d.InputOffset()
	switch {
	case err != nil:
	case opening == json.Delim('['):
		for d.More() && skip(d) {
			list = append(list, [2]int64{start, d.InputOffset()})
			start = d.InputOffset()
		}
		_, _ = d.Token()
	case opening == json.Delim('{'):
		for d.More() {
			if _, err := d.Token(); err != nil || !skip(d) {
				return nil
			}
		}
		_, _ = d.Token()
		list = append(list, [2]int64{start, d.InputOffset()})
	}
	return list
}

// cursor goes through a text, whose lines end with CR, LF, or both.
type cursor struct {
	rest string
	at   int64
	Position
}

// to goes on to an offset, and returns the position there.
func (c *cursor) to(offset int64) Position {
	passed := c.rest[:offset-c.at]
	c.rest, c.at = c.rest[len(passed):], offset
	for {
		i := strings.IndexAny(passed, "\r\n")
		if i < 0 {
			c.Column += utf8.RuneCountInString(passed)
			return c.Position
		}
		if strings.HasPrefix(passed[i:], "\r\n") {
			i++
		}
		passed = passed[i+1:]
		c.Position = Position{c.Line + 1, 1}
	}
}
