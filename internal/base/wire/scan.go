package wire

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

func (d *decoder) syntax(reason string) error {
	return &SyntaxError{Offset: d.pos, Reason: reason}
}

// space moves to the next byte that is not white space.
func (d *decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// peek returns the byte at hand, 0 at the end.
func (d *decoder) peek() byte {
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// enter goes into an object or a list, which begins and ends so, and reports whether there is something in it: else it
// is behind it.
func (d *decoder) enter(begin, end byte) (more bool, err error) {
	if d.peek() != begin {
		return false, d.mismatch("")
	}
	d.pos++
	if d.depth++; d.depth > maxDepth {
		return false, d.syntax(fmt.Sprintf("more than %d levels", maxDepth))
	}
	d.space()
	if d.peek() == end {
		d.leave()
		return false, nil
	}
	return true, nil
}

func (d *decoder) leave() {
	d.pos++
	d.depth--
}

// more reads what stands behind a value: a comma, or the end of what it is in.
func (d *decoder) more(end byte, in string) (more bool, err error) {
	d.space()
	switch d.peek() {
	case ',':
		d.pos++
		d.space()
		return true, nil
	case end:
		d.leave()
		return false, nil
	}
	return false, d.syntax("want , or " + string(end) + " in " + in)
}

// object reads {"key":value,…}. It calls member with each key, at the start of
// the value, which member reads. The key is good until then.
func (d *decoder) object(member func(key []byte) error) error {
	more, err := d.enter('{', '}')
	for more && err == nil {
		var key []byte
		if key, err = d.key(); err != nil {
			return err
		}
		if err = member(key); err != nil {
			return err
		}
		more, err = d.more('}', "an object")
	}
	return err
}

// key reads "key": and the space around it.
func (d *decoder) key() ([]byte, error) {
	if d.peek() != '"' {
		return nil, d.syntax("want a member name")
	}
	key, err := d.quoted()
	if err != nil {
		return nil, err
	}
	d.space()
	if d.peek() != ':' {
		return nil, d.syntax("want : after a member name")
	}
	d.pos++
	d.space()
	return key, nil
}

// array reads [value,…]. It calls element at the start of each value that is not
// null, which element reads.
func (d *decoder) array(element func(i int) error) error {
	more, err := d.enter('[', ']')
	for i := 0; more && err == nil; i++ {
		if d.peek() == 'n' {
			err = d.literal("null")
		} else {
			err = element(i)
		}
		if err != nil {
			return err
		}
		more, err = d.more(']', "a list")
	}
	return err
}

// literal reads true, false or null.
func (d *decoder) literal(word string) error {
	if len(d.data)-d.pos < len(word) || string(d.data[d.pos:d.pos+len(word)]) != word {
		return d.syntax("want " + word)
	}
	d.pos += len(word)
	return nil
}

// skip reads any value and drops it.
func (d *decoder) skip() error {
	switch c := d.peek(); {
	case c == '{':
		return d.object(func([]byte) error { return d.skip() })
	case c == '[':
		return d.array(func(int) error { return d.skip() })
	case c == '"':
		_, err := d.quoted()
		return err
	case c == 't':
		return d.literal("true")
	case c == 'f':
		return d.literal("false")
	case c == 'n':
		return d.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		_, _, err := d.number()
		return err
	}
	return d.syntax("want a value")
}

// number reads a number and tells whether it has neither fraction nor exponent.
func (d *decoder) number() (text []byte, integer bool, err error) {
	start := d.pos
	integer = true
	if d.peek() == '-' {
		d.pos++
	}
	if d.peek() == '0' {
		d.pos++
	} else if !d.digits() {
		return nil, false, d.syntax("want a digit")
	}
	if d.peek() == '.' {
		integer = false
		d.pos++
		if !d.digits() {
			return nil, false, d.syntax("want a digit after the point")
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		integer = false
		d.pos++
		if c := d.peek(); c == '+' || c == '-' {
			d.pos++
		}
		if !d.digits() {
			return nil, false, d.syntax("want a digit in the exponent")
		}
	}
	return d.data[start:d.pos], integer, nil
}

func (d *decoder) digits() bool {
	start := d.pos
	for d.pos < len(d.data) && d.data[d.pos]-'0' < 10 {
		d.pos++
	}
	return d.pos > start
}

// quoted reads a string and returns its text, which is good until the next
// string is read. Bytes that are not UTF-8 become U+FFFD.
func (d *decoder) quoted() ([]byte, error) {
	start := d.pos + 1
	end := start + plainLen(d.data[start:])
	if end < len(d.data) && d.data[end] == '"' {
		d.pos = end + 1
		return d.data[start:end], nil
	}
	d.pos = end
	return d.quotedSlow(start)
}

// quotedSlow goes on at the first byte that does not stand for itself.
func (d *decoder) quotedSlow(start int) ([]byte, error) {
	d.scratch = append(d.scratch[:0], d.data[start:d.pos]...)
	for d.pos < len(d.data) {
		c := d.data[d.pos]
		switch {
		case plain[c]:
			d.scratch = append(d.scratch, c)
			d.pos++
		case c == '"':
			d.pos++
			return d.scratch, nil
		case c == '\\':
			if err := d.escape(); err != nil {
				return nil, err
			}
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(d.data[d.pos:])
			d.scratch = utf8.AppendRune(d.scratch, r)
			d.pos += size
		default:
			return nil, d.syntax("control character in a string")
		}
	}
	return nil, d.syntax("unterminated string")
}

// escape reads \x or \uxxxx, of the latter two for one character beyond U+FFFF.
func (d *decoder) escape() error {
	d.pos++
	c := d.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return d.unicode()
	default:
		return d.syntax("bad escape in a string")
	}
	d.scratch = append(d.scratch, c)
	d.pos++
	return nil
}

func (d *decoder) unicode() error {
	r, ok := d.hex(d.pos + 1)
	if !ok {
		return d.syntax("want four hex digits")
	}
	d.pos += 5
	if utf16.IsSurrogate(r) {
		low, ok := rune(0), false
		if d.peek() == '\\' && d.pos+1 < len(d.data) && d.data[d.pos+1] == 'u' {
			low, ok = d.hex(d.pos + 2)
		}
		if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
			d.pos += 6
		}
	}
	d.scratch = utf8.AppendRune(d.scratch, r)
	return nil
}

func (d *decoder) hex(at int) (rune, bool) {
	if at+4 > len(d.data) {
		return 0, false
	}
	var r rune
	for _, c := range d.data[at : at+4] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20-'a' < 6:
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
