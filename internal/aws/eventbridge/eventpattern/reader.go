package eventpattern

import (
	"fmt"
	"unicode/utf8"
)

// token is a piece of JSON.
type token byte

const (
	nothing token = iota // the text is at its end, or what follows is no JSON
	beginObject
	endObject
	beginArray
	endArray
	member // the name of a member of an object
	word   // a text in quotes
	integer
	float
	isTrue
	isFalse
	isNull
)

// deepest is how many objects and arrays may stand in one another. Source: the JSON reader that event-ruler uses.
const deepest = 1000

// reader reads JSON token by token. It stands where AWS's reader of patterns does, since refusals name that
// place: a name is read with the beginning of its value, and of a text the quote alone until content asks for the
// rest. Source: the columns of recorded answers.
type reader struct {
	source string
	at     int // what is before has been read
	token  token
	name   string // of the last member
	begin  int    // where the last text, without its quote, or the last number began
	unread bool   // of a text the quote was read alone
	ahead  token  // the value after a name
	open   []bracket
	err    *Error // the first
}

// bracket is an object or array that has begun.
type bracket struct {
	array, filled bool
	at            int
}

func (b bracket) String() string {
	if b.array {
		return "Array"
	}
	return "Object"
}

// refuse keeps a reason with the place where it was found.
func (r *reader) refuse(format string, args ...any) {
	if r.err != nil {
		return
	}
	r.fail(fmt.Sprintf(format, args...) + "\n at " + r.place(r.at))
}

func (r *reader) fail(reason string) {
	if r.err == nil {
		r.err = &Error{Reason: reason}
	}
}

// next reads the next token. It is nothing after an error.
func (r *reader) next() token {
	r.token = r.read()
	if r.err != nil {
		r.token = nothing
	}
	switch r.token {
	case beginObject, beginArray:
		r.open = append(r.open, bracket{array: r.token == beginArray, at: r.at - 1})
		if len(r.open) > deepest {
			r.fail(fmt.Sprintf("Document nesting depth (%d) exceeds the maximum allowed (%d)", len(r.open), deepest))
			r.token = nothing
		}
	case endObject, endArray:
		r.open = r.open[:len(r.open)-1]
	}
	return r.token
}

func (r *reader) read() token {
	if r.err != nil {
		return nothing
	}
	if t := r.ahead; t != nothing {
		r.ahead = nothing
		return t
	}
	if r.unread {
		r.content()
	}
	r.skipBlanks()
	if len(r.open) == 0 {
		if r.at == len(r.source) {
			return nothing
		}
		return r.value()
	}
	in := &r.open[len(r.open)-1]
	switch {
	case r.is(']') || r.is('}'):
		return r.close(in)
	case in.filled && r.is(','):
		r.at++
		r.skipBlanks()
	case in.filled:
		r.expect(',', "was expecting comma to separate "+in.String()+" entries")
		return nothing
	}
	in.filled = true
	if in.array {
		return r.value()
	}
	return r.member()
}

func (r *reader) close(in *bracket) token {
	t, wanted := endObject, byte('}')
	if in.array {
		t, wanted = endArray, ']'
	}
	if !r.is(wanted) {
		closer := r.source[r.at]
		r.at++
		r.refuse("Unexpected close marker '%c': expected '%c' (for %s starting at %s)", closer, wanted, in, r.place(in.at))
		return nothing
	}
	r.at++
	return t
}

// member reads a name, and the beginning of its value.
func (r *reader) member() token {
	if !r.expect('"', "was expecting double-quote to start field name") {
		return nothing
	}
	r.begin = r.at
	r.name = r.unquote(" in field name")
	r.skipBlanks()
	if r.err != nil || !r.expect(':', "was expecting a colon to separate field name and value") {
		return nothing
	}
	r.skipBlanks()
	r.ahead = r.value()
	return member
}

// values are those that a JSON text may have, in the words of refusals.
const values = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"

// value reads a value, of an object, array or text only its beginning.
func (r *reader) value() token {
	if r.at == len(r.source) {
		r.endsEarly("")
		return nothing
	}
	c := r.source[r.at]
	switch {
	case c == '{':
		r.at++
		return beginObject
	case c == '[':
		r.at++
		return beginArray
	case c == '"':
		r.at++
		r.begin, r.unread = r.at, true
		return word
	case c == '-' || isDigit(c):
		return r.number()
	case isLetter(c):
		return r.literal()
	}
	r.unexpected("expected a valid value (" + values + ")")
	return nothing
}

func (r *reader) literal() token {
	end := r.at
	for end < len(r.source) && (isLetter(r.source[end]) || isDigit(r.source[end])) {
		end++
	}
	text := r.source[r.at:end]
	r.at = end
	switch text {
	case "true":
		return isTrue
	case "false":
		return isFalse
	case "null":
		return isNull
	}
	r.refuse("Unrecognized token '%s': was expecting (%s)", text, values)
	return nothing
}

func (r *reader) number() token {
	r.begin = r.at
	t := integer
	if r.is('-') {
		r.at++
	}
	if r.is('0') {
		r.at++
		if r.at < len(r.source) && isDigit(r.source[r.at]) {
			r.refuse("Invalid numeric value: Leading zeroes not allowed")
		}
	} else {
		r.digits()
	}
	if r.is('.') {
		t = float
		r.at++
		r.digits()
	}
	if r.is('e') || r.is('E') {
		t = float
		r.at++
		if r.is('+') || r.is('-') {
			r.at++
		}
		r.digits()
	}
	return t
}

func (r *reader) digits() {
	begin := r.at
	for r.at < len(r.source) && isDigit(r.source[r.at]) {
		r.at++
	}
	if r.at > begin || r.err != nil {
		return
	}
	if r.at == len(r.source) {
		r.refuse("Unexpected end-of-input in a Number value")
		return
	}
	r.unexpected("Decimal point not followed by a digit")
}

// content is the text of the last token.
func (r *reader) content() string {
	switch r.token {
	case word:
		if r.unread {
			r.unread = false
			r.name = r.unquote(": was expecting closing quote for a string value")
		}
		return r.name
	case member:
		return r.name
	case integer, float:
		return r.source[r.begin:r.at]
	case isTrue:
		return "true"
	case isFalse:
		return "false"
	case isNull:
		return "null"
	case beginObject, endObject, beginArray, endArray:
		return r.source[r.at-1 : r.at]
	}
	return ""
}

func (r *reader) skipBlanks() {
	for r.at < len(r.source) {
		switch r.source[r.at] {
		case ' ', '\n', '\t', '\r':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) is(c byte) bool { return r.at < len(r.source) && r.source[r.at] == c }

func (r *reader) expect(c byte, otherwise string) bool {
	switch {
	case r.is(c):
		r.at++
		return true
	case r.at == len(r.source):
		r.endsEarly("")
	default:
		r.unexpected(otherwise)
	}
	return false
}

// endsEarly refuses a text that ends within something.
func (r *reader) endsEarly(within string) {
	if within == "" && len(r.open) > 0 {
		in := r.open[len(r.open)-1]
		within = fmt.Sprintf(": expected close marker for %s (start marker at %s)", in, r.place(in.at))
	}
	r.refuse("Unexpected end-of-input%s", within)
}

// unexpected refuses the next character.
func (r *reader) unexpected(otherwise string) {
	c, size := utf8.DecodeRuneInString(r.source[r.at:])
	r.at += size
	r.refuse("Unexpected character (%s): %s", describe(c), otherwise)
}

func describe(c rune) string {
	switch {
	case c < ' ':
		return fmt.Sprintf("(CTRL-CHAR, code %d)", c)
	case c > 255:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", c, c, c)
	}
	return fmt.Sprintf("'%c' (code %d)", c, c)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$'
}
