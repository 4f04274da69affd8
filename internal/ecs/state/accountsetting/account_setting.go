// Package accountsetting is what principals have set of ECS itself, which handlers ask and nothing else.
package accountsetting

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Settings are the values stored for principals, by Key.
var Settings = store.NewTable("account-setting", func(a *Setting) string { return a.ID })

// Setting is a value stored for a principal. The root principal's value
// is the default of the account. Its handlers write every field.
type Setting struct {
	ID        string
	Principal string // ARN
	Name      string
	Value     string
}

// Key is the key of a principal's setting.
func Key(scope arn.Scope, principal, name string) string {
	return scope.Region + "\x00" + scope.Account + "\x00" + principal + "\x00" + name
}

// Find returns a principal's own value, or nil.
func Find(tx *store.Tx, scope arn.Scope, principal, name string) *Setting {
	if Settings.Len(tx) == 0 { // as where no account has set any, each request asks
		return nil
	}
	return Settings.Get(tx, Key(scope, principal, name))
}
