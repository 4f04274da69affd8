package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Problem is what is wrong with properties, in AWS's words (CFN-114).
type Problem struct {
	// Path is where, as in #/ContainerDefinitions/0; # alone is the properties themselves.
	Path, Text string
	At         document.Position
}

func (p Problem) String() string { return p.Path + ": " + p.Text }

// Message is the reason of the event that tells of problems. Source: CFN-114, and for several of them public reports, which have
// each on a line.
func Message(logicalID string, problems []Problem) string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	separator := " "
	if len(lines) > 1 {
		separator = "\n"
	}
	return "Properties validation failed for resource " + logicalID + " with message:" + separator + strings.Join(lines, "\n")
}

// Check returns what is wrong with properties: those that are missing or unknown, with exact capitals (CFN-114, CFN-115), and
// values of another kind. What is only known later fits, as dynamic references do. The order of several problems is a guess.
func (t *Type) Check(properties *document.Value) (list []Problem) {
	c := checker{&list}
	if properties == nil {
		properties = &document.Value{Kind: document.Map}
	}
	c.members(t.Properties, t.Open, properties, "#")
	return list
}

type checker struct{ found *[]Problem }

func (c checker) add(at document.Position, path, format string, args ...any) {
	*c.found = append(*c.found, Problem{path, fmt.Sprintf(format, args...), at})
}

// members checks an object of which the members are known.
func (c checker) members(known map[string]*Property, open bool, v *document.Value, path string) {
	for _, name := range names(known) {
		if m := v.Get(name); known[name].Required && (m == nil || m.Kind == document.None) {
			c.add(v.At, path, "required key [%s] not found", name)
		}
	}
	for _, m := range v.Members {
		if known[m.Name] == nil && !open {
			c.add(m.At, path, "extraneous key [%s] is not permitted", m.Name)
		}
	}
	for _, m := range v.Members {
		if p := known[m.Name]; p != nil {
			c.value(p, m.Value, path+"/"+m.Name)
		}
	}
}

func (c checker) value(p *Property, v *document.Value, path string) {
	switch {
	case p.Is(Any) || v.Kind == document.Call || v.Kind == document.None:
	case v.Scalar() && strings.Contains(v.Text, "{{resolve:"): // of what kind it is, its value says when the resource gets it
	case p.List && v.Kind == document.List:
		item := *p
		item.List = false
		for i, each := range v.Items {
			c.value(&item, each, path+"/"+strconv.Itoa(i))
		}
	case p.List:
		c.add(v.At, path, "expected type: JSONArray, found: %s", found(v))
	case v.Kind == document.Map && p.Is(Object):
		if p.Members != nil {
			c.members(p.Members, false, v, path)
		}
	case v.Kind == document.List && p.Is(Array):
	case v.Scalar() && p.fits(v):
	default:
		c.add(v.At, path, "expected type: %s, found: %s", p.expected(), found(v))
	}
}

// fits is whether a scalar is one of the property's kinds, or comes to one.
func (p *Property) fits(v *document.Value) bool {
	for _, kind := range p.Kinds {
		ok := false
		switch kind {
		case Text:
			ok = true
		case Integer:
			_, ok = integer(v.Text)
		case Number:
			_, ok = number(v.Text)
		case Boolean:
			_, ok = boolean(v.Text)
		}
		if ok {
			return true
		}
	}
	return false
}

// expected is a kind in the words of AWS's validator. Of several it names the first, which is a guess.
func (p *Property) expected() string {
	switch p.Kinds[0] {
	case Text:
		return "String"
	case Integer:
		return "Integer"
	case Number:
		return "Number"
	case Boolean:
		return "Boolean"
	case Array:
		return "JSONArray"
	default:
		return "JSONObject"
	}
}

func found(v *document.Value) string {
	switch v.Kind {
	case document.Text:
		return "String"
	case document.Bool:
		return "Boolean"
	case document.List:
		return "JSONArray"
	case document.Map:
		return "JSONObject"
	case document.Number:
		if _, whole := integer(v.Text); whole {
			return "Integer"
		}
		return "Number"
	default:
		return "Null"
	}
}
