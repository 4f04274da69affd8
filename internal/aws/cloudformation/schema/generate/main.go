// Command generate writes types.json, the table of schema, from a model of CloudFormation's resource types:
//
//	go run ./generate -from cloudformation-types.json
//
// It leaves out what the table has no use for: what AWS's services say of a value themselves, such as enumerations, defaults,
// and what only reads of a resource tell, as write-only properties do.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

// model is what is read of the model.
type model struct {
	Source string           `json:"source"`
	Date   string           `json:"schemas_packaged"`
	Types  map[string]*kind `json:"types"`
}

type kind struct {
	PrimaryIdentifier   []string             `json:"primaryIdentifier"`
	Properties          map[string]*property `json:"properties"`
	Attributes          map[string]string    `json:"attributes"`
	CreateOnlyNested    []string             `json:"createOnlyNested"`
	ReplacementStrategy string               `json:"replacementStrategy"`
	Tags                struct {
		Taggable bool   `json:"taggable"`
		Property string `json:"property"`
	} `json:"tags"`
}

type property struct {
	Type                  string               `json:"type"`
	Required              bool                 `json:"required"`
	CreateOnly            bool                 `json:"createOnly"`
	ConditionalCreateOnly bool                 `json:"conditionalCreateOnly"`
	Members               map[string]*property `json:"members"`
}

func main() {
	from := flag.String("from", "", "the `file` that has the model")
	flag.Parse()
	if err := run(*from, "types.json"); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the model: %w", err)
	}
	var m model
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("read the model %s: %w", from, err)
	}
	if err := os.WriteFile(to, table(m), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// table has a line for each type and for each of its properties.
func table(m model) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"source\":%s,\n\"date\":%s,\n\"types\":{", encoded(m.Source), encoded(m.Date))
	for i, name := range slices.Sorted(maps.Keys(m.Types)) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n%s:%s", encoded(name), m.Types[name].row())
	}
	b.WriteString("}}\n")
	return b.Bytes()
}

func (k *kind) row() string {
	var parts []string
	add := func(name, value string) { parts = append(parts, encoded(name)+":"+value) }
	add("id", encoded(k.PrimaryIdentifier))
	if k.Tags.Taggable {
		add("tags", encoded(k.Tags.Property))
	}
	if k.ReplacementStrategy != "" {
		add("replace", encoded(k.ReplacementStrategy))
	}
	if len(k.CreateOnlyNested) > 0 {
		add("createOnly", encoded(k.CreateOnlyNested))
	}
	add("attributes", encoded(k.Attributes))
	add("properties", members(k.Properties, "\n "))
	return "{" + strings.Join(parts, ",") + "}"
}

func members(all map[string]*property, before string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, before+encoded(name)+":"+all[name].row())
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// row is "string", "string,required,createOnly", or with members ["object,required",{…}].
func (p *property) row() string {
	words := []string{p.Type}
	for _, flag := range []struct {
		set  bool
		name string
	}{{p.Required, "required"}, {p.CreateOnly, "createOnly"}, {p.ConditionalCreateOnly, "conditional"}} {
		if flag.set {
			words = append(words, flag.name)
		}
	}
	is := strings.Join(words, ",")
	if len(p.Members) == 0 {
		return encoded(is)
	}
	return "[" + encoded(is) + "," + members(p.Members, "") + "]"
}

// encoded is JSON of texts, lists and maps of them, which cannot fail.
func encoded(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
