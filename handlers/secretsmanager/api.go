// Package secretsmanager answers the API of AWS Secrets Manager from stored secrets.
// Resource policies are stored and enforce nothing; rotation and replication are not there.
//
// Requests are checked in AWS's order: the constraints of their members, all at once; then
// what the members say together; then what is stored.
package secretsmanager

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// API answers from the store.
type API struct {
	store *state.Store
	clock func() time.Time
}

// New makes the API. now is the emulator's time.
func New(s *state.Store, now func() time.Time) *API { return &API{store: s, clock: now} }

// now is the time in milliseconds, as Secrets Manager has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

func (a *API) read() *store.Tx { return a.store.Store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.store.Store.Update(fn) }

func scopeOf(ctx context.Context) arn.Scope { return awsapi.FromContext(ctx).Scope() }

// secret returns the secret with an id, one that is marked for deletion included.
func secret(ctx context.Context, tx *store.Tx, id *string) (*secretsmanager.Secret, error) {
	if s := secretsmanager.FindSecret(tx, scopeOf(ctx), *id); s != nil {
		return s, nil
	}
	return nil, notFound("Secrets Manager can't find the specified secret.") // SEC0001
}

// live returns the secret with an id that is not marked for deletion (SEC0005).
func live(ctx context.Context, tx *store.Tx, id *string) (*secretsmanager.Secret, error) {
	s, err := secret(ctx, tx, id)
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

// optional is a member that is absent when it is empty.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
