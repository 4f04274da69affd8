// Package wire is the JSON codec of the AWS JSON protocols, and the CBOR codec of Smithy RPC v2,
// over the SDK's types.
//
// A plan per type is computed once by reflection and cached, so no code is
// generated and no map[string]any is built:
//
//	in := new(ecs.RunTaskInput)
//	err := wire.Unmarshal(body, in)      // *TypeError, *SyntaxError or *Violation
//	body = wire.Append(body[:0], out)
//
// The state store persists its rows with the same codec.
package wire

import (
	"bytes"
	"maps"
	"reflect"
	"sync"
)

// Codec encodes and decodes with one rule for member names. A Codec is safe for
// concurrent use.
type Codec struct {
	lower  bool                            // whether the first letter of a Go field name is lowered
	except map[reflect.Type]bool           // structures in which it is the other way round
	rules  Rules                           // nil: nothing is validated
	unions map[reflect.Type][]reflect.Type // those of services other than ECS

	plans sync.Map // reflect.Type → *node
	build sync.Mutex
}

// LowerCamel names members like ECS, CloudWatch Logs and ECR do: clusterName.
var LowerCamel = &Codec{lower: true}

// AsIs names members like Systems Manager, Secrets Manager, EventBridge and
// Application Auto Scaling do: ClusterName.
var AsIs = &Codec{}

// WithRules returns a codec with the same names whose Unmarshal also validates
// against rules. It starts with an empty cache, so make it once.
func (c *Codec) WithRules(rules Rules) *Codec {
	return &Codec{lower: c.lower, except: c.except, rules: rules, unions: c.unions}
}

// Except returns a codec that names the members of these structures the other way. It starts
// with an empty cache, so make it once.
func (c *Codec) Except(structures ...any) *Codec {
	except := make(map[reflect.Type]bool, len(structures))
	for _, s := range structures {
		except[reflect.TypeOf(s)] = true
	}
	return &Codec{lower: c.lower, except: except, rules: c.rules, unions: c.unions}
}

// WithUnions returns a codec that knows further union interfaces of the SDK and their member
// structs. It starts with an empty cache, so make it once.
func (c *Codec) WithUnions(unions ...Union) *Codec {
	known := maps.Clone(c.unions)
	if known == nil {
		known = map[reflect.Type][]reflect.Type{}
	}
	for _, u := range unions {
		known[u.of] = u.members
	}
	return &Codec{lower: c.lower, except: c.except, rules: c.rules, unions: known}
}

// Appender writes itself as one JSON value to buf and returns the longer buffer.
// Append honours it anywhere in the tree, so that a caller can mix encoded
// fragments with values. An Appender that writes nothing is an absent member.
type Appender interface {
	AppendJSON(buf []byte) []byte
}

// Parser is an [Appender] that can be decoded as well. The text is only lent.
type Parser interface {
	Appender
	ParseJSON(text []byte) error
}

// Raw is one encoded JSON value. Decoding into a Raw copies the value's text;
// an empty Raw is an absent member.
type Raw []byte

func (r Raw) AppendJSON(buf []byte) []byte { return append(buf, r...) }

// Append writes v as JSON with [LowerCamel] names; see [Codec.Append].
func Append(buf []byte, v any) []byte { return LowerCamel.Append(buf, v) }

// Marshal writes v as JSON with [LowerCamel] names; see [Codec.Marshal].
func Marshal(v any) []byte { return LowerCamel.Marshal(v) }

// MarshalOpen is Marshal of a struct with members, which ends with something else than its brace.
func MarshalOpen(v any, end string) []byte {
	buf := takeBuffer()
	*buf = LowerCamel.Append(*buf, v)
	*buf = append((*buf)[:len(*buf)-1], end...)
	text := bytes.Clone(*buf)
	giveBuffer(buf)
	return text
}

// Size is the length of what Marshal returns.
func Size(v any) int {
	buf := takeBuffer()
	*buf = LowerCamel.Append(*buf, v)
	size := len(*buf)
	giveBuffer(buf)
	return size
}

// AppendString writes s as a JSON string, for Appenders.
func AppendString(buf []byte, s string) []byte { return appendString(buf, s) }

// Unmarshal reads JSON with [LowerCamel] names; see [Codec.Unmarshal].
func Unmarshal(data []byte, v any) error { return LowerCamel.Unmarshal(data, v) }

// Marshal is Append to memory of its own, with hardly any room to spare: callers
// keep what they get.
func (c *Codec) Marshal(v any) []byte {
	buf := takeBuffer()
	*buf = c.Append(*buf, v)
	text := bytes.Clone(*buf)
	giveBuffer(buf)
	return text
}

// Append writes v, a struct or a pointer to one, as JSON and returns the longer
// buffer. Members come in alphabetical order; numbers and booleans are always
// written, strings when they are not empty, nil pointers, slices and maps never.
// Times are epoch seconds with a millisecond fraction. A nil v is {}.
//
// It panics on types that no AWS shape has, such as channels.
func (c *Codec) Append(buf []byte, v any) []byte {
	if a, ok := v.(Appender); ok {
		return appendAppender(buf, a, "{}")
	}
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return append(buf, "{}"...)
	}
	return c.appendValue(buf, rv)
}

func (c *Codec) appendValue(buf []byte, rv reflect.Value) []byte {
	if rv.Kind() == reflect.Pointer {
		return c.plan(rv.Type().Elem()).append(buf, rv.Elem())
	}
	addressable := reflect.New(rv.Type()).Elem()
	addressable.Set(rv)
	return c.plan(rv.Type()).append(buf, addressable)
}

// Unmarshal reads one JSON value into v, a non-nil pointer to a zero value. Empty
// data counts as {}, null as absent; unknown members are skipped. What v keeps is
// a copy, so data may be reused.
//
// Errors are *[SyntaxError], *[TypeError] with the words of an AWS
// SerializationException, and, with rules, *[Violation] for the first one in the
// order of the text. v then holds what was read so far.
func (c *Codec) Unmarshal(data []byte, v any) error { return c.UnmarshalNoting(data, v, nil) }

// UnmarshalNoting is Unmarshal that tells of each member it skips because the structure,
// by its Go type, has none of the name.
func (c *Codec) UnmarshalNoting(data []byte, v any, unknown func(structure, member string)) error {
	d := newDecoder(data)
	d.unknown = unknown
	violations, err := c.unmarshal(d, v)
	switch {
	case err != nil:
		return err
	case len(violations) > 0:
		return violations[0]
	}
	return nil
}

// UnmarshalAll is Unmarshal that returns all violations, in the order of the text; the error is
// another one.
func (c *Codec) UnmarshalAll(data []byte, v any) ([]*Violation, error) {
	d := newDecoder(data)
	d.all = true
	return c.unmarshal(d, v)
}

func (c *Codec) unmarshal(d *decoder, v any) ([]*Violation, error) {
	defer d.release()
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		panic("wire: Unmarshal needs a non-nil pointer, not " + rv.Kind().String())
	}
	err := d.document(c.plan(rv.Type().Elem()), rv.Elem())
	return d.violations, err
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
	// Published only now: until the outermost type is done, the plans of a
	// recursive type have holes.
	for t, n := range b.nodes {
		c.plans.LoadOrStore(t, n)
	}
	return n
}

// buffers hold what is written until its length is known. Growing each text from
// nothing would allocate it three times over.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxPooled = 64 << 10 // bytes; rare giants are left to the garbage collector

func takeBuffer() *[]byte {
	buf := buffers.Get().(*[]byte)
	*buf = (*buf)[:0]
	return buf
}

func giveBuffer(buf *[]byte) {
	if cap(*buf) <= maxPooled {
		buffers.Put(buf)
	}
}

func appendAppender(buf []byte, a Appender, empty string) []byte {
	start := len(buf)
	if rv := reflect.ValueOf(a); rv.Kind() != reflect.Pointer || !rv.IsNil() {
		buf = a.AppendJSON(buf)
	}
	if len(buf) == start {
		buf = append(buf, empty...)
	}
	return buf
}
