package awsapi

import (
	"cmp"
	"strings"
)

// AccessShape is what an operation asks for any input: for tests and for pages.
type AccessShape struct {
	// Row says that there is one. Without it an operation asks for its own action on "*".
	Row bool
	// Free says that each caller may use it, and AsksItself that its method asks.
	Free, AsksItself bool
	// Wants are actions and the templates of what they are asked for: "ecs:StopTask on task/{Cluster|default}/{Task}".
	Wants []string
	// Keys are the condition keys that the request may give.
	Keys []AccessKey
}

// AccessKey is a condition key as a row names it.
type AccessKey struct {
	Name string // in lower case, unless a function gives it; "aws:requesttag/" is each of such keys
	Many bool   // the row gives it as one that may have many values
	// ByFunction says that a function gives it, so that only the name is known.
	ByFunction bool
}

// AccessShape returns what an operation of the service asks.
func (s *Service) AccessShape(o Operation) AccessShape {
	row, found := s.Access[o.Name]
	shape := AccessShape{Row: found, Free: row.free, AsksItself: o.asksItself}
	service := cmp.Or(s.Actions, s.Name)
	own := service + ":" + o.Name
	if row.wants == nil && !row.free {
		for _, template := range row.on {
			shape.Wants = append(shape.Wants, own+" on "+template)
		}
		if len(row.on)+len(row.beside) == 0 {
			shape.Wants = append(shape.Wants, own+" on *")
		}
		for _, a := range row.also {
			shape.Wants = append(shape.Wants, a.action+" on "+cmp.Or(a.on, "the same")+", with tags")
		}
		for _, template := range row.beside {
			shape.Wants = append(shape.Wants, own+" on "+template)
		}
	}
	for _, text := range row.shown {
		if strings.HasPrefix(text, "on ") {
			text = own + " " + text
		}
		shape.Wants = append(shape.Wants, text)
	}
	for _, k := range row.keys {
		shape.Keys = append(shape.Keys, AccessKey{Name: k.name, Many: k.many})
	}
	for _, name := range row.may {
		shape.Keys = append(shape.Keys, AccessKey{Name: name, ByFunction: true})
	}
	if row.tags != "" {
		shape.Keys = append(shape.Keys, AccessKey{Name: "aws:requesttag/"}, AccessKey{Name: "aws:tagkeys", Many: true})
	}
	if name := createAction(service); len(row.also) > 0 && name != "" {
		shape.Keys = append(shape.Keys, AccessKey{Name: name})
	}
	return shape
}
