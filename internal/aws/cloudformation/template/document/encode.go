package document

import (
	"encoding/json"
	"strings"
)

// JSON is the value as JSON without blanks. Numbers and booleans are texts, as in ResourceProperties of events (CFN-28).
func (v *Value) JSON() string {
	var b strings.Builder
	v.encode(&b, false)
	return b.String()
}

// TypedJSON is JSON with numbers and booleans as they are written: of Fn::ToJsonString, and of properties that are documents.
func (v *Value) TypedJSON() string {
	var b strings.Builder
	v.encode(&b, true)
	return b.String()
}

func (v *Value) encode(b *strings.Builder, typed bool) {
	switch v.Kind {
	case Text:
		encodeText(b, v.Text)
	case Number, Bool:
		if typed {
			b.WriteString(v.Text)
		} else {
			encodeText(b, v.Text)
		}
	case List:
		encodeList(b, v.Items, typed)
	case Map:
		encodeMap(b, v.Members, typed)
	case Call:
		encodeMap(b, []Member{{Name: v.Text, Value: v.argument()}}, typed)
	default:
		b.WriteString("null")
	}
}

// argument is what a template has for the arguments of a call.
func (v *Value) argument() *Value {
	switch {
	case v.Text == "Ref":
		return v.Items[0]
	case v.Text == "Fn::Sub":
		return &Value{Kind: List, Items: []*Value{v.Items[0], {Kind: Map, Members: v.Members}}}
	default:
		return &Value{Kind: List, Items: v.Items}
	}
}

func encodeMap(b *strings.Builder, members []Member, typed bool) {
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		encodeText(b, m.Name)
		b.WriteByte(':')
		m.Value.encode(b, typed)
	}
	b.WriteByte('}')
}

func encodeList(b *strings.Builder, items []*Value, typed bool) {
	b.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		item.encode(b, typed)
	}
	b.WriteByte(']')
}

func encodeText(b *strings.Builder, text string) {
	e := json.NewEncoder(trimmed{b})
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // of a text it cannot fail
}

// trimmed leaves out the line feed that an encoder writes last.
type trimmed struct{ *strings.Builder }

func (t trimmed) Write(p []byte) (int, error) {
	t.WriteString(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}
