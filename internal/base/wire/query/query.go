// Package query is the codec of the protocols AWS Query and EC2 Query, over the SDK's
// types: a form is read into an input, an output is written as XML.
//
//	form, err := query.Parse("Action=CreateRole&RoleName=task") // *SyntaxError
//	in := new(iam.CreateRoleInput)
//	err = query.AWS.Decode(form, in)   // *TypeError
//	body = query.AWS.Append(body, out) // <Role>…</Role>
//
// Clients write the form ([Codec.Form]) and read the answer ([Codec.Read]).
//
// What surrounds the members of an output, such as <CreateRoleResult>, is its caller's.
//
// Names on the wire follow from those of the SDK's types by a rule for each dialect (see
// [Rules]); a table has those that do not. A plan for each type is computed once.
package query

import (
	"reflect"
	"sync"
)

// Codec reads and writes one dialect. It is safe for concurrent use.
type Codec struct {
	rules Rules

	plans sync.Map // reflect.Type → *node
	build sync.Mutex
}

// Rules are a dialect and its exceptions. The zero value is AWS Query, in which a member
// is called as in the SDK, a list X is X.member.1 in a form and <X><member> in an
// answer, and a map is X.entry.1.key, X.entry.1.value, <X><entry><key>…<value>.
//
// Source: the Smithy specification, AWS Query and EC2 Query protocols.
type Rules struct {
	// EC2 selects EC2's dialect: in a form members begin with a capital and a list
	// SubnetIds is SubnetId.1; in an answer they begin with a small letter and a list
	// Subnets is <subnetSet><item>.
	EC2 bool
	// Names are members whose name does not follow from the SDK's, by type and member:
	// "SecurityGroup.Description": "groupDescription". EC2's are those of answers; in
	// a form they begin with a capital.
	Names map[string]string
	// Forms are EC2's members with another name in a form than in an answer, of structures that are in both.
	Forms map[string]string
	// Flat are lists and maps without an element around them, by type and member. They
	// are X.1 in a form, and one <X> for each entry in an answer.
	Flat map[string]bool
	// Entries are what entries of lists are called that are not called member, by type and
	// member: "CpuPerformanceFactorRequest.References": "item".
	Entries map[string]string
}

// New returns a codec. It starts without plans, so make it once for a service.
func New(rules Rules) *Codec { return &Codec{rules: rules} }

// AWS is AWS Query without exceptions.
var AWS = New(Rules{})

// Decode reads a form into v, a pointer to a zero value of a structure. Parameters that
// are no members are ignored. Of a parameter that is given twice, the first counts. What v
// keeps is a copy.
func (c *Codec) Decode(form Form, v any) error {
	rv := reflect.ValueOf(v).Elem()
	d := decoder{form}
	return d.structure(c.plan(rv.Type()), rv, span{0, len(form)}, 0)
}

// Empty reports whether v, a pointer to a structure, has no members in any case.
func (c *Codec) Empty(v any) bool {
	rt := reflect.TypeOf(v)
	return rt == nil || len(c.plan(rt.Elem()).fields) == 0
}

// Append writes the members of v, a pointer to a struct. Members that are nil are left
// out, but for the lists of v itself: an answer that has found nothing says so. Nil
// writes nothing.
func (c *Codec) Append(buf []byte, v any) []byte {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() != reflect.Pointer || rv.IsNil() {
		return buf
	}
	rv = rv.Elem()
	return c.plan(rv.Type()).appendMembers(buf, rv, true)
}

// plan returns the plan of t, made on first use.
func (c *Codec) plan(t reflect.Type) *node {
	if n, ok := c.plans.Load(t); ok {
		return n.(*node)
	}
	c.build.Lock()
	defer c.build.Unlock()
	b := builder{codec: c, nodes: map[reflect.Type]*node{}}
	n := b.node(t)
	for t, n := range b.nodes { // only now: before, a recursive type has holes
		c.plans.LoadOrStore(t, n)
	}
	return n
}

func (c *Codec) EC2() bool { return c.rules.EC2 }
