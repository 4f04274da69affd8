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
	// Ignored is whether resources of a type are left out of stacks.
	Ignored(resourceType string) bool
	// Refused are the properties, and values of them, that are not built.
	Refused(resourceType string, properties *document.Value) []document.Place
	// RefuseUpdatePolicy says what of an UpdatePolicy, which may be nil, is not built; nil if there is nothing.
	RefuseUpdatePolicy(resourceType string, policy *document.Value) error
}

// Refusal is something that no stack can have.
type Refusal struct {
	LogicalID, Type string // empty of an output
	At              document.Position
	// What is refused, as answers name it: "the property A.B of AWS::X::Y".
	What string
	// Of says what is refused: a type that AWS does not have either, one that is not built, or a part of a resource.
	Of Part
}

// String is what is refused, with the resource that has it.
func (r Refusal) String() string {
	if r.LogicalID == "" {
		return r.What
	}
	return r.What + " (resource " + r.LogicalID + ")"
}

// Part is what is refused.
type Part uint8

// The parts, in the order in which they are told.
const (
	UnknownType Part = iota
	UnbuiltType
	Member
)

// In returns what of a template is refused, in its order.
func In(types Types, stack *template.Stack) (list []Refusal) {
	f := finder{types: types, ignored: map[string]string{}}
	for _, r := range stack.Resources {
		if types.Ignored(r.Type) {
			f.ignored[r.LogicalID] = r.Type
		}
	}
	for _, r := range stack.Resources {
		f.resource(r)
	}
	for _, o := range stack.Outputs {
		f.attributes(Refusal{At: o.At}, o.Value)
	}
	return f.found
}

type finder struct {
	types   Types
	ignored map[string]string // types of resources that are left out, by logical ids
	found   []Refusal
}

func (f *finder) resource(r *template.Resource) {
	refuse := func(of Part, at document.Position, what string) {
		f.found = append(f.found, Refusal{LogicalID: r.LogicalID, Type: r.Type, At: at, What: what, Of: of})
	}
	switch {
	case f.ignored[r.LogicalID] != "":
		return
	case f.types.Built(r.Type):
	case IsType(r.Type):
		refuse(UnbuiltType, r.At, "resources of "+r.Type)
		return
	default:
		refuse(UnknownType, r.At, r.Type)
		return
	}
	for _, p := range f.types.Refused(r.Type, r.Properties) {
		refuse(Member, p.At, "the property "+p.Path+" of "+r.Type)
	}
	if r.CreationPolicy != nil && !slices.Contains(signal.Types, r.Type) {
		refuse(Member, r.CreationPolicy.At, "CreationPolicy of "+r.Type)
	}
	if err := f.types.RefuseUpdatePolicy(r.Type, r.UpdatePolicy); err != nil {
		refuse(Member, r.UpdatePolicy.At, err.Error())
	}
	f.attributes(Refusal{LogicalID: r.LogicalID, Type: r.Type}, r.Properties)
}

// attributes refuses each Fn::GetAtt of what is left out: a Ref is its logical id, and it has no attributes.
func (f *finder) attributes(in Refusal, v *document.Value) {
	if len(f.ignored) == 0 {
		return
	}
	for call := range v.Calls {
		r, is := call.Reference()
		if kind := f.ignored[r.Resource]; is && r.Attribute != "" && kind != "" {
			in.Of, in.At, in.What = Member, call.At, "Fn::GetAtt of "+r.Resource+"."+r.Attribute+" (resources of "+kind+" are left out)"
			f.found = append(f.found, in)
		}
	}
}

// IsType is whether a name has the form of a type, as AWS::ECS::Service and Custom::Thing have.
func IsType(name string) bool {
	return strings.HasPrefix(name, "Custom::") || strings.Count(name, "::") >= 2
}
