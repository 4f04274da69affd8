package iam

import (
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
	Permissions

	TrustPolicy        string // the document as it was sent
	Description        string
	MaxSessionDuration int32 // seconds
	Tags               []types.Tag
	// LinkedTo is the service that a service-linked role belongs to, such as
	// ecs.amazonaws.com.
	LinkedTo string
}

func (r *Role) ARN() string { return r.Account.arn("role", r.Path, r.Name) }

// RoleByARN returns the role that an ARN names, or nil: the path belongs to it.
func RoleByARN(tx *store.Tx, a Account, arn string) *Role {
	r := Roles.Find(tx, a, arn[strings.LastIndexByte(arn, '/')+1:])
	if r == nil || r.ARN() != arn {
		return nil
	}
	return r
}
