package iam

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Users are the users of accounts, by their names.
var Users = store.NewScoped("iam-user", Account.key, func(u *User) string { return u.Account.key(u.Name) })

var usersByID = Users.Index(func(u *User) string { return u.ID })

// User is a user with its policies and the groups that it is in. Its handlers write every field.
type User struct {
	Account   Account
	Name      string
	ID        string // AIDA…
	Path      string
	CreatedAt time.Time
	Permissions

	Groups []string // ids of its groups, which stay when a group gets another name
	Tags   []types.Tag
}

func (u *User) ARN() string { return u.Account.arn("user", u.Path, u.Name) }

// UserByID returns the user with a unique id, or nil.
func UserByID(tx *store.Tx, id string) *User { return first(usersByID.List(tx, id)) }

func first[T any](rows []*T) *T {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}
