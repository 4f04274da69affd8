package secretsmanager

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Recovery windows, in days. Source: Secrets Manager API reference, DeleteSecret.
const (
	defaultWindow = 30
	minWindow     = 7
	maxWindow     = 30
)

// DeleteSecret marks a secret for deletion, or removes it at once. Retention does the rest.
func (a *API) DeleteSecret(ctx context.Context, in *sdk.DeleteSecretInput) (*sdk.DeleteSecretOutput, error) {
	force, days := aws.ToBool(in.ForceDeleteWithoutRecovery), int64(defaultWindow)
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
	}
	switch { // SEC0008
	case force && in.RecoveryWindowInDays != nil:
		return nil, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case days < minWindow || days > maxWindow:
		return nil, invalidParameter("RecoveryWindowInDays value must be between %d and %d days (inclusive).", minWindow, maxWindow)
	case force:
		return a.remove(ctx, in.SecretId)
	}
	return a.mark(ctx, in.SecretId, time.Duration(days)*24*time.Hour)
}

// mark marks a secret for deletion.
func (a *API) mark(ctx context.Context, id *string, window time.Duration) (*sdk.DeleteSecretOutput, error) {
	var marked secretsmanager.Secret
	now := a.now()
	err := a.update(func(tx *store.Tx) error {
		found, err := secret(ctx, tx, id)
		if err != nil {
			return err
		}
		if found.Deleted() { // SEC0008
			return invalidRequest("You can't perform this operation on the secret because it was already scheduled for deletion.")
		}
		marked = *found
		marked.DeletedAt, marked.PurgeAt, marked.ChangedAt = now, now.Add(window), now
		secretsmanager.PutSecret(tx, &marked)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DeleteSecretOutput{ARN: arnOf(&marked), Name: &marked.Name, DeletionDate: &marked.PurgeAt}, nil
}

// remove removes a secret at once; on AWS it is seen for some seconds more. One that there is
// not is no error, so that the request can be sent again.
// Source: Secrets Manager API reference, ForceDeleteWithoutRecovery.
func (a *API) remove(ctx context.Context, id *string) (*sdk.DeleteSecretOutput, error) {
	now := a.now()
	out := &sdk.DeleteSecretOutput{DeletionDate: &now}
	err := a.update(func(tx *store.Tx) error {
		found, err := secret(ctx, tx, id)
		if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
			if arn.Is(*id) {
				out.ARN = id
			} else {
				out.Name = id
			}
			return nil
		}
		out.ARN, out.Name = arnOf(found), &found.Name
		secretsmanager.DeleteSecret(tx, found)
		return nil
	})
	return out, err
}

// RestoreSecret takes the mark from a secret. One without it stays as it is.
func (a *API) RestoreSecret(ctx context.Context, in *sdk.RestoreSecretInput) (*sdk.RestoreSecretOutput, error) {
	var restored secretsmanager.Secret
	now := a.now()
	err := a.update(func(tx *store.Tx) error {
		found, err := secret(ctx, tx, in.SecretId)
		if err != nil {
			return err
		}
		restored = *found
		if restored.Deleted() {
			restored.DeletedAt, restored.PurgeAt, restored.ChangedAt = time.Time{}, time.Time{}, now
			secretsmanager.PutSecret(tx, &restored)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.RestoreSecretOutput{ARN: arnOf(&restored), Name: &restored.Name}, nil
}
