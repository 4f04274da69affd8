package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/allowedpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Parameter is a parameter as a template declares it.
type Parameter struct {
	Name, Type, Description string
	HasDefault              bool
	Default                 string // numbers are texts (CFN-94)
	NoEcho                  bool
	AllowedValues           []string
	AllowedPattern          string
	ConstraintDescription   string
	At                      document.Position

	kind                 parameterType
	pattern              *allowedpattern.Pattern
	minLength, maxLength *float64
	minNumber, maxNumber *float64
}

// parameterMembers are those that a parameter may have.
var parameterMembers = []string{
	"AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue", "MinLength",
	"MinValue", "NoEcho", "Type",
}

func readParameters(section *document.Value) (list []*Parameter, err error) {
	if section == nil {
		return nil, nil
	}
	if err := checkCount(section, "parameters", 200); err != nil {
		return nil, err
	}
	for _, m := range section.Members {
		p, err := readParameter(m)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func readParameter(m document.Member) (*Parameter, error) {
	v := m.Value
	if !document.Alphanumeric(m.Name) {
		return nil, document.Formatf(m.At, "Parameter name %s is non alphanumeric.", m.Name)
	}
	if v.Kind != document.Map {
		return nil, document.Formatf(m.At, "Any Parameters member must be an object.")
	}
	for _, each := range v.Members {
		if !slices.Contains(parameterMembers, each.Name) {
			return nil, document.Plainf(each.At, "Invalid template parameter property '%s'", each.Name)
		}
		if each.Name != "AllowedValues" && !each.Value.Scalar() { // by public reports, for Default
			return nil, document.Formatf(each.Value.At, "Every %s member must be a string.", each.Name)
		}
	}
	p := &Parameter{
		Name: m.Name, At: m.At, Type: v.TextOf("Type"), Description: v.TextOf("Description"), NoEcho: yes(v.TextOf("NoEcho")),
		HasDefault: v.Get("Default") != nil, Default: v.TextOf("Default"), AllowedPattern: v.TextOf("AllowedPattern"),
		ConstraintDescription: v.TextOf("ConstraintDescription"),
	}
	return p, p.readConstraints(v)
}

// yes is whether a text is true for JSON or for YAML 1.1.
func yes(text string) bool {
	return slices.Contains([]string{"true", "yes", "on"}, strings.ToLower(text))
}

func (p *Parameter) readConstraints(v *document.Value) (err error) {
	if p.Type == "" { // by public reports
		return document.Formatf(p.At, "Every Parameters object must contain a Type member.")
	}
	var ok bool
	if p.kind, ok = readType(p.Type); !ok {
		return document.Formatf(v.Get("Type").At, "Unrecognized parameter type: %s", p.Type)
	}
	if allowed := v.Get("AllowedValues"); allowed != nil {
		if p.AllowedValues, ok = allowed.Texts(); !ok || allowed.Kind != document.List {
			return document.Formatf(allowed.At, "Every AllowedValues member must be a list of strings.") // a guess
		}
	}
	for _, bound := range []struct {
		name string
		to   **float64
	}{{"MinLength", &p.minLength}, {"MaxLength", &p.maxLength}, {"MinValue", &p.minNumber}, {"MaxValue", &p.maxNumber}} {
		if each := v.Get(bound.name); each != nil {
			number, ok := number(each.Text)
			if !ok {
				return document.Formatf(each.At, "Every %s member must be a number.", bound.name) // a guess
			}
			*bound.to = &number
		}
	}
	if pattern := v.Get("AllowedPattern"); pattern != nil {
		if p.pattern, err = allowedpattern.Compile(pattern.Text); err != nil {
			return document.NotBuilt(pattern.At, "The AllowedPattern "+pattern.Text)
		}
	}
	return nil
}

// number reads a number, of which there are no infinite ones.
func number(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && f-f == 0 && !strings.ContainsAny(text, "xX_")
}
