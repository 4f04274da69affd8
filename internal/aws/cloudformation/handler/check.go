package handler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Check refuses properties that the emulator does not have, by their names.
func (t *Type) Check(properties *document.Value) error {
	if path := t.NotBuilt(properties); path != "" {
		return Failed(InvalidRequest, "Property %s of %s is not built", path, t.Name)
	}
	return nil
}

// NotBuilt is the path of the first property that the emulator does not have. Empty: there is none.
func (t *Type) NotBuilt(properties *document.Value) string { return t.refused("", properties) }

func (t *Type) refused(path string, v *document.Value) string {
	if v == nil {
		return ""
	}
	for _, item := range v.Items {
		if found := t.refused(path, item); found != "" {
			return found
		}
	}
	for _, m := range v.Members {
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		if slices.Contains(t.Refused, at) {
			return at
		}
		if found := t.refused(at, m.Value); found != "" {
			return found
		}
	}
	return ""
}
