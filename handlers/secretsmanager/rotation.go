package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// RotateSecret refuses: no secret has a function that rotates it (SEC0007), and there is none
// that it could be given.
func (a *API) RotateSecret(ctx context.Context, in *sdk.RotateSecretInput) (*sdk.RotateSecretOutput, error) {
	if _, err := live(ctx, a.read(), in.SecretId); err != nil {
		return nil, err
	}
	if aws.ToString(in.RotationLambdaARN) != "" {
		return nil, awsapi.NotImplemented("secretsmanager", "the rotation of secrets by functions")
	}
	return nil, invalidRequest("No Lambda rotation function ARN is associated with this secret.")
}

// CancelRotateSecret has nothing to cancel, and succeeds: the secret then says that it is not
// rotated (SEC0004).
func (a *API) CancelRotateSecret(ctx context.Context, in *sdk.CancelRotateSecretInput) (*sdk.CancelRotateSecretOutput, error) {
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.RotationCancelled = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CancelRotateSecretOutput{ARN: arnOf(s), Name: &s.Name}, nil
}
