package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var named = lazyregexp.New(`^[a-zA-Z0-9/_+=.@!-]+$`)

// CreateSecret makes a secret, with its first value if one is given.
func (a *API) CreateSecret(ctx context.Context, in *sdk.CreateSecretInput) (*sdk.CreateSecretOutput, error) {
	if err := checkCreate(in); err != nil {
		return nil, err
	}
	now := a.now()
	made := &secretsmanager.Secret{
		Scope: awsapi.CallScope(ctx), Name: *in.Name, Suffix: secretsmanager.NewSuffix(), Description: aws.ToString(in.Description),
		KMSKeyID: aws.ToString(in.KmsKeyId), CreatedAt: now, ChangedAt: now,
	}
	if err := setTags(ctx, made, in.Tags); err != nil {
		return nil, err
	}
	given := given(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	err := a.update(func(tx *store.Tx) error {
		if there := secretsmanager.FindSecret(tx, made.Scope, made.Name); there != nil {
			if err := again(tx, there, given); err != nil {
				return err
			}
			made = there
			return nil
		}
		if given != nil {
			given.addTo(tx, made, now, secretsmanager.Current)
		}
		secretsmanager.PutSecret(tx, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateSecretOutput{ARN: arnOf(made), Name: &made.Name}
	if given != nil {
		out.VersionId = &given.id
	}
	return out, nil
}

func checkCreate(in *sdk.CreateSecretInput) error {
	switch {
	case !named.MatchString(*in.Name): // SEC0008
		return &awsapi.Error{
			Code: "ValidationException", Message: "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
		}
	case len(in.AddReplicaRegions) > 0:
		return awsapi.NotImplemented("secretsmanager", "the replication of secrets")
	case in.Type != nil:
		return awsapi.NotImplemented("secretsmanager", "secrets of other providers")
	}
	return onlyOne(in.SecretString, in.SecretBinary)
}

// again decides about a secret whose name is taken: a request that is sent twice is no error.
// Source: Secrets Manager API reference, for that; SEC0008 for the texts.
func again(tx *store.Tx, there *secretsmanager.Secret, g *givenValue) error {
	if there.Deleted() {
		return invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
	}
	if g != nil && there.Version(g.id) >= 0 && secretsmanager.Values.Find(tx, there, g.id).Same(&g.value) {
		return nil
	}
	return exists("The operation failed because the secret %s already exists.", there.Name)
}
