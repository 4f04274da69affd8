package wire

import (
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// The first byte of a CBOR value: its major type, with its length or number where that is small.
// Source: RFC 8949, section 3.
const (
	cborUint    = 0x00
	cborNegInt  = 0x20
	cborBytes   = 0x40
	cborText    = 0x60
	cborList    = 0x80
	cborMap     = 0xa0
	cborTime    = 0xc1 // tag 1: epoch seconds
	cborFalse   = 0xf4
	cborTrue    = 0xf5
	cborNull    = 0xf6
	cborFloat32 = 0xfa
	cborFloat64 = 0xfb
	cborMapOpen = 0xbf // a map that ends at a break
	cborBreak   = 0xff
)

// AppendCBOR writes v, a struct or a pointer to one, as CBOR with the members that [Codec.Append]
// would write, and returns the longer buffer. A nil v is an empty map.
//
// It writes bytes and makes no tree of values, which would take several times as long. It panics on
// types that no shape of Smithy RPC v2 CBOR has, such as documents.
func (c *Codec) AppendCBOR(buf []byte, v any) []byte {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return append(buf, cborMap)
	}
	if rv.Kind() != reflect.Pointer {
		addressable := reflect.New(rv.Type())
		addressable.Elem().Set(rv)
		rv = addressable
	}
	return c.plan(rv.Type().Elem()).appendCBOR(buf, rv.Elem())
}

// AppendCBORText writes s as text, for what is written without a structure. Bytes that are not
// UTF-8 become U+FFFD.
func AppendCBORText(buf []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return append(appendHead(buf, cborText, uint64(len(s))), s...)
}

// appendCBOR writes a value, which has type n.typ, null if it is absent.
func (n *node) appendCBOR(buf []byte, v reflect.Value) []byte {
	switch n.op {
	case opBool:
		if v.Bool() {
			return append(buf, cborTrue)
		}
		return append(buf, cborFalse)
	case opInt:
		if i := v.Int(); i < 0 {
			return appendHead(buf, cborNegInt, uint64(-1-i))
		}
		return appendHead(buf, cborUint, uint64(v.Int()))
	case opUint:
		return appendHead(buf, cborUint, v.Uint())
	case opFloat:
		if n.typ.Bits() == 32 {
			return binary.BigEndian.AppendUint32(append(buf, cborFloat32), math.Float32bits(float32(v.Float())))
		}
		return appendDouble(buf, v.Float())
	case opString:
		return AppendCBORText(buf, v.String())
	case opBytes:
		return append(appendHead(buf, cborBytes, uint64(v.Len())), v.Bytes()...)
	case opTime:
		return appendDouble(append(buf, cborTime), float64(as[time.Time](v).UnixMilli())/1000)
	case opPointer:
		if v.IsNil() {
			return append(buf, cborNull)
		}
		return n.elem.appendCBOR(buf, v.Elem())
	case opStrings:
		buf = appendHead(buf, cborList, uint64(v.Len()))
		for i := range v.Len() {
			buf = AppendCBORText(buf, v.Index(i).String())
		}
		return buf
	case opSlice:
		buf = appendHead(buf, cborList, uint64(v.Len()))
		for i := range v.Len() {
			buf = n.elem.appendCBOR(buf, v.Index(i))
		}
		return buf
	case opLabels, opMap:
		return n.appendCBORMap(buf, v)
	case opStruct:
		return n.appendCBORStruct(buf, v)
	case opUnion:
		return n.appendCBORUnion(buf, v)
	}
	panic("wire: " + n.typ.String() + " has no CBOR form")
}

// appendCBORStruct writes a map that ends at a break: how many members there are is known when they
// are written.
func (n *node) appendCBORStruct(buf []byte, v reflect.Value) []byte {
	buf = append(buf, cborMapOpen)
	for i := range n.fields {
		f := &n.fields[i]
		member := f.of(v)
		if f.node.absent(member) || f.omitZero && member.IsZero() || member.Kind() == reflect.Interface && member.IsNil() {
			continue
		}
		buf = f.node.appendCBOR(append(buf, f.packed...), member)
	}
	return append(buf, cborBreak)
}

func (n *node) appendCBORMap(buf []byte, m reflect.Value) []byte {
	keys := m.MapKeys()
	sorting.By(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
	value := reflect.New(n.typ.Elem()).Elem() // those of a map are not addressable
	buf = appendHead(buf, cborMap, uint64(len(keys)))
	for _, k := range keys {
		buf = AppendCBORText(buf, k.String())
		if n.op == opLabels {
			buf = AppendCBORText(buf, m.MapIndex(k).String())
			continue
		}
		value.Set(m.MapIndex(k))
		buf = n.elem.appendCBOR(buf, value)
	}
	return buf
}

// appendCBORUnion writes null for a member that this version of the SDK does not know.
func (n *node) appendCBORUnion(buf []byte, v reflect.Value) []byte {
	set := v.Elem()
	for i := range n.members {
		m := &n.members[i]
		if set.Kind() == reflect.Pointer && !set.IsNil() && m.typ == set.Type().Elem() {
			buf = AppendCBORText(append(buf, cborMap|1), m.name)
			return m.value.appendCBOR(buf, set.Elem().Field(m.index))
		}
	}
	return append(buf, cborNull)
}

// appendHead writes the first bytes of a value: its major type and its length or number.
func appendHead(buf []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(buf, major|byte(n))
	case n <= math.MaxUint8:
		return append(buf, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(buf, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(buf, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(buf, major|27), n)
}

func appendDouble(buf []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(buf, cborFloat64), math.Float64bits(f))
}
