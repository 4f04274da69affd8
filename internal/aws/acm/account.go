package acm

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var accounts = store.NewTable("acm-account", func(a *Account) string { return Prefix(a.Scope) })

// Account is what an account has configured in a region.
type Account struct {
	Scope            arn.Scope
	DaysBeforeExpiry int32 // on which events about a certificate begin
}

// defaultDaysBeforeExpiry is in effect until another is put. Source: ACM API reference.
const defaultDaysBeforeExpiry = 45

// FindAccount returns the configuration of a scope.
func FindAccount(tx *store.Tx, s arn.Scope) Account {
	if a := accounts.Get(tx, Prefix(s)); a != nil {
		return *a
	}
	return Account{Scope: s, DaysBeforeExpiry: defaultDaysBeforeExpiry}
}

// PutAccount writes a configuration.
func PutAccount(tx *store.Tx, a *Account) { accounts.Put(tx, a) }
