package iam

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// identityDocuments keeps the policies of principals that have been asked for.
var identityDocuments policy.Cache

// PoliciesOfUser are the policies that count for a user, and its permissions boundary, nil without one: its inline policies
// by their names, then managed ones by their ARNs with the version that counts, then the policies of its groups, in the
// order in which they came to it. A managed policy that is not there, a boundary that was deleted or one of AWS's own without a
// document here, has a nil Policy: it allows nothing.
func PoliciesOfUser(tx *store.Tx, u *User) (identity []policy.Source, boundary *policy.Source) {
	identity = u.Sources(tx, u.Account)
	for _, g := range GroupsOf(tx, u) {
		for _, s := range g.Sources(tx, g.Account) {
			if !hasManaged(identity, s.Name) {
				identity = append(identity, s)
			}
		}
	}
	return identity, u.Boundary(tx, u.Account)
}

// PoliciesOfRole does for a role what PoliciesOfUser does for a user.
func PoliciesOfRole(tx *store.Tx, r *Role) (identity []policy.Source, boundary *policy.Source) {
	return r.Sources(tx, r.Account), r.Boundary(tx, r.Account)
}

// PoliciesOfGroup are the policies that a group gives to its users. Groups have no boundary.
func PoliciesOfGroup(tx *store.Tx, g *Group) []policy.Source { return g.Sources(tx, g.Account) }

// hasManaged reports whether a managed policy is there already, which a user and its groups may have. Names of inline
// policies have no colon.
func hasManaged(list []policy.Source, name string) bool {
	if !strings.Contains(name, ":") {
		return false
	}
	for i := range list {
		if list[i].Name == name {
			return true
		}
	}
	return false
}

// Sources are the policies of one role, user or group: the inline ones, then the managed ones.
func (p *Permissions) Sources(tx *store.Tx, a Account) []policy.Source {
	list := make([]policy.Source, 0, len(p.Inline)+len(p.Attached))
	for i := range p.Inline {
		list = append(list, policy.Source{Name: p.Inline[i].Name, Policy: identityDocuments.Compile(p.Inline[i].Document)})
	}
	for _, arn := range p.Attached {
		list = append(list, managedSource(tx, a, arn))
	}
	return list
}

// Boundary is the permissions boundary, nil without one.
func (p *Permissions) Boundary(tx *store.Tx, a Account) *policy.Source {
	if p.PermissionsBoundary == "" {
		return nil
	}
	s := managedSource(tx, a, p.PermissionsBoundary)
	return &s
}

func managedSource(tx *store.Tx, a Account, arn string) policy.Source {
	s := policy.Source{Name: arn}
	if p := PolicyByARN(tx, a, arn); p != nil {
		s.Policy = identityDocuments.Compile(p.Document())
	}
	return s
}
