package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Property is a property of a type, or a member of one.
type Property struct {
	// List is whether it is a list; the kinds and members are then of each item.
	List bool
	// Kinds are those that a value may have, mostly one.
	Kinds    []Kind
	Required bool
	// Recreation is what a change does to the resource.
	Recreation Recreation
	// Members are what an object has, nil where they are free or the table does not know them.
	Members map[string]*Property
}

// Kind is what a value may be. The texts are the table's.
type Kind string

const (
	Text    Kind = "string"
	Integer Kind = "integer"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Object  Kind = "object"
	Array   Kind = "array" // a list of which the items are not known
	Any     Kind = "any"
)

// kinds are all.
var kinds = []Kind{Text, Integer, Number, Boolean, Object, Array, Any}

// Recreation is whether a change replaces a resource, in the words of change sets (CFN-42).
type Recreation string

const (
	Never         Recreation = "Never"
	Conditionally Recreation = "Conditionally"
	Always        Recreation = "Always"
)

// Is is whether a value may have a kind.
func (p *Property) Is(kind Kind) bool { return slices.Contains(p.Kinds, kind) }

// names are the members', in order.
func names(members map[string]*Property) []string { return slices.Sorted(maps.Keys(members)) }

// property reads what JSON has: "string,required", or with members ["object",{…}].
func property(text any) (*Property, error) {
	p := &Property{}
	is, members := text, any(nil)
	if pair, ok := text.([]any); ok && len(pair) == 2 {
		is, members = pair[0], pair[1]
	}
	if members != nil {
		var err error
		if p.Members, err = properties(members); err != nil {
			return nil, err
		}
	}
	words, ok := is.(string)
	if !ok {
		return nil, fmt.Errorf("%v says nothing of a property", is)
	}
	return p, p.describe(words)
}

func properties(text any) (map[string]*Property, error) {
	list, ok := text.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%v are no properties", text)
	}
	all := make(map[string]*Property, len(list))
	for name, each := range list {
		p, err := property(each)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all[name] = p
	}
	return all, nil
}

func (p *Property) describe(is string) error {
	is, flags, _ := strings.Cut(is, ",")
	is, p.List = strings.CutPrefix(is, "list of ")
	for name := range strings.SplitSeq(is, "/") {
		if !slices.Contains(kinds, Kind(name)) {
			return fmt.Errorf("%q is no kind", name)
		}
		p.Kinds = append(p.Kinds, Kind(name))
	}
	p.Recreation = Never
	for flag := range strings.SplitSeq(flags, ",") {
		switch flag {
		case "":
		case "required":
			p.Required = true
		case "createOnly":
			p.Recreation = Always
		case "conditional":
			p.Recreation = Conditionally
		default:
			return fmt.Errorf("%q says nothing of a property", flag)
		}
	}
	return nil
}
