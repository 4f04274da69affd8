package iam

import (
	"slices"
	"strings"
)

// Permissions are the policies of a role, a user or a group.
type Permissions struct {
	PermissionsBoundary string   // ARN of a managed policy, or empty; groups have none
	Inline              []Inline // in order of their names
	Attached            []string // ARNs of managed policies, in the order in which they came
}

// Inline is a policy that is part of a role, a user or a group.
type Inline struct {
	Name, Document string
}

// FindInline returns the place of an inline policy, or where it belongs. Names differ by
// more than case.
func (p *Permissions) FindInline(name string) (place int, found bool) {
	return slices.BinarySearchFunc(p.Inline, name, func(p Inline, name string) int {
		return strings.Compare(strings.ToLower(p.Name), strings.ToLower(name))
	})
}
