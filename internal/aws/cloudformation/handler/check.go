package handler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Check refuses properties that the emulator does not have, by their names.
func (t *Type) Check(properties *document.Value) error {
	if refused := t.NotBuilt(properties); len(refused) > 0 {
		return Failed(InvalidRequest, "Property %s of %s is not built", refused[0].Path, t.Name)
	}
	return nil
}

// NotBuilt are the properties that the emulator does not have.
func (t *Type) NotBuilt(properties *document.Value) []document.Place {
	return properties.Places(func(path string) bool { return slices.Contains(t.Refused, path) })
}

// WithoutEffect are the properties that are taken and change nothing.
func (t *Type) WithoutEffect(properties *document.Value) []document.Place {
	return properties.Places(func(path string) bool { return slices.Contains(t.Inert, path) })
}
