// Package secretsmanager answers the API of AWS Secrets Manager from stored secrets.
// Resource policies are stored and enforce nothing; rotation and replication are not there.
//
// Requests are checked in AWS's order: the constraints of their members, all at once; then
// what the members say together; then what is stored.
package secretsmanager

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// OtherSuffix is told that a value, or what there is to know of a secret, is asked for by an ARN
	// that differs from the secret's in the six characters at its end alone, and is answered. They
	// are random, so a definition that was written for an account of AWS could name no secret here.
	// Nil is as on AWS: such an ARN is of no secret.
	OtherSuffix func(asked, found string)
	// Stored is told of policies of secrets.
	Stored policytext.Stored
}

// API answers from the store.
type API struct {
	store       *store.Store
	clock       func() time.Time
	otherSuffix func(asked, found string)
	stored      policytext.Stored
}

func New(o Options) *API {
	return &API{store: o.Store, clock: o.Now, otherSuffix: o.OtherSuffix, stored: o.Stored}
}

// now is the time in milliseconds, as Secrets Manager has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

func (a *API) read() *store.Tx { return a.store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.store.Update(fn) }

// secret returns the secret with an id, one that is marked for deletion included.
func secret(ctx context.Context, tx *store.Tx, id *string) (*secretsmanager.Secret, error) {
	if s := secretsmanager.FindSecret(tx, awsapi.CallScope(ctx), *id); s != nil {
		return s, nil
	}
	call := awsapi.FromContext(ctx)
	refusal := notFound("Secrets Manager can't find the specified secret.") // SEC0001
	region, account, isARN := placeOf(*id)
	switch {
	case isARN && account != call.Account:
		if call.Authorize != nil {
			return secretElsewhere(call, tx, *id)
		}
		return nil, fmt.Errorf("%w (the request acts in account %s; emulators with --account %s have that of the ARN)", denied(call, *id), call.Account, account)
	case isARN && region != call.Region:
		return nil, fmt.Errorf("%w (the request acts in region %s)", refusal, call.Region)
	}
	return nil, refusal
}

// secretElsewhere is a secret of another account, which its policy shares with the caller. One that is encrypted with the
// default key is not shared (AC76).
func secretElsewhere(call awsapi.Call, tx *store.Tx, id string) (*secretsmanager.Secret, error) {
	s := secretsmanager.FindSecret(tx, arn.ScopeOf(id), id)
	switch {
	case s == nil:
		return nil, denied(call, id)
	case s.KMSKeyID == "" || strings.HasSuffix(s.KMSKeyID, "alias/aws/secretsmanager"):
		return nil, awsapi.Errorf("AccessDeniedException",
			"You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.")
	}
	return s, nil
}

// placeOf is the region and the account that the ARN of a secret names.
func placeOf(id string) (region, account string, isARN bool) {
	parts := strings.SplitN(id, ":", 7)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return "", "", false
	}
	return parts[3], parts[4], true
}

// readable returns the secret with an id, also one whose ARN has another suffix: for requests that
// only read.
func (a *API) readable(ctx context.Context, tx *store.Tx, id *string) (*secretsmanager.Secret, error) {
	s, err := secret(ctx, tx, id)
	if err == nil || a.otherSuffix == nil {
		return s, err
	}
	found := secretsmanager.FindOtherSuffix(tx, awsapi.CallScope(ctx), *id)
	if found == nil {
		return nil, err
	}
	a.otherSuffix(*id, found.ARN())
	return found, nil
}

// live returns the secret with an id that is not marked for deletion.
func live(ctx context.Context, tx *store.Tx, id *string) (*secretsmanager.Secret, error) {
	return notDeleted(secret(ctx, tx, id))
}

// notDeleted refuses a secret that is marked for deletion (SEC0005).
func notDeleted(s *secretsmanager.Secret, err error) (*secretsmanager.Secret, error) {
	if err == nil && s.Deleted() {
		return nil, invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
	}
	return s, err
}

// change changes a copy of a secret that is not marked for deletion, and writes it.
func (a *API) change(ctx context.Context, id *string, change func(tx *store.Tx, s *secretsmanager.Secret) error) (*secretsmanager.Secret, error) {
	var changed secretsmanager.Secret
	now := a.now()
	err := a.update(func(tx *store.Tx) error {
		found, err := live(ctx, tx, id)
		if err != nil {
			return err
		}
		changed = *found
		changed.ChangedAt = now
		if err := change(tx, &changed); err != nil {
			return err
		}
		secretsmanager.PutSecret(tx, &changed)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}

// arnOf is the member ARN of answers.
func arnOf(s *secretsmanager.Secret) *string {
	text := s.ARN()
	return &text
}
