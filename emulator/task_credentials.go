package emulator

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/profile"
	"github.com/ecs-emulator/ecs-emulator/internal/session"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// credentialsVariable is the variable by which SDKs find a task's credentials, empty for a task that
// has none.
// Source: AWS SDKs and Tools reference guide, container credential provider.
func (s *Server) credentialsVariable(t *state.Task) (string, error) {
	role := s.roleOf(t, session.TaskApplication)
	if role == "" {
		return "", nil
	}
	s.roleID(role) // says so where nobody has made it
	id, err := s.sessions.CredentialsID(t.ARN, session.TaskApplication)
	if err != nil {
		return "", fmt.Errorf("make the id of a task's credentials: %w", err)
	}
	return "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/" + id, nil
}

// taskCredentials finds the keys that a task asks for from its address; see
// metadata.Credentials. Those of its execution role it gets under no id.
func (s *Server) taskCredentials(ctx context.Context, id string, from netip.Addr) (*metadata.RoleCredentials, error) {
	agent := s.currentAgent()
	for _, taskARN := range agent.TasksAt(ctx, from) {
		own, err := s.sessions.CredentialsID(taskARN, session.TaskApplication)
		if err != nil {
			return nil, err
		}
		if subtle.ConstantTimeCompare([]byte(own), []byte(id)) == 0 {
			continue
		}
		t := s.store.Read().Task(taskARN)
		if t == nil || t.Ended() {
			break
		}
		role := s.roleOf(t, session.TaskApplication)
		if role == "" {
			break
		}
		found, err := s.keysOf(ctx, t, role)
		if err != nil {
			s.opts.Log.Error("no credentials for a task", "task", taskARN, "error", err)
		}
		return found, err
	}
	return nil, metadata.ErrNoCredentials
}

// keysOf are the keys that a task has now: its own session's, or those of a profile.
func (s *Server) keysOf(ctx context.Context, t *state.Task, role string) (*metadata.RoleCredentials, error) {
	if s.profile != nil {
		return passedOn(ctx, s.profile, role, time.Now())
	}
	made, err := s.sessions.Issue(s.taskSession(t, session.TaskApplication, role))
	if err != nil {
		return nil, err
	}
	return &metadata.RoleCredentials{
		RoleArn: role, AccessKeyId: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, Token: made.Token,
		Expiration: s.clock.Wall(made.Expires).Round(time.Second),
	}, nil
}

// profilePrefix begins the one kind of credentials that tasks may have beside their own.
const profilePrefix = "profile:"

func checkTaskCredentials(value string) error {
	if name, found := strings.CutPrefix(value, profilePrefix); value != "" && (!found || name == "") {
		return fmt.Errorf("%q is no credentials for tasks, such as profile:dev", value)
	}
	return nil
}

// openProfile finds the profile whose credentials tasks are to have, if there is one.
func (s *Server) openProfile() error {
	name, found := strings.CutPrefix(s.opts.TaskCredentials, profilePrefix)
	if !found {
		return nil
	}
	provider, err := profile.Open(name)
	if err != nil {
		return fmt.Errorf("credentials for tasks: %w", err)
	}
	s.profile = aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = profileRenewal })
	s.opts.Log.Warn("tasks with a task role get the credentials of a profile of this machine: they may do with AWS what that may do", "profile", name)
	return nil
}

const (
	// profileRenewal is how long before they expire a profile's keys are got anew. Tasks
	// are told that they expire then.
	profileRenewal = 10 * time.Minute
	// profileLife is the life that tasks are told of keys that do not expire.
	profileLife = time.Hour
)

// passedOn are the keys of a profile as a task gets them.
func passedOn(ctx context.Context, profile aws.CredentialsProvider, role string, now time.Time) (*metadata.RoleCredentials, error) {
	keys, err := profile.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("get the credentials of the profile: %w", err)
	}
	expires := now.Add(profileLife)
	if keys.CanExpire {
		expires = keys.Expires
	}
	return &metadata.RoleCredentials{
		RoleArn: role, AccessKeyId: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, Token: keys.SessionToken,
		Expiration: expires.UTC().Round(time.Second),
	}, nil
}
