package access

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SessionName is the name of the session in which a role acts for keys that were not issued here.
const SessionName = "ecs-emulator"

// CheckCaller refuses what is no ARN of a user or a role.
func CheckCaller(mode Mode, caller string) error {
	a, ok := arn.Parse(caller)
	switch {
	case caller == "":
		return nil
	case mode == Off:
		return fmt.Errorf("the caller %s has no effect without the mode log or enforce", caller)
	case !ok || a.Service != "iam" || !isUserOrRole(caller):
		return fmt.Errorf("the caller %q is no ARN of a user or role, such as arn:aws:iam::000000000000:role/deploy", caller)
	}
	return nil
}

func isUserOrRole(caller string) bool {
	return sts.IsRole(caller) || strings.Contains(caller, ":user/") && arn.Name(caller) != ""
}

// actAs has a request act as Caller. One that does not exist has no policies: it is refused in mode Enforce, and in mode Log
// all that it does is told.
func (c *Control) actAs(call *awsapi.Call) error {
	caller, found := callerAs(c.Store.Read(), c.Caller, call.Region)
	call.Caller, call.Account = caller, caller.Account
	if !found && c.told.IsNew(c.Caller) {
		c.Log.Warn("the caller as whom keys act that were not issued here does not exist, so no policy allows it anything", "caller", c.Caller)
	}
	if !found && c.enforces() {
		return c.Refuse(call, awsapi.ErrTokenInvalid)
	}
	return nil
}

// callerAs is a user, or a role in a session, by its ARN.
func callerAs(tx *store.Tx, caller, region string) (_ awsapi.Caller, found bool) {
	account := iam.AccountOfARN(caller)
	if !sts.IsRole(caller) {
		u := iam.Users.Find(tx, account, arn.Name(caller))
		if u == nil || u.ARN() != caller {
			return awsapi.Caller{Account: account.ID, ARN: caller, LongLived: true}, false
		}
		return awsapi.Caller{Account: account.ID, ARN: caller, UserID: u.ID, LongLived: true}, true
	}
	role := iam.RoleByARN(tx, account, caller)
	s := sts.Session{Account: account.ID, Region: region, RoleARN: caller, Name: SessionName}
	if role != nil {
		s.RoleID = role.ID
	}
	return awsapi.Caller{Account: account.ID, ARN: s.ARN(), UserID: s.UserID(), RoleARN: caller, Session: &s}, role != nil
}
