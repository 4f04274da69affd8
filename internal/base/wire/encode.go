package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// append writes a value, which has type n.typ. Where null would stand alone, in lists
// and maps, it writes null.
func (n *node) append(buf []byte, v reflect.Value) []byte {
	start := len(buf)
	switch n.op {
	case opBool:
		return strconv.AppendBool(buf, v.Bool())
	case opInt:
		return strconv.AppendInt(buf, v.Int(), 10)
	case opUint:
		return strconv.AppendUint(buf, v.Uint(), 10)
	case opFloat:
		return appendFloat(buf, v.Float(), n.typ.Bits())
	case opString:
		return appendString(buf, v.String())
	case opBytes:
		return appendBase64(buf, v.Bytes())
	case opTime:
		return appendTime(buf, *as[time.Time](v))
	case opPointer:
		if !v.IsNil() {
			return n.elem.append(buf, v.Elem())
		}
	case opStrings:
		return appendStrings(buf, v)
	case opSlice:
		return n.appendSlice(buf, v)
	case opLabels:
		return appendLabels(buf, *as[map[string]string](v))
	case opMap:
		return n.appendMap(buf, v)
	case opStruct:
		return n.appendStruct(buf, v)
	case opUnion:
		buf = n.appendUnion(buf, v)
	case opAny:
		if !v.IsNil() {
			buf = n.codec.appendDynamic(buf, v.Elem())
		}
	case opAppender:
		buf = v.Addr().Interface().(Appender).AppendJSON(buf)
	}
	if len(buf) == start {
		buf = append(buf, "null"...)
	}
	return buf
}

// as points to an addressable value, which has type T.
func as[T any](v reflect.Value) *T { return v.Addr().Interface().(*T) }

func (n *node) appendStruct(buf []byte, v reflect.Value) []byte {
	buf = append(buf, '{')
	start := len(buf)
	for i := range n.fields {
		f := &n.fields[i]
		member := f.of(v)
		if f.node.absent(member) || f.omitZero && member.IsZero() {
			continue
		}
		mark := len(buf)
		if mark > start {
			buf = append(buf, ',')
		}
		buf = append(buf, f.key...)
		value := len(buf)
		buf = f.node.append(buf, member)
		if f.node.vanishes() && string(buf[value:]) == "null" {
			buf = buf[:mark]
		}
	}
	return append(buf, '}')
}

// absent reports whether a member is left out of its structure.
func (n *node) absent(v reflect.Value) bool {
	switch n.op {
	case opString:
		return v.Len() == 0
	case opTime:
		return as[time.Time](v).IsZero()
	case opPointer, opLabels, opMap, opStrings, opSlice, opBytes:
		return v.IsNil()
	case opAppender:
		return n.typ == documentType && v.Len() == 0
	}
	return false
}

// vanishes reports whether only the encoder of the value itself can tell that the
// member is absent.
func (n *node) vanishes() bool {
	return n.op >= opUnion || n.op == opPointer && n.elem.op >= opUnion
}

func (n *node) appendSlice(buf []byte, list reflect.Value) []byte {
	buf = append(buf, '[')
	for i := range list.Len() {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = n.elem.append(buf, list.Index(i))
	}
	return append(buf, ']')
}

func appendStrings(buf []byte, list reflect.Value) []byte {
	buf = append(buf, '[')
	for i := range list.Len() {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendString(buf, list.Index(i).String())
	}
	return append(buf, ']')
}

func appendLabels(buf []byte, m map[string]string) []byte {
	var few [8]string
	keys := few[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	buf = append(buf, '{')
	for i, k := range keys {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(appendString(buf, k), ':')
		buf = appendString(buf, m[k])
	}
	return append(buf, '}')
}

func (n *node) appendMap(buf []byte, m reflect.Value) []byte {
	keys := m.MapKeys()
	sorting.By(keys, func(x, y reflect.Value) int {
		return strings.Compare(x.String(), y.String())
	})
	value := reflect.New(n.typ.Elem()).Elem() // those of a map are not addressable
	buf = append(buf, '{')
	for i, k := range keys {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(appendString(buf, k.String()), ':')
		value.Set(m.MapIndex(k))
		buf = n.elem.append(buf, value)
	}
	return append(buf, '}')
}

// appendDynamic writes what an interface holds; nothing for a nil pointer.
func (c *Codec) appendDynamic(buf []byte, rv reflect.Value) []byte {
	if rv.Kind() == reflect.Pointer && rv.IsNil() {
		return buf
	}
	return c.appendValue(buf, rv)
}
