package query

import (
	"reflect"
	"strings"
	"time"
)

type op uint8

const (
	opNone op = iota // no form in Query: neither read nor written
	opBool
	opInt
	opFloat
	opString
	opBytes // base64
	opTime  // ISO 8601
	opPointer
	opList
	opMap // with keys of a string type
	opStruct
)

// node is the plan of one type.
type node struct {
	op     op
	millis bool           // of opTime: whether the fraction of a second is always written
	elem   *node          // of opPointer, opList, opMap
	entry  string         // of opList and opMap: what an entry is called
	bare   bool           // of opList: whether a form has the numbers of entries without that
	fields []field        // of opStruct, as declared
	byName map[string]int // of opStruct: name in a form → position
	// byElement is of opStruct: name in an answer → position.
	byElement map[string]int
}

// field is a member of a structure.
type field struct {
	index int
	node  *node
	flat  bool // of a list or map
	// open and close are the tags around the member, or around each entry of a flat list.
	open, close string
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// builder makes the plans of a type and of all it refers to.
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
	n := &node{op: classify(t), millis: b.codec.rules.EC2}
	b.nodes[t] = n // before its parts: a type may refer to itself
	switch n.op {
	case opPointer, opList, opMap:
		n.elem, n.entry = b.node(t.Elem()), b.codec.rules.entry(n.op)
		n.bare = b.codec.rules.EC2 && n.op == opList
	case opStruct:
		n.byName, n.byElement = map[string]int{}, map[string]int{}
		for i := range t.NumField() {
			b.member(n, t, i)
		}
	}
	return n
}

// member adds a field of the structure t to its plan.
func (b *builder) member(n *node, t reflect.Type, i int) {
	f := t.Field(i)
	if !f.IsExported() || f.Name == "ResultMetadata" {
		return
	}
	plan := b.node(f.Type)
	if plan.op == opNone {
		return
	}
	rules := b.codec.rules
	if entry, irregular := rules.Entries[t.Name()+"."+f.Name]; irregular {
		renamed := *plan
		renamed.entry = entry
		plan = &renamed
	}
	request, answer := rules.names(t, f)
	m := field{
		index: i, node: plan, flat: rules.Flat[t.Name()+"."+f.Name],
		open: "<" + answer + ">", close: "</" + answer + ">",
	}
	n.byName[request], n.byElement[answer] = len(n.fields), len(n.fields)
	n.fields = append(n.fields, m)
}

// names returns what a member is called in a form and in an answer.
func (r *Rules) names(t reflect.Type, f reflect.StructField) (request, answer string) {
	name, irregular := r.Names[t.Name()+"."+f.Name]
	form, both := r.Forms[t.Name()+"."+f.Name]
	switch {
	case !r.EC2 && irregular:
		return name, name
	case !r.EC2:
		return f.Name, f.Name
	case both:
		return form, name
	case irregular:
		return strings.ToUpper(name[:1]) + name[1:], name
	}
	request, answer = f.Name, strings.ToLower(f.Name[:1])+f.Name[1:]
	if classify(f.Type) == opList {
		request = singular(request)
		answer = singular(strings.TrimSuffix(answer, "Set")) + "Set"
	}
	return request, answer
}

// singular is the name of one entry of a list: SecurityGroupId, Address, Entry.
func singular(name string) string {
	for _, plural := range []struct{ end, one string }{{"ies", "y"}, {"sses", "ss"}, {"xes", "x"}, {"s", ""}} {
		if stem, found := strings.CutSuffix(name, plural.end); found {
			return stem + plural.one
		}
	}
	return name
}

// entry is what the entries of a list or map are called.
func (r *Rules) entry(o op) string {
	switch {
	case o == opMap:
		return "entry"
	case r.EC2:
		return "item"
	}
	return "member"
}

func classify(t reflect.Type) op {
	switch {
	case t == timeType:
		return opTime
	case t == bytesType:
		return opBytes
	}
	switch t.Kind() {
	case reflect.Bool:
		return opBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return opInt
	case reflect.Float32, reflect.Float64:
		return opFloat
	case reflect.String:
		return opString
	case reflect.Pointer:
		return opPointer
	case reflect.Slice:
		return opList
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return opMap
		}
	case reflect.Struct:
		return opStruct
	}
	return opNone
}
