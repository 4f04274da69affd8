package query

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// decoder reads sorted parameters.
type decoder struct{ parameters Form }

// span is a range of parameters whose keys begin alike.
type span struct{ from, to int }

// deepest is how many parts of a key are looked at. A recursive type could else be
// given a key that is as deep as a request is long.
const deepest = 64

// each calls do for each group of parameters with the same next part of their keys,
// which begins at the position at.
func (d *decoder) each(s span, at int, do func(part string, group span, next int) error) error {
	for s.from < s.to {
		part := d.part(s.from, at)
		group := span{s.from, s.from + 1}
		for group.to < s.to && d.part(group.to, at) == part {
			group.to++
		}
		if err := do(part, group, at+len(part)+1); err != nil {
			return err
		}
		s.from = group.to
	}
	return nil
}

// part is the part of a key that begins at a position.
func (d *decoder) part(i, at int) string {
	key := d.parameters[i].key
	if at > len(key) {
		return ""
	}
	part, _, _ := strings.Cut(key[at:], ".")
	return part
}

// own cuts off the parameters of a group whose key ends here, which have a value and no
// parts. They are the first.
func (d *decoder) own(s span, next int) (value *parameter, rest span) {
	for s.from < s.to && len(d.parameters[s.from].key) < next {
		if value == nil {
			value = &d.parameters[s.from]
		}
		s.from++
	}
	return value, s
}

func (d *decoder) structure(n *node, v reflect.Value, s span, at int) error {
	return d.each(s, at, func(part string, group span, next int) error {
		i, found := n.byName[part]
		if !found {
			return nil
		}
		f := &n.fields[i]
		return d.value(f.node, f, v.Field(f.index), group, next)
	})
}

// value reads what stands under one part of the keys of s. f is the member that n is the
// plan of, if it is one.
func (d *decoder) value(n *node, f *field, v reflect.Value, s span, next int) error {
	if key := d.parameters[s.from].key; strings.Count(key[:min(next, len(key))], ".") > deepest {
		return nil
	}
	switch n.op {
	case opPointer:
		if own, _ := d.own(s, next); own == nil && n.elem.op < opPointer {
			return nil // parts of what has none
		}
		target := reflect.New(v.Type().Elem())
		if err := d.value(n.elem, f, target.Elem(), s, next); err != nil {
			return err
		}
		v.Set(target)
		return nil
	case opStruct, opList, opMap:
		own, rest := d.own(s, next)
		if own != nil && own.value != "" {
			return &TypeError{own.key, own.value, "a list or structure"}
		}
		switch n.op {
		case opStruct:
			return d.structure(n, v, rest, next)
		case opList:
			return d.list(n, f, v, rest, next)
		default:
			return d.mapping(n, f, v, rest, next)
		}
	}
	own, _ := d.own(s, next)
	if own == nil { // parts of what has none
		return nil
	}
	return scalar(n, v, own)
}

// numbered is a group under the number of an entry.
type numbered struct {
	number int
	group  span
	next   int
}

// entries returns the groups of a list or map in the order of their numbers. word stands
// before the number in the keys, unless it is empty.
func (d *decoder) entries(s span, at int, word string) (list []numbered, err error) {
	if word != "" {
		inner, found := span{}, false
		_ = d.each(s, at, func(part string, group span, next int) error {
			if part == word {
				inner, found = group, true
			}
			return nil
		})
		if !found {
			return nil, nil
		}
		s, at = inner, at+len(word)+1
		_, s = d.own(s, at)
	}
	err = d.each(s, at, func(part string, group span, next int) error {
		number, err := strconv.Atoi(part)
		if err != nil || number < 0 {
			return &TypeError{d.parameters[group.from].key, part, "a number of an entry"}
		}
		list = append(list, numbered{number, group, next})
		return nil
	})
	sorting.By(list, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	return list, err
}

// word is what stands before the numbers of entries in a form. EC2's lists are all flat
// there. f is the member that n is the plan of, nil for an entry of another list.
func (n *node) word(f *field) string {
	if n.bare || f != nil && f.flat {
		return ""
	}
	return n.entry
}

func (d *decoder) list(n *node, f *field, v reflect.Value, s span, at int) error {
	entries, err := d.entries(s, at, n.word(f))
	if err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), len(entries), len(entries))
	for i, e := range entries {
		if err := d.value(n.elem, nil, list.Index(i), e.group, e.next); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

func (d *decoder) mapping(n *node, f *field, v reflect.Value, s span, at int) error {
	entries, err := d.entries(s, at, n.word(f))
	if err != nil {
		return err
	}
	mapping := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, e := range entries {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		err := d.each(e.group, e.next, func(part string, group span, next int) error {
			switch part {
			case "key":
				if own, _ := d.own(group, next); own != nil {
					return scalar(stringNode, key, own)
				}
			case "value":
				return d.value(n.elem, nil, value, group, next)
			}
			return nil
		})
		if err != nil {
			return err
		}
		mapping.SetMapIndex(key, value)
	}
	v.Set(mapping)
	return nil
}

// stringNode is the plan of a map's keys.
var stringNode = &node{op: opString}

// scalar reads one value. Text in another encoding would be another one when the state is
// read again.
func scalar(n *node, v reflect.Value, p *parameter) error {
	switch n.op {
	case opString:
		if !utf8.ValidString(p.value) {
			return &TypeError{p.key, p.value, "in UTF-8"}
		}
		v.SetString(strings.Clone(p.value))
		return nil
	case opBool:
		switch strings.ToLower(p.value) {
		case "true":
			v.SetBool(true)
		case "false":
			v.SetBool(false)
		default:
			return &TypeError{p.key, p.value, "true or false"}
		}
	case opInt:
		i, err := strconv.ParseInt(p.value, 10, v.Type().Bits())
		if err != nil {
			return &TypeError{p.key, p.value, "an integer"}
		}
		v.SetInt(i)
	case opFloat:
		f, err := strconv.ParseFloat(p.value, v.Type().Bits())
		if err != nil {
			return &TypeError{p.key, p.value, "a number"}
		}
		v.SetFloat(f)
	case opBytes:
		b, err := base64.StdEncoding.DecodeString(p.value)
		if err != nil {
			return &TypeError{p.key, p.value, "in base64"}
		}
		v.SetBytes(b)
	case opTime:
		t, err := time.Parse(time.RFC3339, p.value)
		if err != nil {
			return &TypeError{p.key, p.value, "a timestamp"}
		}
		v.Set(reflect.ValueOf(t))
	}
	return nil
}
