package firelens

import (
	"maps"
	"slices"
	"strings"
)

// classic is Fluent Bit's own format, as AWS's generator of configurations writes it (FL-22).
func (p pipeline) classic() string {
	var s sections
	for _, in := range p.inputs {
		s.begin("[INPUT]", "Name "+in.name)
		if in.tag != "" {
			s.line("Tag " + in.tag)
		}
		s.options(in.options, "")
		s.end("")
	}
	for _, f := range p.include {
		s.begin("[FILTER]", "Name   grep", "Match "+f.tag, "Regex  log "+f.pattern)
		s.end("")
	}
	for _, f := range p.exclude {
		s.begin("[FILTER]", "Name   grep", "Match "+f.tag, "Exclude log "+f.pattern)
		s.end("")
	}
	if p.fields != nil {
		s.begin("[FILTER]", "Name record_modifier", "Match *")
		s.options(p.fields, "Record ")
		s.end("")
	}
	if p.file != "" {
		s.WriteString("\n@INCLUDE " + p.file + "\n")
	}
	for _, out := range p.outputs {
		s.begin("[OUTPUT]", "Name "+out.name, "Match "+out.tag)
		s.options(out.options, "")
		s.end("")
	}
	return s.String()
}

// sections is a text of sections, with an empty line before each.
type sections struct{ strings.Builder }

func (s *sections) begin(head string, lines ...string) {
	s.WriteString("\n" + head)
	for _, text := range lines {
		s.line(text)
	}
}

func (s *sections) line(text string) { s.WriteString("\n    " + text) }

// options writes options by their keys, each after a prefix.
func (s *sections) options(options map[string]string, prefix string) {
	for _, key := range slices.Sorted(maps.Keys(options)) {
		s.line(prefix + key + " " + options[key])
	}
}

// end writes the line that ends a section, if it has one.
func (s *sections) end(foot string) {
	if foot != "" {
		s.WriteString("\n" + foot)
	}
	s.WriteString("\n")
}
