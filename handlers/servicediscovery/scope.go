package servicediscovery

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// time of a change: Cloud Map tells milliseconds.
func (a *API) time() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

// errShared refuses what other accounts have.
func errShared() error {
	return awsapi.NotImplemented("servicediscovery", "namespaces that are shared by another account")
}

// checkOwner refuses an OwnerAccount other than the caller's.
func checkOwner(ctx context.Context, account *string) error {
	if account != nil && *account != awsapi.CallScope(ctx).Account {
		return errShared()
	}
	return nil
}

// checkOwned refuses the ARN of something that another account has; ids are of the caller.
func checkOwned(scope arn.Scope, id string) error {
	if a, ok := arn.Parse(id); ok && a.Account != scope.Account {
		return errShared()
	}
	return nil
}

// namespace finds a namespace of the caller by its id or ARN.
func namespace(ctx context.Context, tx *store.Tx, id string) (*servicediscovery.Namespace, error) {
	scope := awsapi.CallScope(ctx)
	if err := checkOwned(scope, id); err != nil {
		return nil, err
	}
	n := servicediscovery.FindNamespace(tx, servicediscovery.NamespaceARN(scope, id))
	if n == nil || arn.ScopeOf(n.ARN) != scope {
		return nil, namespaceNotFound(id)
	}
	return n, nil
}

// service finds a service of the caller by its id or ARN.
func service(ctx context.Context, tx *store.Tx, id string) (*servicediscovery.Service, error) {
	scope := awsapi.CallScope(ctx)
	if err := checkOwned(scope, id); err != nil {
		return nil, err
	}
	s := servicediscovery.FindService(tx, servicediscovery.ServiceARN(scope, id))
	if s == nil || arn.ScopeOf(s.ARN) != scope {
		return nil, serviceNotFound(id)
	}
	return s, nil
}

// account is the account of the caller, which owns all that it sees.
func account(ctx context.Context) *string { return aws.String(awsapi.CallScope(ctx).Account) }
