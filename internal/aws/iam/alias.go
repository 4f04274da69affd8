package iam

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Aliases are the aliases of accounts, of which each has at most one.
var Aliases = store.NewTable("iam-account-alias", func(a *Alias) string { return a.Account.prefix() })

// Alias is the alias of an account. Its handlers write every field.
type Alias struct {
	Account Account
	Alias   string
}

// AliasOf returns the alias of an account, or nil.
func AliasOf(tx *store.Tx, a Account) *Alias { return Aliases.Get(tx, a.prefix()) }

// AliasIsTaken reports whether an account of a partition has an alias.
func AliasIsTaken(tx *store.Tx, partition, alias string) bool {
	return slices.ContainsFunc(Aliases.List(tx, partition+":"), func(a *Alias) bool { return a.Alias == alias })
}
