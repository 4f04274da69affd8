package intrinsic

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// mappingError is known by public reports.
func mappingError(at document.Position) error {
	return document.Errorf(at, "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")
}

// mappingArguments are three names, and with AWS::LanguageExtensions {"DefaultValue": value}.
func mappingArguments(v *document.Value) ([]*document.Value, error) {
	fine := v.Kind == document.List && (len(v.Items) == 3 || len(v.Items) == 4 && v.Items[3].Get("DefaultValue") != nil)
	for i := 0; fine && i < 3; i++ {
		fine = v.Items[i].MaybeText()
	}
	if !fine {
		return nil, mappingError(v.At)
	}
	return v.Items, nil
}

// Mappings are the texts, or lists of texts, of a template's mappings by three names.
type Mappings map[string]map[string]map[string]*document.Value

// NewMappings reads the section; without one there are none.
func NewMappings(section *document.Value) Mappings {
	made := Mappings{}
	for name, mapping := range section.Index() {
		made[name] = map[string]map[string]*document.Value{}
		for key, attributes := range mapping.Index() {
			made[name][key] = attributes.Index()
		}
	}
	return made
}

// FindInMap looks up three texts; fallback is nil without a default.
func FindInMap(at document.Position, mappings Mappings, names []*document.Value, fallback *document.Value) (*document.Value, error) {
	mapping, named := mappings[names[0].Text]
	if names[0].Scalar() && !named && fallback == nil { // by public reports
		return nil, document.Errorf(names[0].At, "Mapping named '%s' is not present in the 'Mappings' section of template.", names[0].Text)
	}
	var path []string
	for _, name := range names {
		if !name.Scalar() {
			return nil, mappingError(at)
		}
		path = append(path, name.Text)
	}
	found := mapping[path[1]][path[2]]
	switch {
	case found != nil:
		return found, nil
	case fallback != nil:
		return fallback, nil
	default:
		return nil, document.Errorf(at, "Unable to get mapping for %s", strings.Join(path, "::"))
	}
}
