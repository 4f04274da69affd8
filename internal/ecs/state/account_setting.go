package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AccountSettings are the values stored for principals, by AccountSettingID.
var AccountSettings = store.NewTable("account-setting", func(a *AccountSetting) string { return a.ID })

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

// FindAccountSetting returns a principal's own value, or nil.
func FindAccountSetting(tx *store.Tx, scope arn.Scope, principal, name string) *AccountSetting {
	if AccountSettings.Len(tx) == 0 { // as where no account has set any, each request asks
		return nil
	}
	return AccountSettings.Get(tx, AccountSettingID(scope, principal, name))
}
