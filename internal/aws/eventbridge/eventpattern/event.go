package eventpattern

import (
	"errors"
	"slices"
	"strings"
)

// Event is an event, taken apart once to be held against many patterns.
type Event struct {
	leaves []leaf
	last   map[string]int // the last leaf of each path; it names the one before it
}

// leaf is a value that an event has at a path. A path may have several: in arrays, or of members with one name.
type leaf struct {
	value
	places places
	before int // the leaf of the same path before, or -1
}

// place is an element of an array.
type place struct {
	array, index int
	path         string // of the array
}

// places are the elements that a value stands in, outermost first. Of an element that is the value itself there
// is none.
type places []place

// join returns the places of both. A pattern may not take values from two elements of one array. Source: recorded
// answers.
func (p places) join(other places) (places, bool) {
	if len(p) == 0 {
		return other, true
	}
	for _, o := range other {
		i := slices.IndexFunc(p, func(mine place) bool { return mine.array == o.array })
		switch {
		case i < 0:
			p = append(slices.Clip(p), o)
		case p[i].index != o.index:
			return nil, false
		}
	}
	return p, true
}

// agrees tells whether places can be joined.
func (p places) agrees(other places) bool {
	for _, o := range other {
		for _, mine := range p {
			if mine.array == o.array && mine.index != o.index {
				return false
			}
		}
	}
	return true
}

// NewEvent takes an event apart, which is an object of JSON.
func NewEvent(body string) (*Event, error) {
	most := 1 + strings.Count(body, ",") // leaves
	f := flattener{reader: reader{source: body, open: make([]bracket, 0, 16)}}
	f.event = &Event{leaves: make([]leaf, 0, most), last: make(map[string]int, most)}
	if f.next() != beginObject {
		f.refuse("Event must be a JSON object")
	}
	f.object("", 0)
	if f.err != nil {
		return nil, errors.New(f.err.Reason)
	}
	return f.event, nil
}

// flattener finds the leaves of an event.
type flattener struct {
	reader
	event  *Event
	arrays int
	in     places
}

func (f *flattener) object(path string, depth int) {
	for f.next() == member {
		name := f.name
		if depth > 0 {
			name = path + "." + name
		}
		f.next()
		f.value(name, depth+1)
	}
}

// value takes what begins at the current token.
func (f *flattener) value(path string, depth int) {
	switch f.token {
	case beginObject:
		f.object(path, depth)
	case beginArray:
		f.array(path, depth)
	case nothing:
	default:
		f.add(path)
	}
}

func (f *flattener) array(path string, depth int) {
	array, outer := f.arrays, f.in
	f.arrays++
	for index := 0; f.next() != endArray && f.token != nothing; index++ {
		if f.token == beginObject || f.token == beginArray {
			f.in = append(slices.Clip(outer), place{array, index, path})
		}
		f.value(path, depth)
		f.in = outer
	}
}

func (f *flattener) add(path string) {
	v := value{kind: f.token}
	switch f.token {
	case word:
		v.text = f.content()
	case integer:
		v.text = f.content()
		if v.text == "-0" {
			v.text = "0"
		}
		v.number, v.isNumber = toNumber(v.text)
	case float:
		// AWS reads such a number as a float64 before it is matched. Source: recorded answers, in which
		// 1.0000000000000001 is not equal to itself.
		v.number, v.isNumber = nearest(f.content())
	}
	before, found := f.event.last[path]
	if !found {
		before = -1
	}
	f.event.last[path] = len(f.event.leaves)
	f.event.leaves = append(f.event.leaves, leaf{value: v, places: f.in, before: before})
}
