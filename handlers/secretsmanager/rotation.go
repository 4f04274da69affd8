package secretsmanager

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/emulator/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

// CancelRotateSecret has nothing to cancel, and succeeds: the secret then says that it is not
// rotated (SEC0004).
func (a *API) CancelRotateSecret(ctx context.Context, in *sdk.CancelRotateSecretInput) (*sdk.CancelRotateSecretOutput, error) {
	var v violations
	v.secretID(in.SecretId)
	if err := v.Err(); err != nil {
		return nil, err
	}
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.RotationCancelled = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CancelRotateSecretOutput{ARN: arnOf(s), Name: &s.Name}, nil
}
