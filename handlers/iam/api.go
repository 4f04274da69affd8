// Package iam answers the IAM API from stored users, groups, roles, policies and instance profiles.
// Whether policies decide what callers may do is the front end's to ask: see internal/app/access.
//
// Requests are checked in AWS's order: the constraints of their members, all at once;
// then what refers to other entities.
package iam

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// API answers from the store.
type API struct {
	store *store.Store
	clock func() time.Time
	uses  *iam.KeyUses

	Stored policytext.Stored
}

// New makes the API. now is the emulator's time.
func New(s *store.Store, now func() time.Time, uses *iam.KeyUses) *API {
	return &API{store: s, clock: now, uses: uses}
}

// now is the time in whole seconds, as IAM has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Second) }

// account is the caller's, in its partition: IAM has no regions.
func account(ctx context.Context) iam.Account {
	return iam.AccountOf(awsapi.FromContext(ctx).Scope())
}

func (a *API) read() *store.Tx { return a.store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.store.Update(fn) }
