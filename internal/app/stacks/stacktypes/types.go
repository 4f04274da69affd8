// Package stacktypes joins what AWS's schemas say of types of resources with what is built of them.
package stacktypes

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
)

// Types are the types that stacks have here.
type Types struct {
	// Ignore are those whose resources are left out, built or not. See [Types.LeaveOut].
	Ignore []string
}

func (t Types) Change(resourceType string, before, after, updatePolicy *document.Value) operation.Change {
	known, found := schema.Find(resourceType)
	switch {
	case !found:
		return operation.InPlace
	case known.Replaces(before, after, updatePolicy):
		return operation.Replace
	case len(known.Changes(before, after)) == 0:
		return operation.None
	}
	return operation.InPlace
}

func (t Types) Changes(resourceType string, before, after *document.Value) (list []change.Property) {
	known, found := schema.Find(resourceType)
	if !found {
		return nil
	}
	for _, c := range known.Changes(before, after) {
		list = append(list, change.Property{Name: c.Property, Before: c.Before, After: c.After, Recreation: string(c.Recreation)})
	}
	return list
}

func (t Types) Taggable(resourceType string) bool {
	known, found := schema.Find(resourceType)
	return found && known.Tags != ""
}

func (t Types) DeletesFirst(resourceType string) bool {
	known, found := schema.Find(resourceType)
	return found && known.DeleteFirst
}

// Built is whether a stack can have a resource of a type, which is left out if it is to be ignored.
func (t Types) Built(resourceType string) bool {
	return types.Find(resourceType) != nil || t.Ignored(resourceType)
}

// Ignored is whether resources of a type are left out.
func (t Types) Ignored(resourceType string) bool { return slices.Contains(t.Ignore, resourceType) }

func (t Types) Refused(resourceType string, properties *document.Value) []document.Place {
	own := types.Find(resourceType)
	if own == nil || t.Ignored(resourceType) {
		return nil
	}
	return own.NotBuilt(properties)
}

func (t Types) RefuseUpdatePolicy(resourceType string, policy *document.Value) error {
	own := types.Find(resourceType)
	switch {
	case own == nil || policy == nil || t.Ignored(resourceType):
		return nil
	case own.UpdatePolicy == nil:
		return fmt.Errorf("UpdatePolicy of %s", resourceType)
	case !policy.Known(): // its handler looks at it when it is
		return nil
	}
	return own.UpdatePolicy(policy)
}

func (t Types) Identifiers(resourceType string) []string {
	known, found := schema.Find(resourceType)
	if !found {
		return nil
	}
	return known.PrimaryIdentifier
}

// HasAttribute is whether Fn::GetAtt may ask a resource for an attribute. Types that are not built, or left out, have each: that no
// stack can have them, or their attributes, is told instead of it.
func (t Types) HasAttribute(resourceType, attribute string) bool {
	known, found := schema.Find(resourceType)
	return types.Find(resourceType) == nil || t.Ignored(resourceType) || found && known.HasAttribute(attribute)
}
