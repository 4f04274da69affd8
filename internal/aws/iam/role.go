package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var roles = store.NewTable("iam-role", func(r *Role) string { return r.Account.key(r.Name) })

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

// FindRole returns a role by its name, or nil.
func FindRole(tx *store.Tx, a Account, name string) *Role { return roles.Get(tx, a.key(name)) }

// RoleByARN returns the role that an ARN names, or nil: the path belongs to it.
func RoleByARN(tx *store.Tx, a Account, arn string) *Role {
	r := FindRole(tx, a, arn[strings.LastIndexByte(arn, '/')+1:])
	if r == nil || r.ARN() != arn {
		return nil
	}
	return r
}

// Roles returns the roles of an account, in order of their names.
func Roles(tx *store.Tx, a Account) []*Role { return roles.List(tx, a.prefix()) }

func PutRole(tx *store.Tx, r *Role) { roles.Put(tx, r) }

func DeleteRole(tx *store.Tx, r *Role) { roles.Delete(tx, r) }
