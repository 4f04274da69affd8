package query

import (
	"encoding/base64"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// appendMembers writes the members of a structure. outermost makes nil lists empty ones.
func (n *node) appendMembers(buf []byte, v reflect.Value, outermost bool) []byte {
	for i := range n.fields {
		f := &n.fields[i]
		member := v.Field(f.index)
		switch {
		case f.node.op == opList && f.flat:
			for i := range member.Len() {
				buf = f.wrap(buf, f.node.elem, member.Index(i))
			}
		case f.node.op == opMap && f.flat:
			buf = f.node.appendMap(buf, member, f.open, f.close)
		case f.node.op == opList && outermost && member.IsNil():
			buf = append(append(buf, f.open...), f.close...)
		case f.node.absent(member):
		default:
			buf = f.wrap(buf, f.node, member)
		}
	}
	return buf
}

// wrap writes a value between the member's tags.
func (f *field) wrap(buf []byte, n *node, v reflect.Value) []byte {
	return append(n.append(append(buf, f.open...), v), f.close...)
}

// absent reports whether a member is left out.
func (n *node) absent(v reflect.Value) bool {
	switch n.op {
	case opPointer, opList, opMap, opBytes:
		return v.IsNil()
	case opString:
		return v.Len() == 0
	case opTime:
		return v.IsZero()
	}
	return false
}

func (n *node) append(buf []byte, v reflect.Value) []byte {
	switch n.op {
	case opBool:
		return strconv.AppendBool(buf, v.Bool())
	case opInt:
		return strconv.AppendInt(buf, v.Int(), 10)
	case opFloat:
		return appendFloat(buf, v.Float(), v.Type().Bits())
	case opString:
		return AppendText(buf, v.String())
	case opBytes:
		return base64.StdEncoding.AppendEncode(buf, v.Bytes())
	case opTime:
		return n.appendTime(buf, v)
	case opPointer:
		if !v.IsNil() {
			return n.elem.append(buf, v.Elem())
		}
	case opList:
		return n.appendList(buf, v)
	case opMap:
		return n.appendMap(buf, v, "<entry>", "</entry>")
	case opStruct:
		return n.appendMembers(buf, v, false)
	}
	return buf
}

func (n *node) appendList(buf []byte, v reflect.Value) []byte {
	for i := range v.Len() {
		buf = append(append(append(buf, '<'), n.entry...), '>')
		buf = n.elem.append(buf, v.Index(i))
		buf = append(append(append(buf, "</"...), n.entry...), '>')
	}
	return buf
}

// appendMap writes the entries in the order of their keys.
func (n *node) appendMap(buf []byte, v reflect.Value, open, end string) []byte {
	values := map[string]reflect.Value{}
	for i := v.MapRange(); i.Next(); {
		values[i.Key().String()] = i.Value()
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		buf = AppendText(append(append(buf, open...), "<key>"...), key)
		buf = n.elem.append(append(buf, "</key><value>"...), values[key])
		buf = append(append(buf, "</value>"...), end...)
	}
	return buf
}

// appendTime writes ISO 8601. EC2 always shows milliseconds; the others where there are
// any.
func (n *node) appendTime(buf []byte, v reflect.Value) []byte {
	t := v.Interface().(time.Time).UTC()
	if n.millis || t.Nanosecond() >= int(time.Millisecond) {
		return t.AppendFormat(buf, "2006-01-02T15:04:05.000Z")
	}
	return t.AppendFormat(buf, "2006-01-02T15:04:05Z")
}

// appendFloat writes numbers as XML Schema has them.
func appendFloat(buf []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(buf, "NaN"...)
	case math.IsInf(f, 1):
		return append(buf, "Infinity"...)
	case math.IsInf(f, -1):
		return append(buf, "-Infinity"...)
	}
	return strconv.AppendFloat(buf, f, 'g', -1, bits)
}

// AppendText writes s as the text of an element.
func AppendText(buf []byte, s string) []byte {
	if isPlain(s) {
		return append(buf, s...)
	}
	for _, c := range s {
		switch {
		case c == '&':
			buf = append(buf, "&amp;"...)
		case c == '<':
			buf = append(buf, "&lt;"...)
		case c == '>':
			buf = append(buf, "&gt;"...)
		case c == '"':
			buf = append(buf, "&quot;"...)
		case c == '\r':
			buf = append(buf, "&#xD;"...) // a parser would else make it a line feed
		case c < ' ' && c != '\t' && c != '\n', c == '\uFFFE', c == '\uFFFF':
			buf = append(buf, "\uFFFD"...) // XML cannot have it
		default:
			buf = append(buf, string(c)...)
		}
	}
	return buf
}

// isPlain reports whether s stands in XML as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if !plain[s[i]] {
			return false
		}
	}
	return true
}

// plain are the characters of ASCII that stand in XML as they are.
var plain = func() (table [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		table[c] = !strings.ContainsRune(`&<>"`, c)
	}
	return table
}()
