package ec2

import "strings"

const (
	clusterSetting    = "settings.ecs.cluster"
	drainingSetting   = "settings.ecs.enable-spot-instance-draining"
	pullSetting       = "settings.ecs.image-pull-behavior"
	attributesSetting = "settings.ecs.instance-attributes"
)

// readTOML finds Bottlerocket's settings of ECS. Of TOML it reads what their values can
// be: tables, dotted keys, strings and inline tables of these.
// Source: Bottlerocket's documentation, settings.ecs.
func (s *settings) readTOML(text string) {
	table := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if header, isHeader := strings.CutPrefix(line, "["); isHeader {
			table, _, _ = strings.Cut(header, "]")
			table = path(table)
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		key = path(key)
		if table != "" {
			key = table + "." + key
		}
		s.set(key, strings.TrimSpace(value))
	}
}

// set takes a setting by its whole path.
func (s *settings) set(key, value string) {
	if key == clusterSetting {
		s.cluster = tomlString(value)
		return
	}
	if key == drainingSetting {
		s.drainsSpot = value == "true"
	}
	if key == pullSetting {
		s.pullBehavior = tomlString(value)
	}
	if name, below := strings.CutPrefix(key, attributesSetting+"."); below {
		s.attribute(name, tomlString(value))
	}
	if key != attributesSetting || !strings.HasPrefix(value, "{") {
		return
	}
	value, _, _ = strings.Cut(value[1:], "}")
	for pair := range strings.SplitSeq(value, ",") {
		if name, value, found := strings.Cut(pair, "="); found {
			s.attribute(path(name), tomlString(strings.TrimSpace(value)))
		}
	}
}

func (s *settings) attribute(name, value string) {
	if s.attributes == nil {
		s.attributes = map[string]string{}
	}
	s.attributes[name] = value
}

// path is a key without blanks and quotes around its parts.
func path(key string) string {
	var parts []string
	for part := range strings.SplitSeq(key, ".") {
		parts = append(parts, strings.Trim(strings.TrimSpace(part), `"'`))
	}
	return strings.Join(parts, ".")
}

// tomlString is the value of a string, in either kind of quotes.
func tomlString(value string) string {
	if value == "" || !strings.ContainsRune(`"'`, rune(value[0])) {
		return ""
	}
	text, _, _ := strings.Cut(value[1:], value[:1])
	return text
}
