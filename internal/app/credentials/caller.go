package credentials

import (
	"errors"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Caller tells the APIs who has keys that the emulator has given out; see awsapi.Options.
func (i *Issuer) Caller(accessKeyID, token string) (awsapi.Caller, bool, error) {
	found, ours, err := i.Sessions.Open(accessKeyID, token)
	switch {
	case errors.Is(err, session.ErrInvalid):
		return awsapi.Caller{}, ours, awsapi.ErrTokenInvalid
	case err != nil || !ours:
		return awsapi.Caller{}, ours, err
	case !i.Clock.Now().Before(found.ExpiresAt()):
		return awsapi.Caller{}, true, awsapi.ErrTokenExpired
	case i.taskIsOver(found):
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	}
	return callerOf(found), true, nil
}

// callerOf is who acts in a session.
func callerOf(s session.Session) awsapi.Caller {
	return awsapi.Caller{Account: s.Account, Region: s.Region, ARN: s.ARN(), UserID: s.UserID(), RoleARN: s.RoleARN}
}

// taskIsOver reports whether the task that has a session's keys has stopped, with which
// they end. Those of its execution role stay: what the task has written last is put away
// with them. Source: amazon-ecs-agent. On AWS keys live on until they expire. Nothing should
// rely on that, so the emulator ends them.
func (i *Issuer) taskIsOver(of session.Session) bool {
	if of.TaskARN == "" || of.Kind == session.TaskExecution {
		return false
	}
	t := state.FindTask(i.Store.Read(), of.TaskARN)
	return t == nil || t.Ended()
}
