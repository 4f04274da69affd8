package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed types.json
var typesText []byte

//go:embed override.json
var overrideText []byte

// types is the table, read when it is first asked for. It panics if the program was built with one that cannot be read.
var types = sync.OnceValue(func() map[string]*Type {
	all, err := read(typesText)
	if err == nil {
		err = add(all, overrideText)
	}
	if err != nil {
		panic(err)
	}
	return all
})

// row is a type in types.json.
type row struct {
	ID         []string          `json:"id"`
	Tags       string            `json:"tags"`
	Replace    string            `json:"replace"`
	CreateOnly []string          `json:"createOnly"`
	Attributes map[string]string `json:"attributes"`
	Properties any               `json:"properties"`
}

func read(text []byte) (map[string]*Type, error) {
	var table struct {
		Types map[string]*row `json:"types"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		return nil, fmt.Errorf("read the table of resource types: %w", err)
	}
	all := make(map[string]*Type, len(table.Types))
	for name, r := range table.Types {
		t, err := r.made(name)
		if err != nil {
			return nil, fmt.Errorf("read %s in the table of resource types: %w", name, err)
		}
		all[name] = t
	}
	return all, nil
}

func (r *row) made(name string) (*Type, error) {
	known, err := properties(r.Properties)
	if err != nil {
		return nil, err
	}
	t := &Type{
		Name: name, PrimaryIdentifier: r.ID, Properties: known, Attributes: map[string]string{}, Tags: r.Tags,
		DeleteFirst: r.Replace == "delete_then_create",
	}
	for attribute, kind := range r.Attributes {
		t.Attributes[strings.ReplaceAll(attribute, "/", ".")] = kind
	}
	for _, path := range r.CreateOnly {
		t.nested = append(t.nested, strings.Split(path, "/"))
	}
	return t, nil
}

// override adds to a type what the table is too old for, below the property at At, if it has one. Source says how it is known.
type override struct {
	Type       string            `json:"type"`
	At         string            `json:"at"`
	Source     string            `json:"source"`
	Properties map[string]any    `json:"properties"`
	Attributes map[string]string `json:"attributes"`
	Open       bool              `json:"open"`
}

// add fails for an override of what is there already: the table has become newer then, and the override has to go.
func add(all map[string]*Type, text []byte) error {
	var list []override
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("read what is added to the table of resource types: %w", err)
	}
	for _, o := range list {
		t, found := all[o.Type]
		if !found || o.Source == "" {
			return fmt.Errorf("add to %s: it is no type of the table, or no source is named", o.Type)
		}
		if err := t.add(o); err != nil {
			return fmt.Errorf("add to %s: %w", o.Type, err)
		}
	}
	return nil
}

func (t *Type) add(o override) error {
	members := t.Properties
	if o.At != "" {
		for name := range strings.SplitSeq(o.At, "/") {
			p := members[name]
			if p == nil {
				return fmt.Errorf("it has no %s", o.At)
			}
			members = p.Members
		}
	}
	for name, text := range o.Properties {
		p, err := property(text)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if members[name] != nil {
			return fmt.Errorf("the table has %s already", name)
		}
		members[name] = p
	}
	for name, kind := range o.Attributes {
		if t.Attributes[name] != "" {
			return fmt.Errorf("the table has the attribute %s already", name)
		}
		t.Attributes[name] = kind
	}
	t.Open = t.Open || o.Open
	return nil
}
