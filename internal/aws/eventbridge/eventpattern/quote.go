package eventpattern

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote reads a text up to its closing quote.
func (r *reader) unquote(endsEarly string) string {
	begin := r.at
	for ; r.at < len(r.source); r.at++ {
		switch c := r.source[r.at]; {
		case c == '"':
			r.at++
			return r.source[begin : r.at-1]
		case c == '\\' || c < ' ':
			return r.unescape(r.source[begin:r.at], endsEarly)
		}
	}
	r.endsEarly(endsEarly)
	return ""
}

// unescape reads the rest of a text that has a backslash.
func (r *reader) unescape(before, endsEarly string) string {
	var text strings.Builder
	text.WriteString(before)
	for r.at < len(r.source) && r.err == nil {
		c := r.source[r.at]
		r.at++
		switch {
		case c == '"':
			return text.String()
		case c < ' ':
			r.refuse("Illegal unquoted character (%s): has to be escaped using backslash to be included in string value", describe(rune(c)))
		case c == '\\':
			r.escaped(&text)
		default:
			text.WriteByte(c)
		}
	}
	r.endsEarly(endsEarly)
	return ""
}

func (r *reader) escaped(text *strings.Builder) {
	if r.at == len(r.source) {
		r.endsEarly(" in character escape sequence")
		return
	}
	c := r.source[r.at]
	r.at++
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		text.WriteByte("\"\\/\b\f\n\r\t"[i])
		return
	}
	if c != 'u' {
		r.refuse("Unrecognized character escape %s", describe(rune(c)))
		return
	}
	unit := r.hex()
	if utf16.IsSurrogate(unit) {
		if rest := r.source[r.at:]; strings.HasPrefix(rest, `\u`) {
			begin := r.at
			r.at += 2
			if pair := utf16.DecodeRune(unit, r.hex()); pair != utf8.RuneError {
				text.WriteRune(pair)
				return
			}
			r.at = begin
		}
		unit = '?' // as Java writes half of a pair in UTF-8
	}
	text.WriteRune(unit)
}

// hex reads the four digits of an escaped character.
func (r *reader) hex() rune {
	if len(r.source)-r.at < 4 {
		r.at = len(r.source)
		r.endsEarly(" in character escape sequence")
		return 0
	}
	unit, err := strconv.ParseUint(r.source[r.at:r.at+4], 16, 16)
	if err != nil {
		r.unexpected("expected a hex-digit for character escape sequence")
		return 0
	}
	r.at += 4
	return rune(unit)
}

// shown is how much of a pattern a refusal shows. Source: the JSON reader that event-ruler uses.
const shown = 500

// place is where a byte of the text stands, in the words of refusals.
func (r *reader) place(at int) string { return Place(r.source, at) }

// Place is where a byte of a JSON text stands, in the words of EventBridge's refusals.
func Place(text string, at int) string {
	line, column := 1, 1
	for i, c := range text[:at] {
		switch {
		case c == '\n' || c == '\r' && !strings.HasPrefix(text[i:], "\r\n"):
			line, column = line+1, 1
		default:
			column += units(c)
		}
	}
	return fmt.Sprintf("[Source: (String)%s; line: %d, column: %d]", quoted(text), line, column)
}

// quoted is a text, or its beginning.
func quoted(text string) string {
	length, end := 0, len(text)
	for i, c := range text {
		if length <= shown && length+units(c) > shown {
			end = i
		}
		length += units(c)
	}
	if length <= shown {
		return `"` + text + `"`
	}
	return fmt.Sprintf(`"%s"[truncated %d chars]`, text[:end], length-shown)
}

// units is the length of a character in Java.
func units(c rune) int { return max(utf16.RuneLen(c), 1) }
