package wire

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/aws/smithy-go/encoding/cbor"
)

// UnmarshalCBOR reads one value of Smithy RPC v2 CBOR into v, a non-nil pointer to a zero value.
// Empty data counts as an empty map, null and undefined as absent; unknown members are skipped, and
// told to unknown, which may be nil. Lists, maps and texts may have a length or end at a break. Of a
// member that comes twice the last one counts. What v keeps is a copy.
//
// Errors are *[SyntaxError] and *[TypeError], in the emulator's words. Rules are not looked at. How
// deep values nest is bounded by smithy-go, and how many there are by the length of data.
func (c *Codec) UnmarshalCBOR(data []byte, v any, unknown func(structure, member string)) error {
	if len(data) == 0 {
		return nil
	}
	if err := checkCounts(data); err != nil {
		return err
	}
	value, err := cbor.Decode(data)
	if err != nil {
		return &SyntaxError{Format: "CBOR", Reason: err.Error()}
	}
	if rest := len(data) - valueLength(data); rest > 0 { // smithy-go leaves them out
		return &SyntaxError{Format: "CBOR", Reason: fmt.Sprintf("%d bytes follow the value", rest)}
	}
	d := cborDecoder{unknown: unknown}
	rv := reflect.ValueOf(v).Elem()
	return d.value(c.plan(rv.Type()), rv, value)
}

type cborDecoder struct {
	unknown func(structure, member string)
}

// value reads a value into v, which has type n.typ and is zero.
func (d *cborDecoder) value(n *node, v reflect.Value, given cbor.Value) error {
	if isNull(given) {
		return nil
	}
	switch n.op {
	case opBool:
		b, ok := given.(cbor.Bool)
		v.SetBool(bool(b))
		return mistyped(ok, given, "a Boolean")
	case opInt, opUint:
		return d.integer(n, v, given)
	case opFloat:
		f, err := cbor.AsFloat64(given)
		v.SetFloat(f)
		return mistyped(err == nil, given, "a Double")
	case opString:
		s, err := textOf(given)
		v.SetString(s)
		return err
	case opBytes:
		b, ok := given.(cbor.Slice)
		v.SetBytes(bytes.Clone(b))
		return mistyped(ok, given, "a Blob")
	case opTime:
		return d.time(as[time.Time](v), given)
	case opPointer:
		v.Set(reflect.New(n.elem.typ))
		return d.value(n.elem, v.Elem(), given)
	case opStrings, opSlice:
		return d.list(n, v, given)
	case opLabels, opMap:
		return d.mapping(n, v, given)
	case opStruct:
		return d.structure(n, v, given)
	case opUnion:
		return d.union(n, v, given)
	}
	panic("wire: can't decode CBOR into " + n.typ.String())
}

func isNull(given cbor.Value) bool {
	switch given.(type) {
	case *cbor.Nil, *cbor.Undefined:
		return true
	}
	return false
}

func (d *cborDecoder) integer(n *node, v reflect.Value, given cbor.Value) error {
	want := "an Integer"
	if n.typ.Size() > 4 {
		want = "a Long"
	}
	if n.op == opUint {
		u, ok := given.(cbor.Uint)
		if ok = ok && !v.OverflowUint(uint64(u)); ok {
			v.SetUint(uint64(u))
		}
		return mistyped(ok, given, want)
	}
	i, err := cbor.AsInt64(given)
	if err != nil || v.OverflowInt(i) {
		return mistyped(false, given, want)
	}
	v.SetInt(i)
	return nil
}

// time reads epoch seconds, rounded to the milliseconds that AWS keeps.
func (d *cborDecoder) time(p *time.Time, given cbor.Value) error {
	tag, ok := given.(*cbor.Tag)
	if !ok || tag.ID != 1 {
		return mistyped(false, given, "a Date")
	}
	seconds, err := cbor.AsFloat64(tag.Value)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > lastSecond {
		return mistyped(false, given, "a Date")
	}
	*p = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	return nil
}

// list leaves out null, as the lists of AWS have none.
func (d *cborDecoder) list(n *node, v reflect.Value, given cbor.Value) error {
	list, ok := given.(cbor.List)
	if !ok {
		return mistyped(false, given, "")
	}
	v.Grow(max(1, len(list))) // an empty list is not nil
	for i, each := range list {
		if isNull(each) {
			continue
		}
		element, err := extend(v), error(nil)
		if n.op == opStrings {
			var s string
			s, err = textOf(each)
			element.SetString(s)
		} else {
			err = d.value(n.elem, element, each)
		}
		if err != nil {
			return under(fmt.Sprintf("[%d]", i), err)
		}
	}
	return nil
}

func (d *cborDecoder) mapping(n *node, v reflect.Value, given cbor.Value) error {
	m, ok := given.(cbor.Map)
	if !ok {
		return mistyped(false, given, "")
	}
	v.Set(reflect.MakeMapWithSize(n.typ, len(m)))
	for key, each := range m {
		if isNull(each) {
			continue
		}
		key, err := textOf(cbor.String(key))
		if err != nil {
			return err
		}
		value := reflect.New(n.typ.Elem()).Elem()
		if n.op == opLabels {
			var s string
			s, err = textOf(each)
			value.SetString(s)
		} else {
			err = d.value(n.elem, value, each)
		}
		if err != nil {
			return under(key, err)
		}
		v.SetMapIndex(reflect.ValueOf(key).Convert(n.typ.Key()), value)
	}
	return nil
}

func (d *cborDecoder) structure(n *node, v reflect.Value, given cbor.Value) error {
	m, ok := given.(cbor.Map)
	if !ok {
		return mistyped(false, given, "")
	}
	known := 0
	for i := range n.fields { // in their order, so that the first mistake does not depend on that of a map
		f := &n.fields[i]
		each, found := m[f.name]
		if !found {
			continue
		}
		known++
		if err := d.value(f.node, f.of(v), each); err != nil {
			return under(f.name, err)
		}
	}
	if d.unknown == nil || known == len(m) {
		return nil
	}
	for key := range m {
		if n.find([]byte(key), 0) < 0 {
			d.unknown(n.typ.Name(), key)
		}
	}
	return nil
}

// union skips a member that this version does not know, which leaves the union nil.
func (d *cborDecoder) union(n *node, v reflect.Value, given cbor.Value) error {
	m, ok := given.(cbor.Map)
	if !ok {
		return mistyped(false, given, "")
	}
	for i := range n.members {
		member := &n.members[i]
		each, found := m[member.name]
		if !found || isNull(each) {
			continue
		}
		set := reflect.New(member.typ)
		if err := d.value(member.value, set.Elem().Field(member.index), each); err != nil {
			return under(member.name, err)
		}
		v.Set(set)
	}
	return nil
}

// textOf is a text, in which bytes that are not UTF-8 become U+FFFD.
func textOf(given cbor.Value) (string, error) {
	s, ok := given.(cbor.String)
	if !ok {
		return "", mistyped(false, given, "a String")
	}
	if !utf8.ValidString(string(s)) {
		return string(bytes.ToValidUTF8([]byte(s), []byte("\ufffd"))), nil
	}
	return string(s), nil
}

// mistyped is the error for a value of another type than wanted, unless it is as wanted: want names
// a scalar, or is empty for a structure, list or map.
func mistyped(ok bool, given cbor.Value, want string) error {
	if ok {
		return nil
	}
	token := "NUMBER_VALUE"
	switch given := given.(type) {
	case cbor.Map:
		return &TypeError{Message: "Start of structure or map found where not expected."}
	case cbor.List:
		return &TypeError{Message: "Start of list found where not expected"}
	case cbor.String:
		token = "STRING_VALUE"
	case cbor.Slice:
		token = "BLOB_VALUE"
	case *cbor.Tag:
		token = "TAGGED_VALUE"
	case cbor.Bool:
		token = map[bool]string{true: "TRUE_VALUE", false: "FALSE_VALUE"}[bool(given)]
	}
	if want == "" {
		return &TypeError{Message: "Unexpected field type"}
	}
	return &TypeError{Message: token + " can not be converted to " + want}
}
