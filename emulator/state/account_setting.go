package state

import "github.com/ecs-emulator/ecs-emulator/emulator/arn"

// AccountSetting is a value stored for a principal. The root principal's value
// is the default of the account. Its handlers write every field.
type AccountSetting struct {
	ID        string
	Principal string // ARN
	Name      string
	Value     string
}

// Key is unique in all accounts and regions.
func (a *AccountSetting) Key() string { return a.ID }

// AccountSettingID is the key of a principal's setting.
func AccountSettingID(scope arn.Scope, principal, name string) string {
	return scope.Region + "\x00" + scope.Account + "\x00" + principal + "\x00" + name
}

// AccountSetting returns a principal's own value, or nil.
func (tx *Tx) AccountSetting(scope arn.Scope, principal, name string) *AccountSetting {
	return get[*AccountSetting](tx, tableAccountSetting, AccountSettingID(scope, principal, name))
}

// AccountSettings returns a principal's own values, by name.
func (tx *Tx) AccountSettings(scope arn.Scope, principal string) []*AccountSetting {
	return scan[*AccountSetting](tx, tableAccountSetting, AccountSettingID(scope, principal, ""))
}

// PutAccountSetting writes a value.
func (tx *Tx) PutAccountSetting(a *AccountSetting) { put(tx, tableAccountSetting, a) }

// RemoveAccountSetting forgets a value.
func (tx *Tx) RemoveAccountSetting(a *AccountSetting) { remove(tx, tableAccountSetting, a) }
