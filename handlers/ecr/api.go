// Package ecr answers the API of Amazon ECR: repositories, their policies, images and layers. It shares rows and
// files with the registry, to which engines push.
package ecr

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// Wall is the time of this machine at a time of the emulator, which tools compare the end of a login with.
	Wall   func(time.Time) time.Time
	Logins *ecr.Logins
	Files  *ecr.Files
	// Downloads are the layers that are asked for by URL. Their URLs are at DownloadPath of the emulator: "/_emulator/layers/".
	Downloads    *ecr.Downloads
	DownloadPath string
	Naming       ecr.Naming
	// Stored is told of policies of repositories.
	Stored policytext.Stored
}

// API answers from the store.
type API struct {
	Options
}

func New(o Options) *API { return &API{Options: o} }

// time of a change: AWS shows milliseconds (ECR-1).
func (a *API) time() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

// registry is the account and region that a request is about. A request may name another account than the caller's.
func registry(ctx context.Context, id *string) arn.Scope {
	scope := awsapi.CallScope(ctx)
	scope.Account = cmp.Or(aws.ToString(id), scope.Account)
	return scope
}

// repository finds a repository by its name in a registry, if its policy lets the caller do the operation there.
func (a *API) repository(ctx context.Context, tx *store.Tx, id, name *string) (*ecr.Repository, error) {
	scope := registry(ctx, id)
	r := ecr.Repositories.Find(tx, scope, *name)
	if r == nil {
		return nil, repositoryNotFound(scope, *name)
	}
	return r, a.allow(awsapi.FromContext(ctx), r)
}

// allow refuses what the policy of a repository denies, or in the registry of another account does not allow (ECR0006.4).
func (a *API) allow(call awsapi.Call, r *ecr.Repository) error {
	action := "ecr:" + call.Operation
	if d := r.Decide(call.PolicyPrincipal(), action, a.Now()); !d.Allowed {
		return denied(call, r, d.Because(action))
	}
	return nil
}

// change changes a copy of a repository, and writes it.
func (a *API) change(ctx context.Context, id, name *string, change func(r *ecr.Repository) error) (*ecr.Repository, error) {
	var changed ecr.Repository
	err := a.Store.Update(func(tx *store.Tx) error {
		found, err := a.repository(ctx, tx, id, name)
		if err != nil {
			return err
		}
		changed = *found
		if err := change(&changed); err != nil {
			return err
		}
		ecr.Repositories.Put(tx, &changed)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}
