package awsapi

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
)

// Remember is the caller as a row keeps it, for a service that goes on to act as it when the request is over and its keys have
// ended: empty for the root of the account. credentials.Issuer gives keys for it.
func (c Call) Remember() string {
	switch {
	case c.IsRoot():
		return ""
	case c.Caller.Session != nil:
		return c.Caller.Session.Keep()
	}
	return sts.Session{Account: c.Account, OfUser: cmp.Or(c.Caller.UserID, c.Caller.ARN), Kind: sts.AsUser}.Keep()
}
