package emulator

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/session"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

const (
	// taskSessionLife is how long keys of a task last. Source: ECS developer guide, task IAM
	// role: they expire within six hours.
	taskSessionLife = 6 * time.Hour
	// taskSessionRenewal is when a task gets new ones: long before SDKs ask for them again,
	// some minutes before the end.
	taskSessionRenewal = taskSessionLife / 2
)

// taskSessionEnd is when the keys expire that a task has at a time. It follows from when the
// task was made, so that nothing has to be remembered: within each half life the keys are
// the same.
func taskSessionEnd(made, now time.Time) time.Time {
	made = made.Truncate(time.Second)
	renewals := max(now.Sub(made), 0) / taskSessionRenewal
	return made.Add(renewals*taskSessionRenewal + taskSessionLife)
}

// roleOf is the ARN of a role of a task, empty if it has none.
func (s *Server) roleOf(t *state.Task, kind session.Kind) string {
	var def, override *string
	if d := s.store.Read().TaskDefinition(t.Scope(), t.Spec.Family, t.Spec.Revision); d != nil {
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
func (s *Server) taskSession(t *state.Task, kind session.Kind, role string) session.Session {
	scope := t.Scope()
	return session.Session{
		Account: scope.Account, Region: scope.Region, RoleARN: role, RoleID: s.roleID(role), Name: arn.Name(t.ARN),
		TaskARN: t.ARN, Kind: kind, Expires: taskSessionEnd(t.Spec.CreatedAt, s.clock.Now()).Unix(),
	}
}

// roleID is the unique id of a role. Of one that nobody has made the log tells once.
func (s *Server) roleID(role string) string {
	id, known := iam.IDOfRole((*store.Tx)(s.store.Read()), role)
	if !known {
		if s.strangeRoles.isNew(role) {
			s.opts.Log.Warn("nobody has made the role; its credentials work all the same", "role", role)
		}
	}
	return id
}

// executionRole are the keys with which the emulator calls APIs on behalf of a task: those
// of its execution role, or on Fargate without one those of the account. That AWS has none there
// either is likely, but no source has its words.
func (s *Server) executionRole(t *state.Task) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		role := s.roleOf(t, session.TaskExecution)
		if role == "" && t.Placement.ContainerInstance != "" {
			return aws.Credentials{}, agent.ErrNoExecutionRole
		}
		if role == "" {
			return accountKeys(t.Scope()), nil
		}
		made, err := s.sessions.Issue(s.taskSession(t, session.TaskExecution, role))
		return aws.Credentials{
			AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.Token, AccountID: t.Scope().Account,
		}, err
	})
}

// accountKeys are keys that act in an account, here and at an upstream such as moto or LocalStack.
func accountKeys(s arn.Scope) aws.Credentials {
	return aws.Credentials{AccessKeyID: s.Account, SecretAccessKey: "secret"}
}
