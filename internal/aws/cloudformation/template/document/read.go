package document

import "strings"

// maxDepth is how deep a template may nest: a choice, for AWS's bound is not known.
const maxDepth = 200

// maxSize is how many bytes a template may have in S3. Source: CloudFormation's quotas.
const maxSize = 1_000_000

// Read reads a text, JSON if it begins with a brace or bracket (CFN-78).
func Read(text string) (root *Value, err error) {
	if len(text) > maxSize {
		return nil, Plainf(Position{}, "Template may not exceed %d bytes in size.", maxSize)
	}
	if trimmed := strings.TrimLeft(text, " \t\r\n\ufeff"); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		root, err = readJSON(text)
	} else {
		root, err = readYAML(text)
	}
	if err == nil && root.Kind != Map {
		err = unsupportedStructure(root.At)
	}
	return root, err
}

func unsupportedStructure(at Position) error { return Formatf(at, "unsupported structure.") }

// Set adds a member. Of those with one name the last one counts, as for AWS.
func (v *Value) Set(m Member, places map[string]int) {
	if i, had := places[m.Name]; had {
		v.Members[i] = m
		return
	}
	places[m.Name] = len(v.Members)
	v.Members = append(v.Members, m)
}

// Alphanumeric is whether a name has letters and digits of ASCII alone, as most names in templates must.
func Alphanumeric(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
}
