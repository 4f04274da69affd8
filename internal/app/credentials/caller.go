package credentials

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Caller tells the APIs who has keys that the emulator has given out; see awsapi.Options.
func (i *Issuer) Caller(signed awsapi.Scope, token string) (awsapi.Caller, bool, error) {
	if root := iam.RootKeys.Get(i.Store.Read(), signed.AccessKeyID); root != nil && token == "" {
		return awsapi.Caller{Account: root.Account, LongLived: true}, true, nil
	}
	if caller, known, err := i.user(signed, token); known {
		return caller, true, err
	}
	found, ours, err := i.Sessions.Open(signed.AccessKeyID, token)
	switch {
	case errors.Is(err, session.ErrInvalid):
		return awsapi.Caller{}, ours, awsapi.ErrTokenInvalid
	case err != nil || !ours:
		return awsapi.Caller{}, ours, err
	case !i.Clock.Now().Before(found.ExpiresAt()):
		return awsapi.Caller{}, true, awsapi.ErrTokenExpired
	case i.taskIsOver(found), i.Strict && i.isRefused(found, signed.Service):
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	case found.OfUser != "":
		return i.userInSession(found)
	}
	return callerOf(found), true, nil
}

// callerOf is who acts in a session that is no user's.
func callerOf(s session.Session) awsapi.Caller {
	return awsapi.Caller{Account: s.Account, Region: s.Region, ARN: s.ARN(), UserID: s.UserID(), RoleARN: s.RoleARN, Session: &s}
}

// SecretOf is the secret access key that belongs to keys that the emulator has given out, with which requests are signed. ours
// is false for all other keys. Its error is ErrTokenInvalid for keys that have none any longer; whether they still are good
// for a call, [Issuer.Caller] says.
func (i *Issuer) SecretOf(accessKeyID, token string) (secret string, ours bool, err error) {
	if root := iam.RootKeys.Get(i.Store.Read(), accessKeyID); root != nil && token == "" {
		return root.Secret, true, nil
	}
	if key := iam.AccessKeys.Get(i.Store.Read(), accessKeyID); key != nil || i.Sessions.Made(accessKeyID) {
		if key == nil || key.Deleted() || token != "" {
			return "", true, awsapi.ErrTokenInvalid
		}
		return key.Secret, true, nil
	}
	secret, ours, err = i.Sessions.SecretOf(accessKeyID, token)
	if errors.Is(err, session.ErrInvalid) {
		err = awsapi.ErrTokenInvalid
	}
	return secret, ours, err
}

// user is the user whose access key has signed a request. A key that was made here and is deleted or inactive is no
// longer good (AC2), nor one whose user is gone, as damaged rows may be; a token belongs to other keys.
func (i *Issuer) user(signed awsapi.Scope, token string) (awsapi.Caller, bool, error) {
	tx := i.Store.Read()
	key := iam.AccessKeys.Get(tx, signed.AccessKeyID)
	if key == nil && !i.Sessions.Made(signed.AccessKeyID) {
		return awsapi.Caller{}, false, nil
	}
	if key == nil || key.Deleted() || key.Inactive || token != "" {
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	}
	u := iam.UserByID(tx, key.UserID)
	if u == nil {
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	}
	if !i.Verified {
		i.Used(signed)
	}
	return awsapi.Caller{Account: u.Account.ID, ARN: u.ARN(), UserID: u.ID, LongLived: true}, true, nil
}

// Used notes that the access key of a user has signed a request.
func (i *Issuer) Used(signed awsapi.Scope) {
	i.KeyUses.Note(signed.AccessKeyID, iam.KeyUse{At: i.Clock.Now(), Service: signed.Service, Region: signed.Region})
}

// userInSession is a user who acts with keys of GetSessionToken, or one who is federated by GetFederationToken. The keys end
// with the user that has asked for them. A user that never was, as which programs may be tried, stays one without policies
// unless that is refused.
func (i *Issuer) userInSession(s session.Session) (awsapi.Caller, bool, error) {
	caller := awsapi.Caller{Account: s.Account, Region: s.Region, ARN: s.OfUser, Session: &s}
	if u := iam.UserByID(i.Store.Read(), s.OfUser); u != nil {
		caller.ARN, caller.UserID = u.ARN(), u.ID
	} else if i.Strict || !strings.HasPrefix(s.OfUser, "arn:") {
		return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
	}
	if s.FederatedName != "" {
		return callerOf(s), true, nil
	}
	return caller, true, nil
}

// isRefused reports whether AWS takes a session's keys no longer, or not for a service.
func (i *Issuer) isRefused(s session.Session, service string) bool {
	if s.RoleARN == "" && s.Kind != session.AsUser {
		return service == "iam" // field reports of InvalidClientTokenId; source: STS API reference, GetSessionToken, GetFederationToken
	}
	return s.RoleARN != "" && iam.RoleIsGone(i.Store.Read(), s.RoleARN, s.RoleID)
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
