package secretsmanager

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// givenValue is a value that a request brings, with the id of its version.
type givenValue struct {
	id    string
	value secretsmanager.Value
}

// given is the value of a request, nil if it brings none. SDKs make up a token for each
// request; one that comes without gets its id here.
func given(token, text *string, binary []byte) *givenValue {
	if text == nil && binary == nil {
		return nil
	}
	id := aws.ToString(token)
	if id == "" {
		id = uuid.NewString()
	}
	return &givenValue{id, secretsmanager.Value{VersionID: id, Text: aws.ToString(text), Binary: slices.Clone(binary)}}
}

// onlyOne refuses two values (SEC0008).
func onlyOne(text *string, binary []byte) error {
	if text != nil && binary != nil {
		return invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	}
	return nil
}

// addTo adds the value to a copy of a secret as a version with staging labels.
func (g *givenValue) addTo(tx *store.Tx, s *secretsmanager.Secret, now time.Time, stages ...string) {
	s.Add(secretsmanager.Version{ID: g.id, CreatedAt: now})
	for _, stage := range stages {
		s.Attach(stage, s.Version(g.id))
	}
	s.Trim(tx, now)
	value := g.value
	value.Secret = s.ARN()
	secretsmanager.Values.Put(tx, &value)
}

// put adds the value to a copy of a secret. A request that is sent again adds nothing but
// the staging labels that it names (SEC0002).
func (g *givenValue) put(tx *store.Tx, s *secretsmanager.Secret, now time.Time, stages []string) error {
	if at := s.Version(g.id); at >= 0 {
		if !secretsmanager.Values.Find(tx, s, g.id).Same(&g.value) {
			return exists("You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", g.id, s.ARN())
		}
		for _, stage := range stages {
			s.Attach(stage, at)
		}
		return nil
	}
	if len(stages) == 0 {
		stages = []string{secretsmanager.Current}
	}
	if len(s.Versions) == 0 && !slices.Contains(stages, secretsmanager.Current) { // Source: Secrets Manager API reference
		stages = append(slices.Clone(stages), secretsmanager.Current)
	}
	g.addTo(tx, s, now, stages...)
	return nil
}

// PutSecretValue adds a version.
func (a *API) PutSecretValue(ctx context.Context, in *sdk.PutSecretValueInput) (*sdk.PutSecretValueOutput, error) {
	if err := onlyOne(in.SecretString, in.SecretBinary); err != nil {
		return nil, err
	}
	given, now := given(in.ClientRequestToken, in.SecretString, in.SecretBinary), a.now()
	if given == nil { // SEC0008
		return nil, invalidRequest("You must provide either SecretString or SecretBinary.")
	}
	s, err := a.change(ctx, in.SecretId, func(tx *store.Tx, s *secretsmanager.Secret) error {
		return given.put(tx, s, now, in.VersionStages)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutSecretValueOutput{
		ARN: arnOf(s), Name: &s.Name, VersionId: &given.id, VersionStages: hashorder.Sort(s.Versions[s.Version(given.id)].Stages),
	}, nil
}

// GetSecretValue answers a value: the current one, or that of another version or staging
// label. The day is remembered.
func (a *API) GetSecretValue(ctx context.Context, in *sdk.GetSecretValueInput) (*sdk.GetSecretValueOutput, error) {
	tx := a.read()
	if err := a.allowValue(ctx, tx, in); err != nil {
		return nil, err
	}
	s, err := notDeleted(a.readable(ctx, tx, in.SecretId))
	if err != nil {
		return nil, err
	}
	at, err := meant(s, in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	version := s.Versions[at]
	value := secretsmanager.Values.Find(tx, s, version.ID)
	if value == nil { // it was left out as damaged
		return nil, notFound("Secrets Manager can't find the specified secret value for VersionId: %s", version.ID)
	}
	if err := a.accessed(s, version.ID); err != nil {
		return nil, err
	}
	return &sdk.GetSecretValueOutput{
		ARN: arnOf(s), Name: &s.Name, VersionId: &version.ID, VersionStages: hashorder.Sort(version.Stages), CreatedDate: &version.CreatedAt,
		SecretString: awsapi.Optional(value.Text), SecretBinary: value.Binary,
	}, nil
}

// meant returns the place of the version that a request means (SEC0002).
func meant(s *secretsmanager.Secret, id, stage *string) (int, error) {
	if id == nil {
		name := aws.ToString(stage)
		if stage == nil {
			name = secretsmanager.Current
		}
		if at := s.Staged(name); at >= 0 {
			return at, nil
		}
		return 0, notFound("Secrets Manager can't find the specified secret value for staging label: %s", name)
	}
	at := s.Version(*id)
	if at < 0 {
		return 0, notFound("Secrets Manager can't find the specified secret value for VersionId: %s", *id)
	}
	if stage != nil && !slices.Contains(s.Versions[at].Stages, *stage) {
		return 0, invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return at, nil
}

// accessed remembers the day on which a version was read, if it is not known yet.
func (a *API) accessed(s *secretsmanager.Secret, versionID string) error {
	day := a.now().Truncate(24 * time.Hour)
	if s.AccessedAt.Equal(day) && s.Versions[s.Version(versionID)].AccessedAt.Equal(day) {
		return nil
	}
	return a.update(func(tx *store.Tx) error {
		now := secretsmanager.FindSecret(tx, s.Scope, s.ARN())
		if now == nil || now.Version(versionID) < 0 {
			return nil // it has gone meanwhile
		}
		changed := *now
		changed.AccessedAt = day
		changed.Versions = slices.Clone(changed.Versions)
		changed.Versions[changed.Version(versionID)].AccessedAt = day
		secretsmanager.PutSecret(tx, &changed)
		return nil
	})
}
