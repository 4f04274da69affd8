package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var accountSettings = store.NewTable("account-setting", func(a *AccountSetting) string { return a.ID })

// AccountSetting is a value stored for a principal. The root principal's value
// is the default of the account. Its handlers write every field.
type AccountSetting struct {
	ID        string
	Principal string // ARN
	Name      string
	Value     string
}

// AccountSettingID is the key of a principal's setting.
func AccountSettingID(scope arn.Scope, principal, name string) string {
	return scope.Region + "\x00" + scope.Account + "\x00" + principal + "\x00" + name
}

// AccountSetting returns a principal's own value, or nil.
func (tx *Tx) AccountSetting(scope arn.Scope, principal, name string) *AccountSetting {
	return accountSettings.Get(tx.rows(), AccountSettingID(scope, principal, name))
}

// PutAccountSetting writes a value.
func (tx *Tx) PutAccountSetting(a *AccountSetting) { accountSettings.Put(tx.rows(), a) }

// RemoveAccountSetting forgets a value.
func (tx *Tx) RemoveAccountSetting(a *AccountSetting) { accountSettings.Delete(tx.rows(), a) }
