package firelens

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// yaml is Fluent Bit's other format, as agents of 2026 write it (FL-9): every value is quoted, and an empty line stands before
// each entry.
func (p pipeline) yaml() string {
	var s strings.Builder
	if p.file != "" {
		s.WriteString("\nincludes:\n  - " + strconv.Quote(p.file) + "\n")
	}
	s.WriteString("pipeline:\n  inputs:")
	for _, in := range p.inputs {
		entry(&s, quoted("name", in.name), taggedYAML("tag", in.tag), optionsYAML(in.options))
	}
	if len(p.include)+len(p.exclude) > 0 || p.fields != nil {
		s.WriteString("\n  filters:")
	}
	for _, f := range p.include {
		entry(&s, []string{"name: grep"}, quoted("match", f.tag), quoted("regex", "log "+f.pattern))
	}
	for _, f := range p.exclude {
		entry(&s, []string{"name: grep"}, quoted("match", f.tag), quoted("exclude", "log "+f.pattern))
	}
	if p.fields != nil {
		record := []string{"record:"}
		for _, key := range slices.Sorted(maps.Keys(p.fields)) {
			record = append(record, "  - "+strconv.Quote(key+" "+p.fields[key]))
		}
		entry(&s, []string{"name: record_modifier"}, quoted("match", "*"), record)
	}
	if len(p.outputs) > 0 {
		s.WriteString("\n  outputs:")
	}
	for _, out := range p.outputs {
		entry(&s, quoted("name", out.name), quoted("match", out.tag), optionsYAML(out.options))
	}
	s.WriteString("\n")
	return s.String()
}

// entry writes an entry of a list.
func entry(s *strings.Builder, members ...[]string) {
	s.WriteString("\n    - " + strings.Join(slices.Concat(members...), "\n      ") + "\n")
}

func quoted(key, value string) []string { return []string{key + ": " + strconv.Quote(value)} }

func taggedYAML(key, tag string) []string {
	if tag == "" {
		return nil
	}
	return quoted(key, tag)
}

func optionsYAML(options map[string]string) (members []string) {
	for _, key := range slices.Sorted(maps.Keys(options)) {
		members = append(members, quoted(key, options[key])...)
	}
	return members
}
