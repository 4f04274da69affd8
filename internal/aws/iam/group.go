package iam

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Groups are the groups of accounts, by their names.
var Groups = store.NewScoped("iam-group", Account.key, func(g *Group) string { return g.Account.key(g.Name) })

var groupsByID = Groups.Index(func(g *Group) string { return g.ID })

// Group is a group of users with its policies. Its handlers write every field; users say in which groups they are.
type Group struct {
	Account   Account
	Name      string
	ID        string // AGPA…
	Path      string
	CreatedAt time.Time
	Permissions
}

func (g *Group) ARN() string { return g.Account.arn("group", g.Path, g.Name) }

// UsersOf returns the users that are in a group, in order of their names.
func UsersOf(tx *store.Tx, g *Group) (found []*User) {
	for _, u := range Users.List(tx, g.Account) {
		if slices.Contains(u.Groups, g.ID) {
			found = append(found, u)
		}
	}
	return found
}

// GroupsOf returns the groups that a user is in, in the order in which it came to them.
func GroupsOf(tx *store.Tx, u *User) (found []*Group) {
	for _, id := range u.Groups {
		found = append(found, groupsByID.List(tx, id)...)
	}
	return found
}
