package wire

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
)

// mismatch is the error for a value of another type than wanted: want names a
// scalar ("a String"), or is empty for a structure, list or map.
//
// Source: texts of the AWS service framework as seen in field reports, that for a structure
// in recorded answers: it alone ends in a full stop. Those for false, for fractions and for
// timestamps follow their pattern without a sighting.
func (d *decoder) mismatch(want string) error {
	var token string
	switch c := d.peek(); {
	case c == '{':
		return &TypeError{Message: "Start of structure or map found where not expected."}
	case c == '[':
		return &TypeError{Message: "Start of list found where not expected"}
	case c == '"':
		token = "STRING_VALUE"
	case c == 't':
		token = "TRUE_VALUE"
	case c == 'f':
		token = "FALSE_VALUE"
	case c == '-' || c >= '0' && c <= '9':
		token = "NUMBER_VALUE"
	default:
		return d.syntax("want a value")
	}
	if want == "" {
		return &TypeError{Message: "Unexpected field type"}
	}
	return &TypeError{Message: token + " can not be converted to " + want}
}

func (d *decoder) bool(v reflect.Value) error {
	switch d.peek() {
	case 't':
		v.SetBool(true)
		return d.literal("true")
	case 'f':
		return d.literal("false")
	}
	return d.mismatch("a Boolean")
}

func (d *decoder) stringTo(v reflect.Value) error {
	s, err := d.string()
	v.SetString(s)
	return err
}

func (d *decoder) string() (string, error) { return d.stringIn(block) }

// stringIn reads a string into a block of so many bytes.
func (d *decoder) stringIn(block int) (string, error) {
	if d.peek() != '"' {
		return "", d.mismatch("a String")
	}
	text, err := d.quoted()
	if err != nil {
		return "", err
	}
	return d.keepIn(block, text), nil
}

// Short strings share blocks of so many bytes, never more than the JSON text still
// has, so that what a caller keeps of a request does not hold on to much more than
// itself. The strings of a list are kept together or not at all.
const (
	block     = 512
	listBlock = 8 << 10
)

func (d *decoder) keep(text []byte) string { return d.keepIn(block, text) }

// keepIn copies text to a string.
func (d *decoder) keepIn(block int, text []byte) string {
	switch {
	case len(text) == 0:
		return ""
	case len(text) > block/4:
		return string(text)
	case d.text.Cap()-d.text.Len() < len(text):
		d.text.Reset()
		d.text.Grow(max(len(text), min(block, len(d.data)-d.pos)))
	}
	start := d.text.Len()
	d.text.Write(text)
	return d.text.String()[start:]
}

func (d *decoder) isNumber() bool {
	c := d.peek()
	return c == '-' || c >= '0' && c <= '9'
}

func (d *decoder) integer(n *node, v reflect.Value) error {
	want := "an Integer"
	if n.typ.Size() > 4 {
		want = "a Long"
	}
	if !d.isNumber() {
		return d.mismatch(want)
	}
	start := d.pos
	text, whole, err := d.number()
	if err != nil {
		return err
	}
	if !whole || !setInt(v, n.op, text) {
		d.pos = start
		return d.mismatch(want)
	}
	return nil
}

// setInt stores what number accepted as whole, if it fits.
func setInt(v reflect.Value, op op, text []byte) bool {
	if op == opUint {
		u, err := strconv.ParseUint(string(text), 10, v.Type().Bits())
		if err != nil {
			return false
		}
		v.SetUint(u)
		return true
	}
	i, ok := parseInt(text)
	if !ok || v.OverflowInt(i) {
		return false
	}
	v.SetInt(i)
	return true
}

// parseInt reads what number accepted as whole.
func parseInt(text []byte) (v int64, ok bool) {
	if len(text) > 18 { // may overflow on the way
		v, err := strconv.ParseInt(string(text), 10, 64)
		return v, err == nil
	}
	digits := text
	if digits[0] == '-' {
		digits = digits[1:]
	}
	for _, c := range digits {
		v = v*10 + int64(c-'0')
	}
	if len(digits) < len(text) {
		v = -v
	}
	return v, true
}

func (d *decoder) float(v reflect.Value) error {
	const want = "a Double"
	start := d.pos
	var f float64
	switch {
	case d.isNumber():
		text, _, err := d.number()
		if err != nil {
			return err
		}
		if f, err = strconv.ParseFloat(string(text), 64); err != nil {
			d.pos = start
			return d.mismatch(want)
		}
	case d.peek() == '"':
		text, err := d.quoted()
		if err != nil {
			return err
		}
		switch string(text) {
		case "NaN":
			f = math.NaN()
		case "Infinity":
			f = math.Inf(1)
		case "-Infinity":
			f = math.Inf(-1)
		default:
			d.pos = start
			return d.mismatch(want)
		}
	default:
		return d.mismatch(want)
	}
	v.SetFloat(f)
	return nil
}

func (d *decoder) base64(v reflect.Value) error {
	start := d.pos
	if d.peek() != '"' {
		return d.mismatch("a Blob")
	}
	text, err := d.quoted()
	if err != nil {
		return err
	}
	blob, err := base64.StdEncoding.AppendDecode([]byte{}, text)
	if err != nil {
		d.pos = start
		return d.mismatch("a Blob")
	}
	v.SetBytes(blob)
	return nil
}

// lastSecond is the end of the year 9999, beyond which no timestamp makes sense.
const lastSecond = 253402300799

// time reads epoch seconds, rounded to the milliseconds that AWS keeps.
func (d *decoder) time(p *time.Time) error {
	const want = "a Date"
	start := d.pos
	if !d.isNumber() {
		return d.mismatch(want)
	}
	text, whole, err := d.number()
	if err != nil {
		return err
	}
	var ms int64
	if seconds, ok := int64(0), false; whole {
		seconds, ok = parseInt(text)
		if !ok || seconds > lastSecond || seconds < -lastSecond {
			d.pos = start
			return d.mismatch(want)
		}
		ms = seconds * 1000
	} else {
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil || math.Abs(f) > lastSecond {
			d.pos = start
			return d.mismatch(want)
		}
		ms = int64(math.Round(f * 1000))
	}
	*p = time.UnixMilli(ms).UTC()
	return nil
}

// dynamic decodes a value that skip accepted: whole numbers are int64 where they
// fit, else float64.
func dynamic(text []byte) any {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return nil // unreachable: skip is as strict
	}
	return wholeNumbers(v)
}

func wholeNumbers(v any) any {
	switch v := v.(type) {
	case float64:
		if i := int64(v); float64(i) == v && math.Abs(v) < 1<<53 {
			return i
		}
	case []any:
		for i := range v {
			v[i] = wholeNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = wholeNumbers(v[k])
		}
	}
	return v
}
