package app

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
)

// stackTypes is what AWS's schemas, and what is built of them, say of types of resources.
type stackTypes struct{}

func (stackTypes) Change(resourceType string, before, after, updatePolicy *document.Value) operation.Change {
	t, found := schema.Find(resourceType)
	switch {
	case !found:
		return operation.InPlace
	case t.Replaces(before, after, updatePolicy):
		return operation.Replace
	case len(t.Changes(before, after)) == 0:
		return operation.None
	}
	return operation.InPlace
}

func (stackTypes) Changes(resourceType string, before, after *document.Value) (list []change.Property) {
	t, found := schema.Find(resourceType)
	if !found {
		return nil
	}
	for _, c := range t.Changes(before, after) {
		list = append(list, change.Property{Name: c.Property, Before: c.Before, After: c.After, Recreation: string(c.Recreation)})
	}
	return list
}

func (stackTypes) Taggable(resourceType string) bool {
	t, found := schema.Find(resourceType)
	return found && t.Tags != ""
}

func (stackTypes) DeletesFirst(resourceType string) bool {
	t, found := schema.Find(resourceType)
	return found && t.DeleteFirst
}

func (stackTypes) Built(resourceType string) bool { return types.Find(resourceType) != nil }

func (stackTypes) Refused(resourceType string, properties *document.Value) []document.Place {
	if t := types.Find(resourceType); t != nil {
		return t.NotBuilt(properties)
	}
	return nil
}

func (stackTypes) RefuseUpdatePolicy(resourceType string, policy *document.Value) error {
	t := types.Find(resourceType)
	switch {
	case t == nil || policy == nil:
		return nil
	case t.UpdatePolicy == nil:
		return fmt.Errorf("UpdatePolicy of %s", resourceType)
	case !policy.Known(): // its handler looks at it when it is
		return nil
	}
	return t.UpdatePolicy(policy)
}

func (stackTypes) Identifiers(resourceType string) []string {
	t, found := schema.Find(resourceType)
	if !found {
		return nil
	}
	return t.PrimaryIdentifier
}

// HasAttribute is whether Fn::GetAtt may ask a resource for an attribute.
func (stackTypes) HasAttribute(resourceType, attribute string) bool {
	t, found := schema.Find(resourceType)
	return found && t.HasAttribute(attribute)
}
