// Package schema is CloudFormation's table of resource types: which properties each has and of which kind, which of them replace a
// resource when they change, and what Fn::GetAtt knows. The table is data, types.json, which generate makes of AWS's
// schemas, with what is newer in override.json. By it properties are checked and converted, and two sets of them compared:
//
//	t, found := schema.Find("AWS::ECS::Service")
//	properties = t.Convert(properties)
//	problems := t.Check(properties)
//
// What a value may be, such as one of an enumeration, the operation says that gets it.
package schema

import (
	"maps"
	"slices"
	"strings"
)

// Type is a resource type.
type Type struct {
	Name string
	// PrimaryIdentifier are the properties and attributes that together name a resource.
	PrimaryIdentifier []string
	Properties        map[string]*Property
	// Attributes are what Fn::GetAtt may ask, with dots between names, and the kind of each: "string", "list of string", "object".
	Attributes map[string]string
	// Tags is the property that has the tags, empty if resources of the type have none of the stack's.
	Tags string
	// DeleteFirst is whether a replacement gives up the old resource before the new one is made (CFN-54).
	DeleteFirst bool
	// Open is whether resources have properties and attributes that the table does not know, as custom resources do.
	Open bool

	// nested are the paths of members that replace a resource where their top property does not.
	nested [][]string
}

// customResource has the row of all types that begin with Custom::.
const customResource = "AWS::CloudFormation::CustomResource"

// Find returns a type by its exact name.
func Find(name string) (t *Type, found bool) {
	if strings.HasPrefix(name, "Custom::") {
		name = customResource
	}
	t, found = types()[name]
	return t, found
}

// Names returns the types of the table, in order.
func Names() []string { return slices.Sorted(maps.Keys(types())) }

// HasAttribute is whether Fn::GetAtt can ask for an attribute, such as Arn or Outputs.Address.
func (t *Type) HasAttribute(name string) bool {
	if t.Open || t.Attributes[name] != "" {
		return true
	}
	for i := range len(name) { // below an object the members are not known
		if name[i] == '.' && t.Attributes[name[:i]] == "object" {
			return true
		}
	}
	return false
}

// Taggable is whether resources of the type get the stack's tags and the system tags (CFN-105).
func (t *Type) Taggable() bool { return t.Tags != "" }
