package query

import (
	"net/url"
	"reflect"
	"strconv"
)

// Form writes an input, a pointer to a structure, as a client does: it adds its members to values. Members that are nil, and
// texts without a pointer that are empty, are left out. A list that is empty is a key without a value, which EC2 does not have.
// Source: Smithy documentation, AWS query protocol, serialization of lists.
func (c *Codec) Form(values url.Values, in any) {
	v := reflect.ValueOf(in).Elem()
	c.plan(v.Type()).addMembers(values, "", v)
}

func (n *node) addMembers(values url.Values, prefix string, v reflect.Value) {
	for name, i := range n.byName {
		f := &n.fields[i]
		if member := v.Field(f.index); !f.node.absent(member) {
			f.node.add(values, prefix+name, f, member)
		}
	}
}

// add adds what stands under a key. f is the member that n is the plan of, nil for an entry of a list.
func (n *node) add(values url.Values, key string, f *field, v reflect.Value) {
	numbers := key + "."
	if word := n.word(f); word != "" {
		numbers += word + "."
	}
	switch n.op {
	case opPointer:
		n.elem.add(values, key, f, v.Elem())
	case opStruct:
		n.addMembers(values, key+".", v)
	case opList:
		if v.Len() == 0 && !n.bare {
			values.Set(key, "")
		}
		for i := range v.Len() {
			n.elem.add(values, numbers+strconv.Itoa(i+1), nil, v.Index(i))
		}
	case opMap:
		for i, k := range v.MapKeys() {
			entry := numbers + strconv.Itoa(i+1)
			values.Set(entry+".key", k.String())
			n.elem.add(values, entry+".value", nil, v.MapIndex(k))
		}
	case opString:
		values.Set(key, v.String())
	default:
		values.Set(key, string(n.append(nil, v)))
	}
}
