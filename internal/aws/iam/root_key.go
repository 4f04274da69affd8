package iam

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// RootKeys are access keys of the root users of accounts, by their ids. The emulator makes them at its start, and they outlive
// a reset, as files of users have them.
var RootKeys = store.NewTable("iam-root-key", func(k *RootKey) string { return k.ID })

// RootKey is an access key of the root user of an account.
type RootKey struct {
	ID        string // AKIA…, with the account in it
	Secret    string
	Account   string
	CreatedAt time.Time
}

// RootKeyOf returns the key of an account's root user, or nil. There are few, so it looks at all.
func RootKeyOf(tx *store.Tx, account string) *RootKey {
	for _, k := range RootKeys.All(tx) {
		if k.Account == account {
			return k
		}
	}
	return nil
}
