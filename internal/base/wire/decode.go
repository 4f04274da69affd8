package wire

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

// maxDepth bounds the nesting of lists and objects; no ECS shape nests ten deep.
const maxDepth = 100

// decoder reads one JSON text in a single pass.
type decoder struct {
	data  []byte
	pos   int
	depth int

	text    strings.Builder // holds the strings that were read; see keep
	slots   []string        // what *string members point to; see slot
	scratch []byte          // for strings with escapes

	violations []*Violation
	all        bool                           // not the first violation alone
	unknown    func(structure, member string) // told of members that are skipped; may be nil
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

func newDecoder(data []byte) *decoder {
	d := decoders.Get().(*decoder)
	d.data = data
	return d
}

// release gives the decoder back, without what belongs to the caller now.
func (d *decoder) release() {
	scratch := d.scratch[:0]
	if cap(scratch) > 4096 {
		scratch = nil
	}
	*d = decoder{scratch: scratch}
	decoders.Put(d)
}

// document reads the whole text.
func (d *decoder) document(n *node, v reflect.Value) error {
	d.space()
	if d.pos == len(d.data) {
		d.data, d.pos = []byte("{}"), 0 // so that required members are missed
	}
	var err error
	if d.peek() == 'n' {
		err = d.literal("null")
	} else {
		err = d.value(n, v)
	}
	if err != nil {
		return err
	}
	if d.space(); d.pos < len(d.data) {
		return d.syntax("text after the value")
	}
	return nil
}

// value reads a value that is not null into v, which has type n.typ and is zero.
func (d *decoder) value(n *node, v reflect.Value) error {
	switch n.op {
	case opBool:
		return d.bool(v)
	case opInt, opUint:
		return d.integer(n, v)
	case opFloat:
		return d.float(v)
	case opString:
		return d.stringTo(v)
	case opBytes:
		return d.base64(v)
	case opTime:
		return d.time(as[time.Time](v))
	case opPointer:
		return d.pointer(n, v)
	case opStrings:
		return d.strings(v)
	case opSlice:
		return d.slice(n, v)
	case opLabels:
		return d.labels(as[map[string]string](v))
	case opMap:
		return d.mapping(n, v)
	case opStruct:
		return d.structure(n, v)
	case opUnion:
		return d.union(n, v)
	}
	return d.opaque(n, v)
}

// opaque reads what is kept as it came.
func (d *decoder) opaque(n *node, v reflect.Value) error {
	start := d.pos
	if err := d.skip(); err != nil {
		return err
	}
	text := Raw(d.data[start:d.pos])
	switch {
	case n.typ == documentType:
		*as[sdk.Document](v) = append(sdk.Document(nil), text...)
	case n.typ == rawType:
		*as[Raw](v) = append(Raw(nil), text...)
	case n.op == opAppender:
		return v.Addr().Interface().(Parser).ParseJSON(text)
	case n.op == opAny && n.typ.NumMethod() == 0:
		*as[any](v) = dynamic(text)
	default:
		panic("wire: can't decode into " + n.typ.String())
	}
	return nil
}

func (d *decoder) pointer(n *node, v reflect.Value) error {
	if n.elem.typ == stringType {
		s := d.slot()
		v.Set(reflect.ValueOf(s))
		text, err := d.string()
		*s = text
		return err
	}
	v.Set(reflect.New(n.elem.typ))
	return d.value(n.elem, v.Elem())
}

// slot returns memory for one string. Slots come eight at a time, which saves
// allocations; the price is that a kept one keeps its seven neighbours.
func (d *decoder) slot() *string {
	if len(d.slots) == 0 {
		d.slots = make([]string, 8)
	}
	s := &d.slots[0]
	d.slots = d.slots[1:]
	return s
}

func (d *decoder) structure(n *node, v reflect.Value) error {
	var seen bitset
	next := 0
	err := d.object(func(key []byte) error {
		i := n.find(key, next)
		if i < 0 {
			if d.unknown != nil {
				d.unknown(n.typ.Name(), string(key))
			}
			return d.skip()
		}
		next = i + 1
		return d.member(n, i, &seen, v)
	})
	if err == nil && n.needed != (bitset{}) {
		d.checkRequired(n, &seen)
	}
	return err
}

// member reads the value of field i. The last of several values wins.
func (d *decoder) member(n *node, i int, seen *bitset, structure reflect.Value) error {
	f := &n.fields[i]
	v := f.of(structure)
	if seen.has(i) {
		v.SetZero()
		seen.clear(i)
	}
	if d.peek() == 'n' {
		return d.literal("null")
	}
	seen.set(i)
	had := len(d.violations)
	if err := d.value(f.node, v); err != nil {
		return under(f.name, err)
	}
	d.locate(had, f.name)
	if f.limits != nil {
		d.check(n, f, v)
	}
	return nil
}

// slice leaves null elements out, as AWS lists have none.
func (d *decoder) slice(n *node, list reflect.Value) error {
	list.Grow(1) // an empty list is not nil
	return d.array(func(i int) error {
		had := len(d.violations)
		if err := d.value(n.elem, extend(list)); err != nil {
			return under(element(i), err)
		}
		if len(d.violations) > had { // or each element would cost its name
			d.locate(had, element(i))
		}
		return nil
	})
}

// extend adds a zero element to a list, and returns it.
func extend(list reflect.Value) reflect.Value {
	n := list.Len()
	if n == list.Cap() {
		list.Grow(1) // which leaves zeroed room
	}
	list.SetLen(n + 1)
	return list.Index(n)
}

func (d *decoder) strings(list reflect.Value) error {
	list.Grow(1) // an empty list is not nil
	return d.array(func(i int) error {
		s, err := d.stringIn(listBlock)
		if err != nil {
			return under(element(i), err)
		}
		extend(list).SetString(s)
		return nil
	})
}

func element(i int) string { return "[" + strconv.Itoa(i) + "]" }

func (d *decoder) labels(m *map[string]string) error {
	*m = map[string]string{}
	return d.object(func(key []byte) error {
		if d.peek() == 'n' {
			return d.literal("null")
		}
		k := d.keep(key)
		v, err := d.string()
		if err != nil {
			return under(k, err)
		}
		(*m)[k] = v
		return nil
	})
}

func (d *decoder) mapping(n *node, m reflect.Value) error {
	m.Set(reflect.MakeMap(n.typ))
	return d.object(func(key []byte) error {
		if d.peek() == 'n' {
			return d.literal("null")
		}
		k := d.keep(key)
		value := reflect.New(n.typ.Elem()).Elem()
		had := len(d.violations)
		if err := d.value(n.elem, value); err != nil {
			return under(k, err)
		}
		d.locate(had, k)
		m.SetMapIndex(reflect.ValueOf(k).Convert(n.typ.Key()), value)
		return nil
	})
}
