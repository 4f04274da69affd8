package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Roles are the roles of accounts, by their names.
var Roles = store.NewScoped("iam-role", Account.key, func(r *Role) string { return r.Account.key(r.Name) })

// Role is a role with its policies. Its handlers write every field, and CreateCluster
// makes the one that is linked to ECS.
type Role struct {
	Account   Account
	Name      string
	ID        string // AROA…
	Path      string
	CreatedAt time.Time

	TrustPolicy         string // the document as it was sent
	Description         string
	MaxSessionDuration  int32    // seconds
	PermissionsBoundary string   // ARN of a managed policy, or empty
	Inline              []Inline // in order of their names
	Attached            []string // ARNs of managed policies, in the order in which they came
	Tags                []types.Tag
	// LinkedTo is the service that a service-linked role belongs to, such as
	// ecs.amazonaws.com.
	LinkedTo string
}

// Inline is a policy that is part of a role.
type Inline struct {
	Name, Document string
}

func (r *Role) ARN() string { return r.Account.arn("role", r.Path, r.Name) }

// FindInline returns the place of an inline policy, or where it belongs. Names differ by
// more than case.
func (r *Role) FindInline(name string) (place int, found bool) {
	return slices.BinarySearchFunc(r.Inline, name, func(p Inline, name string) int {
		return strings.Compare(strings.ToLower(p.Name), strings.ToLower(name))
	})
}

// RoleByARN returns the role that an ARN names, or nil: the path belongs to it.
func RoleByARN(tx *store.Tx, a Account, arn string) *Role {
	r := Roles.Find(tx, a, arn[strings.LastIndexByte(arn, '/')+1:])
	if r == nil || r.ARN() != arn {
		return nil
	}
	return r
}
