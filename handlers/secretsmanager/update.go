package secretsmanager

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// UpdateSecret changes the description and the key that are given, and adds a version if a
// value is.
func (a *API) UpdateSecret(ctx context.Context, in *sdk.UpdateSecretInput) (*sdk.UpdateSecretOutput, error) {
	if in.Type != nil {
		return nil, awsapi.NotImplemented("secretsmanager", "secrets of other providers")
	}
	if err := onlyOne(in.SecretString, in.SecretBinary); err != nil {
		return nil, err
	}
	given, now := given(in.ClientRequestToken, in.SecretString, in.SecretBinary), a.now()
	s, err := a.change(ctx, in.SecretId, func(tx *store.Tx, s *secretsmanager.Secret) error {
		if in.Description != nil {
			s.Description = *in.Description
		}
		if in.KmsKeyId != nil {
			s.KMSKeyID = *in.KmsKeyId
		}
		if given == nil {
			return nil
		}
		return given.put(tx, s, now, nil)
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.UpdateSecretOutput{ARN: arnOf(s), Name: &s.Name}
	if given != nil {
		out.VersionId = &given.id
	}
	return out, nil
}
