// Package credentials gives out keys: to tasks for their task role, and to the emulator itself
// where it calls an API as a role. Keys are those of sessions, which package sts makes; here is
// which role a task has, how long its keys last, and who may have them.
package credentials

import (
	"cmp"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// Issuer gives out keys.
type Issuer struct {
	Store    *store.Store
	Sessions *session.Keys
	Clock    *clock.Clock
	Log      *slog.Logger
	// Authorize decides what callers may do. Nil: all that they want.
	Authorize awsapi.Authorizer
	// Strict refuses the sessions of roles that are deleted, also if the name is made again (AC49), and sessions of users at IAM,
	// for which AWS wants an MFA device. Sessions of roles that never were are not refused.
	Strict bool
	// Profile has the keys that tasks get in place of their own, if it is not nil; see OpenProfile.
	Profile aws.CredentialsProvider
	// KeyUses has when access keys of users were used.
	KeyUses iam.KeyUses
	// Verified says that signatures are verified, by one that notes the uses of access keys afterwards; see [Issuer.Used].
	Verified bool

	unknownRoles ToldARNs
}

const (
	// sessionLife is how long keys last. Source: ECS developer guide, task IAM role: they expire
	// within six hours.
	sessionLife = 6 * time.Hour
	// sessionRenewal is when a task gets new ones: long before SDKs ask for them again,
	// some minutes before the end.
	sessionRenewal = sessionLife / 2
)

// sessionEnd is when the keys expire that a task has at a time. It follows from when the
// task was made, so that nothing has to be remembered: within each half life the keys are
// the same.
func sessionEnd(made, now time.Time) time.Time {
	made = made.Truncate(time.Second)
	renewals := max(now.Sub(made), 0) / sessionRenewal
	return made.Add(renewals*sessionRenewal + sessionLife)
}

// roleOf is the ARN of a role of a task, empty if it has none.
func (i *Issuer) roleOf(t *state.Task, kind session.Kind) string {
	var def, override *string
	if d := taskdefinition.Find(i.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision); d != nil {
		def = d.Definition().TaskRoleArn
		if kind == session.TaskExecution {
			def = d.Definition().ExecutionRoleArn
		}
	}
	if o := t.Spec.Overrides; o != nil {
		override = o.TaskRoleArn
		if kind == session.TaskExecution {
			override = o.ExecutionRoleArn
		}
	}
	return cmp.Or(aws.ToString(override), aws.ToString(def))
}

// taskSession is the session of a role of a task. Its name is the task's id (recorded
// answers, of both roles), and it acts where the task is: nearly always that is the role's
// account, and where it is not, the definition was written for another one.
func (i *Issuer) taskSession(t *state.Task, kind session.Kind, role string) session.Session {
	scope, end := t.Scope(), sessionEnd(t.Spec.CreatedAt, i.Clock.Now())
	return session.Session{
		Account: scope.Account, Region: scope.Region, RoleARN: role, RoleID: i.RoleID(role), Name: arn.Name(t.ARN),
		TaskARN: t.ARN, Kind: kind, IssuedAt: end.Add(-sessionLife).Unix(), Expires: end.Unix(),
	}
}

// RoleID is the unique id of a role. The log tells once of a role that does not exist.
func (i *Issuer) RoleID(role string) string {
	id, known := iam.IDOfRole(i.Store.Read(), role)
	if !known && i.unknownRoles.IsNew(role) {
		i.Log.Warn("the role does not exist; its credentials work all the same", "role", role)
	}
	return id
}

// Forget has the log tell again of roles that do not exist, and forgets the uses of keys.
func (i *Issuer) Forget() {
	i.unknownRoles.Forget()
	i.KeyUses.Forget()
}

// Role is a role that calls an API in an account and region, in a session of a name: that of a
// rule of EventBridge, a lifecycle hook or a scaling policy, as well as one that is linked to a
// service.
func (i *Issuer) Role(scope arn.Scope, role, name string) (apiclient.Principal, error) {
	now := i.Clock.Now()
	return i.principal(session.Session{
		Account: scope.Account, Region: scope.Region, RoleARN: role, RoleID: i.RoleID(role), Name: name,
		IssuedAt: now.Unix(), Expires: now.Add(sessionLife).Unix(),
	})
}

// ErrNoExecutionRole is a task on a container instance that has no execution role.
var ErrNoExecutionRole = errors.New("the task has no execution role")

// ExecutionRole is the principal that calls APIs on behalf of a task: its execution role, or on
// Fargate without one the root of the account. That AWS has no keys there either is likely, but no
// source has its words. Without one on a container instance it is ErrNoExecutionRole.
func (i *Issuer) ExecutionRole(t *state.Task) (apiclient.Principal, error) {
	role := i.roleOf(t, session.TaskExecution)
	switch {
	case role != "":
		return i.principal(i.taskSession(t, session.TaskExecution, role))
	case t.Placement.ContainerInstance != "":
		return apiclient.Principal{}, ErrNoExecutionRole
	}
	return apiclient.Root(t.Scope()), nil
}

// Writer is the principal that writes logs for a task, with the execution role if it has one; see [Issuer.Allow].
func (i *Issuer) Writer(taskARN string) (apiclient.Principal, error) {
	if t := state.FindTask(i.Store.Read(), taskARN); t != nil {
		if as, err := i.ExecutionRole(t); !errors.Is(err, ErrNoExecutionRole) {
			return as, err
		}
	}
	return apiclient.Root(arn.ScopeOf(taskARN)), nil
}

// principal is who acts in a session.
func (i *Issuer) principal(s session.Session) (apiclient.Principal, error) {
	made, err := i.Sessions.Issue(s)
	if err != nil {
		return apiclient.Principal{}, err
	}
	return apiclient.Principal{Scope: s.Scope(), Keys: aws.Credentials{
		AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.Token, AccountID: s.Account,
	}}, nil
}
