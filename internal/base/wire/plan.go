package wire

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// op is what a node does with the value it is given.
type op uint8

const (
	opBool op = iota
	opInt
	opUint
	opFloat
	opString
	opBytes    // []byte: base64 text
	opTime     // time.Time
	opPointer  // *elem
	opStrings  // []string, or of a type based on string
	opSlice    // []elem
	opLabels   // map[string]string
	opMap      // map[string]elem
	opStruct   // fields
	opUnion    // an SDK interface with one member set
	opAny      // any
	opAppender // a type that encodes itself
)

// node is the plan of one type: what to do with a value of it, and which are its parts.
// Values are addressable, as each comes from a pointer.
type node struct {
	op      op
	typ     reflect.Type
	codec   *Codec
	elem    *node         // of opPointer, opSlice, opMap
	fields  []field       // of opStruct, in alphabetical order of name
	index   []int16       // of opStruct: hash of a name → position + 1, see find
	needed  bitset        // of opStruct: the required fields
	members []unionMember // of opUnion
}

type field struct {
	name     string
	key      string // `"name":`
	packed   string // the name in CBOR
	index    []int  // in the structure, and in those embedded there
	node     *node
	omitZero bool
	limits   *limits // nil: unconstrained
}

func (f *field) of(structure reflect.Value) reflect.Value {
	if len(f.index) > 1 {
		return structure.FieldByIndex(f.index)
	}
	return structure.Field(f.index[0])
}

var (
	appenderType = reflect.TypeFor[Appender]()
	rawType      = reflect.TypeFor[Raw]()
	timeType     = reflect.TypeFor[time.Time]()
	stringType   = reflect.TypeFor[string]()
	labelsType   = reflect.TypeFor[map[string]string]()
	documentType = reflect.TypeFor[sdk.Document]()
	metadataType = reflect.TypeFor[middleware.Metadata]()
	apiErrorType = reflect.TypeFor[smithy.APIError]()
)

// builder makes the plans of a type and all it refers to.
type builder struct {
	codec *Codec
	nodes map[reflect.Type]*node
}

func (b *builder) node(t reflect.Type) *node {
	if n, ok := b.codec.plans.Load(t); ok {
		return n.(*node)
	}
	if n, ok := b.nodes[t]; ok {
		return n
	}
	n := &node{typ: t, codec: b.codec}
	b.nodes[t] = n // before its parts: a type may refer to itself
	n.op = b.classify(t)
	switch n.op {
	case opPointer, opSlice, opMap:
		n.elem = b.node(t.Elem())
	case opStruct:
		n.fields = b.structFields(t, nil)
		sorting.By(n.fields, func(x, y field) int {
			return cmp.Or(strings.Compare(x.name, y.name), cmp.Compare(len(x.index), len(y.index)))
		})
		// As in Go, a field hides those of its name in embedded structs.
		n.fields = slices.CompactFunc(n.fields, func(x, y field) bool { return x.name == y.name })
		n.indexFields()
	case opUnion:
		n.members = b.unionMembers(t)
	}
	return n
}

func (b *builder) classify(t reflect.Type) op {
	switch {
	case t == timeType:
		return opTime
	case b.codec.unionMembers(t) != nil:
		return opUnion
	case t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(appenderType):
		return opAppender
	case t == labelsType:
		return opLabels
	}
	switch t.Kind() {
	case reflect.Bool:
		return opBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return opInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return opUint
	case reflect.Float32, reflect.Float64:
		return opFloat
	case reflect.String:
		return opString
	case reflect.Pointer:
		return opPointer
	case reflect.Struct:
		return opStruct
	case reflect.Interface:
		return opAny
	case reflect.Slice:
		switch {
		case t.Elem().Kind() == reflect.Uint8: // json.RawMessage, too
			return opBytes
		case t.Elem().Kind() == reflect.String && !reflect.PointerTo(t.Elem()).Implements(appenderType):
			return opStrings
		}
		return opSlice
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return opMap
		}
	}
	panic(fmt.Sprintf("wire: %s has no JSON form", t))
}

// structFields lists the members of t, those of embedded structs included.
func (b *builder) structFields(t reflect.Type, within []int) []field {
	var fields []field
	for i := range t.NumField() {
		f, index := t.Field(i), append(slices.Clip(within), i)
		name, option, _ := strings.Cut(f.Tag.Get("wire"), ",")
		switch {
		case name == "-" || f.Type == metadataType:
			continue
		case f.Name == "ErrorCodeOverride" && reflect.PointerTo(t).Implements(apiErrorType):
			continue // the code travels as __type
		case f.Anonymous && f.Type.Kind() == reflect.Struct && name == "":
			fields = append(fields, b.structFields(f.Type, index)...)
			continue
		case !f.IsExported():
			continue
		case name == "":
			name = b.codec.memberName(t, f.Name)
		}
		n := b.node(f.Type)
		fields = append(fields, field{
			name:     name,
			key:      `"` + name + `":`,
			packed:   string(AppendCBORText(nil, name)),
			index:    index,
			node:     n,
			omitZero: option == "omitzero",
			limits:   b.codec.limits(t, name, f.Type),
		})
	}
	return fields
}

// memberName is the name of a member in the model. The SDK adds an underscore to a name that a method of its types has: String_.
func (c *Codec) memberName(structure reflect.Type, goName string) string {
	goName = strings.TrimSuffix(goName, "_")
	if c.lower == c.except[structure] {
		return goName
	}
	return strings.ToLower(goName[:1]) + goName[1:]
}

// indexFields prepares the look-up by name, in a table that is never half full.
func (n *node) indexFields() {
	size := 4
	for size < 3*len(n.fields) {
		size *= 2
	}
	n.index = make([]int16, size)
	for i, f := range n.fields {
		if f.limits != nil && f.limits.Required {
			n.needed.set(i)
		}
		at := n.hash([]byte(f.name))
		for n.index[at] != 0 {
			at = (at + 1) & (len(n.index) - 1)
		}
		n.index[at] = int16(i + 1)
	}
}

// hash is where to look for a name first. Three letters and the length tell most
// members of a structure apart.
func (n *node) hash(name []byte) int {
	last := len(name) - 1
	return (3*last + 5*int(name[0]) + 7*int(name[last/2]) + 11*int(name[last])) & (len(n.index) - 1)
}

// find returns the position of the member called key, or -1. next is the position
// after the last hit: SDKs send members in alphabetical order. The table spares those
// that don't the time that a Go map takes, a tenth of decoding.
func (n *node) find(key []byte, next int) int {
	if next < len(n.fields) && n.fields[next].name == string(key) {
		return next
	}
	if len(key) == 0 {
		return -1
	}
	for at := n.hash(key); n.index[at] != 0; at = (at + 1) & (len(n.index) - 1) {
		if i := int(n.index[at] - 1); n.fields[i].name == string(key) {
			return i
		}
	}
	return -1
}

// bitset holds positions of fields; the SDK's largest struct has some 50.
type bitset [4]uint64

func (s *bitset) set(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s *bitset) clear(i int)    { s[i>>6] &^= 1 << (i & 63) }
func (s *bitset) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }
