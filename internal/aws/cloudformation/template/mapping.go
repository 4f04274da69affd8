package template

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// readMappings checks that mappings have two levels of names, and texts or lists of texts (CFN-86).
func readMappings(mappings *document.Value) (intrinsic.Mappings, error) {
	if mappings == nil {
		return nil, nil
	}
	if err := checkCount(mappings, "mappings", 200); err != nil {
		return nil, err
	}
	for _, mapping := range mappings.Members {
		if mapping.Value.Kind != document.Map {
			return nil, document.Formatf(mapping.At, "Every Mappings member %s must be a map", mapping.Name)
		}
		if err := checkCount(mapping.Value, "mapping attributes", 200); err != nil {
			return nil, err
		}
		for _, m := range mapping.Value.Members {
			if err := checkAttributes(m); err != nil {
				return nil, err
			}
		}
	}
	return intrinsic.NewMappings(mappings), nil
}

func checkAttributes(m document.Member) error {
	if m.Value.Kind != document.Map {
		return document.Formatf(m.At, "Every Mappings member %s must be a map", m.Name)
	}
	for _, attribute := range m.Value.Members {
		if !document.Alphanumeric(strings.NewReplacer("-", "", ".", "").Replace(attribute.Name)) { // by public reports
			return document.Formatf(attribute.At, "Mappings attribute name '%s' must contain only alphanumeric characters.", attribute.Name)
		}
		if _, ok := attribute.Value.Texts(); !ok {
			return document.Formatf(attribute.At, "Every Mappings attribute must be a String or a List.")
		}
	}
	return nil
}
