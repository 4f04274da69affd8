package credentials

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials/profile"
)

// profilePrefix begins the one kind of credentials that tasks may have beside their own.
const profilePrefix = "profile:"

// CheckSetting refuses an Options.TaskCredentials that names no profile.
func CheckSetting(value string) error {
	if name, found := strings.CutPrefix(value, profilePrefix); value != "" && (!found || name == "") {
		return fmt.Errorf("%q names no credentials for tasks: use profile:NAME", value)
	}
	return nil
}

// OpenProfile finds the profile whose credentials tasks are to have by an Options.TaskCredentials;
// nil is none.
func OpenProfile(setting string, log *slog.Logger) (aws.CredentialsProvider, error) {
	name, found := strings.CutPrefix(setting, profilePrefix)
	if !found {
		return nil, nil
	}
	provider, err := profile.Open(name)
	if err != nil {
		return nil, fmt.Errorf("credentials for tasks: %w", err)
	}
	log.Warn("tasks with a task role get the credentials of your AWS profile: they may do on AWS what it may do", "profile", name)
	return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = profileRenewal }), nil
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
