package schema

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Convert returns properties with each scalar of the kind that its property has, as CloudFormation takes them: a number where a
// text is wanted is the text that the template has, and a text where a number or boolean is wanted is one. What does
// not fit stays, and Check tells of it; so does what is only known later, and what is in objects that the table does not know.
func (t *Type) Convert(properties *document.Value) *document.Value {
	return convertMembers(t.Properties, properties)
}

func (p *Property) convert(v *document.Value) *document.Value {
	switch {
	case v == nil || p.Is(Any):
		return v
	case p.List && v.Kind == document.List:
		return p.convertItems(v)
	case p.List:
		return v
	case v.Kind == document.Map:
		return convertMembers(p.Members, v)
	case v.Scalar():
		return p.convertScalar(v)
	default:
		return v
	}
}

func (p *Property) convertItems(v *document.Value) *document.Value {
	item := *p
	item.List = false
	made := *v
	made.Items = make([]*document.Value, len(v.Items))
	same := true
	for i, each := range v.Items {
		made.Items[i] = item.convert(each)
		same = same && made.Items[i] == each
	}
	if same {
		return v
	}
	return &made
}

func convertMembers(known map[string]*Property, v *document.Value) *document.Value {
	if v == nil || v.Kind != document.Map || known == nil {
		return v
	}
	made := *v
	made.Members = make([]document.Member, len(v.Members))
	same := true
	for i, m := range v.Members {
		if p := known[m.Name]; p != nil {
			m.Value = p.convert(m.Value)
		}
		made.Members[i] = m
		same = same && m.Value == v.Members[i].Value
	}
	if same {
		return v
	}
	return &made
}

func (p *Property) convertScalar(v *document.Value) *document.Value {
	made := document.Value{Kind: document.Text, Text: v.Text, At: v.At}
	for _, kind := range p.Kinds {
		ok := false
		switch kind {
		case Text:
			ok = true
		case Integer:
			made.Kind = document.Number
			made.Text, ok = integer(v.Text)
		case Number:
			made.Kind = document.Number
			made.Text, ok = number(v.Text)
		case Boolean:
			made.Kind = document.Bool
			made.Text, ok = boolean(v.Text)
		}
		if ok && made.Kind == v.Kind && made.Text == v.Text {
			return v
		}
		if ok {
			return &made
		}
	}
	return v
}

// integer is a whole number without zeros before it. 5.0 and 1e3 are whole numbers, as for JSON schemas.
func integer(text string) (string, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n, 10), true
	}
	const exact = 1 << 53
	if f, ok := float(text); ok && f == float64(int64(f)) && -exact < f && f < exact {
		return strconv.FormatInt(int64(f), 10), true
	}
	return "", false
}

// number is a number as JSON has it; one that JSON could have stays as it is written.
func number(text string) (string, bool) {
	f, ok := float(text)
	if !ok || json.Valid([]byte(text)) {
		return text, ok
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

func float(text string) (f float64, ok bool) {
	if strings.Trim(text, "-+.0123456789eE") != "" { // 0x1F, Inf and NaN
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// boolean takes what YAML 1.1 takes for one, without its single letters: the document keeps those as texts.
func boolean(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return "true", true
	case "false", "no", "off":
		return "false", true
	default:
		return "", false
	}
}
