package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
)

// append writes the value at p, which has type n.typ. Where null would stand
// alone, in lists and maps, it writes null.
func (n *node) append(buf []byte, p memory) []byte {
	start := len(buf)
	switch n.op {
	case opBool:
		return strconv.AppendBool(buf, *as[bool](p))
	case opInt:
		return strconv.AppendInt(buf, loadInt(n.typ.Kind(), p), 10)
	case opUint:
		return strconv.AppendUint(buf, loadUint(n.typ.Kind(), p), 10)
	case opFloat:
		return appendFloat(buf, n.typ.Kind(), p)
	case opString:
		return appendString(buf, *as[string](p))
	case opBytes:
		return appendBase64(buf, *as[[]byte](p))
	case opTime:
		return appendTime(buf, *as[time.Time](p))
	case opPointer:
		if target := *as[memory](p); target != nowhere {
			return n.elem.append(buf, target)
		}
	case opStrings:
		return appendStrings(buf, *as[[]string](p))
	case opSlice:
		return n.appendSlice(buf, p)
	case opLabels:
		return appendLabels(buf, *as[map[string]string](p))
	case opMap:
		return n.appendMap(buf, p)
	case opStruct:
		return n.appendStruct(buf, p)
	case opUnion:
		buf = n.appendUnion(buf, p)
	case opDocument:
		buf = appendDocument(buf, *as[document.Interface](p))
	case opAny:
		if rv := p.value(n.typ); !rv.IsNil() {
			buf = n.codec.appendDynamic(buf, rv.Elem())
		}
	case opAppender:
		buf = p.value(n.typ).Addr().Interface().(Appender).AppendJSON(buf)
	}
	if len(buf) == start {
		buf = append(buf, "null"...)
	}
	return buf
}

func (n *node) appendStruct(buf []byte, p memory) []byte {
	buf = append(buf, '{')
	start := len(buf)
	for i := range n.fields {
		f := &n.fields[i]
		q := p.at(f.offset)
		if f.node.absent(q) || f.omitZero && q.value(f.node.typ).IsZero() {
			continue
		}
		mark := len(buf)
		if mark > start {
			buf = append(buf, ',')
		}
		buf = append(buf, f.key...)
		value := len(buf)
		buf = f.node.append(buf, q)
		if f.node.vanishes() && string(buf[value:]) == "null" {
			buf = buf[:mark]
		}
	}
	return append(buf, '}')
}

// absent reports whether the member at p is left out of its structure.
func (n *node) absent(p memory) bool {
	switch n.op {
	case opString:
		return *as[string](p) == ""
	case opTime:
		return as[time.Time](p).IsZero()
	case opPointer, opLabels, opMap, opStrings, opSlice, opBytes:
		// A pointer and a map are one word; of a slice the first word is its
		// array, nil for a nil slice only.
		return *as[memory](p) == nowhere
	}
	return false
}

// vanishes reports whether only the encoder of the value itself can tell that the
// member is absent.
func (n *node) vanishes() bool {
	return n.op >= opUnion || n.op == opPointer && n.elem.op >= opUnion
}

func (n *node) appendSlice(buf []byte, p memory) []byte {
	s := as[slice](p)
	size := n.elem.typ.Size()
	buf = append(buf, '[')
	for i := range s.len {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = n.elem.append(buf, s.index(i, size))
	}
	return append(buf, ']')
}

func appendStrings(buf []byte, s []string) []byte {
	buf = append(buf, '[')
	for i, v := range s {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendString(buf, v)
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

func (n *node) appendMap(buf []byte, p memory) []byte {
	m := p.value(n.typ)
	keys := m.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int {
		return strings.Compare(x.String(), y.String())
	})
	value := reflect.New(n.typ.Elem()) // map values are not addressable
	buf = append(buf, '{')
	for i, k := range keys {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(appendString(buf, k.String()), ':')
		value.Elem().Set(m.MapIndex(k))
		buf = n.elem.append(buf, pointee(value))
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
