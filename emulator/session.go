package emulator

import (
	"errors"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/session"
)

// caller tells the APIs who has keys that the emulator has given out; see awsapi.Options.
func (s *Server) caller(accessKeyID, token string) (awsapi.Caller, bool, error) {
	found, ours, err := s.sessions.Open(accessKeyID, token)
	switch {
	case errors.Is(err, session.ErrInvalid):
		return awsapi.Caller{}, ours, awsapi.ErrTokenInvalid
	case err != nil || !ours:
		return awsapi.Caller{}, ours, err
	case !s.clock.Now().Before(found.ExpiresAt()):
		return awsapi.Caller{}, true, awsapi.ErrTokenExpired
	case s.taskIsOver(found):
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	}
	return awsapi.Caller{
		Account: found.Account, Region: found.Region, ARN: found.ARN(), UserID: found.UserID(), RoleARN: found.RoleARN,
	}, true, nil
}

// taskIsOver reports whether the task that has a session's keys has stopped, with which
// they end. Those of its execution role stay: what the task has written last is put away
// with them. Source: amazon-ecs-agent. AWS lets keys live on until they expire; nobody is
// to rely on that, so the emulator does not.
func (s *Server) taskIsOver(of session.Session) bool {
	if of.TaskARN == "" || of.Kind == session.TaskExecution {
		return false
	}
	t := s.store.Read().Task(of.TaskARN)
	return t == nil || t.Ended()
}
