// Package document reads JSON and YAML as CloudFormation does, into values that keep their texts and places.
package document

import "strings"

// Kind is what a Value is.
type Kind uint8

const (
	// None is the value of AWS::NoValue: what has it leaves it out.
	None Kind = iota
	Null
	// Text is a scalar, as Number and Bool are, which are written without quotes. Their texts are as they are written, but for
	// what YAML 1.1 reads as a boolean or an octal number.
	Text
	Number
	Bool
	List
	Map
	// Call is a function whose value is not known yet: Ref and Fn::GetAtt of a resource, and what is made of these.
	Call
)

// Value is a part of a template, or what became of it. Values do not change.
type Value struct {
	Kind    Kind
	Text    string   // of a scalar; of a Call the name of the function
	Items   []*Value // of a List; of a Call its arguments
	Members []Member // of a Map, in the order of the template; of a call of Fn::Sub its variables, each once
	At      Position
}

// Member is a member of a Map.
type Member struct {
	Name  string
	At    Position
	Value *Value
}

// NewText is a text.
func NewText(text string) *Value { return &Value{Kind: Text, Text: text} }

// NewList is a list of texts.
func NewList(texts ...string) *Value {
	items := make([]*Value, len(texts))
	for i, text := range texts {
		items[i] = NewText(text)
	}
	return &Value{Kind: List, Items: items}
}

// NewBool is true or false.
func NewBool(b bool) *Value {
	if b {
		return &Value{Kind: Bool, Text: "true"}
	}
	return &Value{Kind: Bool, Text: "false"}
}

// Get returns a member of a Map, nil if there is none.
func (v *Value) Get(name string) *Value {
	if v == nil || v.Kind != Map {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Known is whether nothing in the value is to be known later.
func (v *Value) Known() bool {
	for range v.Calls {
		return false
	}
	return true
}

// Scalar is whether the value is a Text, a Number or a Bool.
func (v *Value) Scalar() bool { return v.Kind == Text || v.Kind == Number || v.Kind == Bool }

// TextOf is the text of a member, empty if it has none.
func (v *Value) TextOf(name string) string {
	if m := v.Get(name); m != nil && m.Scalar() {
		return m.Text
	}
	return ""
}

// Texts are the texts of a list of scalars, or of a scalar alone.
func (v *Value) Texts() (list []string, ok bool) {
	if v.Scalar() {
		return []string{v.Text}, true
	}
	for _, item := range v.Items {
		if !item.Scalar() {
			return nil, false
		}
		list = append(list, item.Text)
	}
	return list, v.Kind == List
}

// Function returns the function that a Map is by its one member.
func (v *Value) Function() (name string, argument *Value, is bool) {
	if v.Kind != Map || len(v.Members) != 1 {
		return "", nil, false
	}
	m := v.Members[0]
	return m.Name, m.Value, m.Name == "Ref" || strings.HasPrefix(m.Name, "Fn::")
}

// IsFunction is whether a value is a function, compiled or not.
func (v *Value) IsFunction() bool {
	_, _, is := v.Function()
	return is || v.Kind == Call
}

// MaybeText is whether a value is a text, or a function that may come to one.
func (v *Value) MaybeText() bool { return v.Scalar() || v.IsFunction() }

// MaybeList is whether a value is a list, or a function that may come to one.
func (v *Value) MaybeList() bool { return v.Kind == List || v.IsFunction() }

// IsTrue is whether a condition holds.
func (v *Value) IsTrue() bool { return v.Text == "true" }
