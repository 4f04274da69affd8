package wire

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
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

	violation *Violation
	unknown   func(structure, member string) // told of members that are skipped; may be nil
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
func (d *decoder) document(n *node, p memory) error {
	d.space()
	if d.pos == len(d.data) {
		d.data, d.pos = []byte("{}"), 0 // so that required members are missed
	}
	var err error
	if d.peek() == 'n' {
		err = d.literal("null")
	} else {
		err = d.value(n, p)
	}
	if err != nil {
		return err
	}
	if d.space(); d.pos < len(d.data) {
		return d.syntax("text after the value")
	}
	return nil
}

// value reads a value that is not null into p, which has type n.typ and is zero.
func (d *decoder) value(n *node, p memory) error {
	switch n.op {
	case opBool:
		return d.bool(as[bool](p))
	case opInt, opUint:
		return d.integer(n, p)
	case opFloat:
		return d.float(n, p)
	case opString:
		return d.stringTo(as[string](p))
	case opBytes:
		return d.base64(as[[]byte](p))
	case opTime:
		return d.time(as[time.Time](p))
	case opPointer:
		return d.pointer(n, p)
	case opStrings:
		return d.strings(as[[]string](p))
	case opSlice:
		return d.slice(n, p)
	case opLabels:
		return d.labels(as[map[string]string](p))
	case opMap:
		return d.mapping(n, p)
	case opStruct:
		return d.structure(n, p)
	case opUnion:
		return d.union(n, p)
	}
	return d.opaque(n, p)
}

// opaque reads what is kept as it came.
func (d *decoder) opaque(n *node, p memory) error {
	start := d.pos
	if err := d.skip(); err != nil {
		return err
	}
	text := Raw(d.data[start:d.pos])
	switch {
	case n.op == opDocument:
		*as[document.Interface](p) = &rawDocument{text: append(Raw(nil), text...)}
	case n.typ == rawType:
		*as[Raw](p) = append(Raw(nil), text...)
	case n.op == opAny && n.typ.NumMethod() == 0:
		*as[any](p) = dynamic(text)
	default:
		panic("wire: can't decode into " + n.typ.String())
	}
	return nil
}

func (d *decoder) pointer(n *node, p memory) error {
	var target memory
	switch n.elem.typ.Kind() {
	case reflect.String:
		target = memoryOf(d.slot())
	case reflect.Bool: // this and the next spare the detour through reflect
		target = memoryOf(new(bool))
	case reflect.Int32:
		target = memoryOf(new(int32))
	default:
		target = pointee(reflect.New(n.elem.typ))
	}
	*as[memory](p) = target
	return d.value(n.elem, target)
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

func (d *decoder) structure(n *node, p memory) error {
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
		return d.member(n, i, &seen, p)
	})
	if err == nil && n.needed != (bitset{}) {
		d.checkRequired(n, &seen)
	}
	return err
}

// member reads the value of field i. The last of several values wins.
func (d *decoder) member(n *node, i int, seen *bitset, p memory) error {
	f := &n.fields[i]
	q := p.at(f.offset)
	if seen.has(i) {
		q.value(f.node.typ).SetZero()
		seen.clear(i)
	}
	if d.peek() == 'n' {
		return d.literal("null")
	}
	seen.set(i)
	had := d.violation != nil
	if err := d.value(f.node, q); err != nil {
		return under(f.name, err)
	}
	d.locate(had, f.name)
	if f.limits != nil {
		d.check(n, f, q)
	}
	return nil
}

// slice leaves null elements out, as AWS lists have none.
func (d *decoder) slice(n *node, p memory) error {
	list := p.value(n.typ)
	s := as[slice](p)
	*s = slice{array: nothing}
	size := n.elem.typ.Size()
	return d.array(func(i int) error {
		if s.len == s.cap {
			list.Grow(1)
		}
		s.len++ // Grow left zeroed room for it
		had := d.violation != nil
		if err := d.value(n.elem, s.index(s.len-1, size)); err != nil {
			return under(element(i), err)
		}
		if !had && d.violation != nil {
			d.locate(had, element(i))
		}
		return nil
	})
}

func (d *decoder) strings(list *[]string) error {
	s := []string{}
	err := d.array(func(i int) error {
		v, err := d.stringIn(listBlock)
		if err != nil {
			return under(element(i), err)
		}
		s = append(s, v)
		return nil
	})
	*list = s
	return err
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

func (d *decoder) mapping(n *node, p memory) error {
	m := p.value(n.typ)
	m.Set(reflect.MakeMap(n.typ))
	return d.object(func(key []byte) error {
		if d.peek() == 'n' {
			return d.literal("null")
		}
		k := d.keep(key)
		value := reflect.New(n.typ.Elem())
		had := d.violation != nil
		if err := d.value(n.elem, pointee(value)); err != nil {
			return under(k, err)
		}
		d.locate(had, k)
		m.SetMapIndex(reflect.ValueOf(k).Convert(n.typ.Key()), value.Elem())
		return nil
	})
}
