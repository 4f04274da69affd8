// Package notbuilt says what the resources of a template ask for that no stack can have here. The API refuses a template by it, and
// `ecs-emulator check` tells of it, so the two cannot differ.
package notbuilt

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Types is what there is to know of types of resources.
type Types interface {
	// Built is whether a stack can have a resource of a type.
	Built(resourceType string) bool
	// Refused are the properties, and values of them, that are not built.
	Refused(resourceType string, properties *document.Value) []document.Place
	// RefuseUpdatePolicy says what of an UpdatePolicy, which may be nil, is not built; nil if there is nothing.
	RefuseUpdatePolicy(resourceType string, policy *document.Value) error
}

// Refusal is something that no stack can have.
type Refusal struct {
	LogicalID, Type string
	At              document.Position
	// What is refused, as answers name it: "the property A.B of AWS::X::Y".
	What string
	// Of says what is refused: a type that AWS does not have either, one that is not built, or a part of a resource.
	Of Part
}

// Part is what is refused.
type Part uint8

// The parts, in the order in which they are told.
const (
	UnknownType Part = iota
	UnbuiltType
	Member
)

// In returns what of a resource is refused, in the order of the template.
func In(types Types, r *template.Resource) (list []Refusal) {
	refuse := func(of Part, at document.Position, what string) {
		list = append(list, Refusal{LogicalID: r.LogicalID, Type: r.Type, At: at, What: what, Of: of})
	}
	switch {
	case types.Built(r.Type):
	case IsType(r.Type):
		refuse(UnbuiltType, r.At, "resources of "+r.Type)
		return list
	default:
		refuse(UnknownType, r.At, r.Type)
		return list
	}
	for _, p := range types.Refused(r.Type, r.Properties) {
		refuse(Member, p.At, "the property "+p.Path+" of "+r.Type)
	}
	if r.CreationPolicy != nil && !slices.Contains(signal.Types, r.Type) {
		refuse(Member, r.CreationPolicy.At, "CreationPolicy of "+r.Type)
	}
	if err := types.RefuseUpdatePolicy(r.Type, r.UpdatePolicy); err != nil {
		refuse(Member, r.UpdatePolicy.At, err.Error())
	}
	return list
}

// IsType is whether a name has the form of a type, as AWS::ECS::Service and Custom::Thing have.
func IsType(name string) bool {
	return strings.HasPrefix(name, "Custom::") || strings.Count(name, "::") >= 2
}
