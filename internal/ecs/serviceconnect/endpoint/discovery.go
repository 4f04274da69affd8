package endpoint

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// FindNamespace finds the namespace that a name or an ARN means in a scope, or nil. Private namespaces of several VPCs
// may share a name: that the oldest is meant is the emulator's choice.
func FindNamespace(tx *store.Tx, scope arn.Scope, ref string) *servicediscovery.Namespace {
	if arn.Is(ref) {
		if n := servicediscovery.FindNamespace(tx, ref); n != nil && arn.ScopeOf(n.ARN) == scope {
			return n
		}
		return nil
	}
	named := servicediscovery.NamespacesNamed(tx, scope, ref)
	if len(named) == 0 {
		return nil
	}
	return slices.MinFunc(named, func(a, b *servicediscovery.Namespace) int { return a.CreatedAt.Compare(b.CreatedAt) })
}

// MakeNamespace makes an HTTP namespace, as ECS does of a new name that a cluster is given (recorded-companions 14.5).
func MakeNamespace(tx *store.Tx, scope arn.Scope, name string, now time.Time) *servicediscovery.Namespace {
	n := &servicediscovery.Namespace{
		ARN: servicediscovery.NewNamespaceARN(scope), Name: name, Type: types.NamespaceTypeHttp,
		CreatorRequestID: name, CreatedAt: now,
	}
	servicediscovery.AddNamespace(tx, n)
	return n
}

// Free reports whether a discovery name is free in a namespace, or already a service's of ECS.
func Free(tx *store.Tx, namespaceARN, name, serviceARN string) bool {
	taken := servicediscovery.FindServiceNamed(tx, namespaceARN, name)
	return taken == nil || taken.ECSService == serviceARN
}

// Provide makes the services of Cloud Map by which the tasks of a revision are found, where they are missing.
//
// Source: ECS developer guide, Service Connect; they are of type HTTP.
func Provide(tx *store.Tx, serviceARN string, r *state.ServiceRevision, now time.Time) {
	if r.ConnectNamespace == "" || servicediscovery.FindNamespace(tx, r.ConnectNamespace) == nil {
		return
	}
	for _, s := range r.ServiceConnectConfiguration.Services {
		name := DiscoveryName(s)
		if servicediscovery.FindServiceNamed(tx, r.ConnectNamespace, name) != nil {
			continue
		}
		servicediscovery.PutService(tx, &servicediscovery.Service{
			ARN: servicediscovery.NewServiceARN(arn.ScopeOf(serviceARN)), NamespaceARN: r.ConnectNamespace, Name: name,
			CreatorRequestID: arn.NewUUID(), Type: types.ServiceTypeHttp, CreatedAt: now, ECSService: serviceARN,
		})
	}
}

// Withdraw removes the services of Cloud Map that were made for a service of ECS and that none of its deployments uses
// any more, with what is registered there, and all of them once it is INACTIVE. That to which a rollback goes back
// keeps its own.
func Withdraw(tx *store.Tx, s *state.Service) {
	if s.Status() == state.ServiceInactive {
		Forget(tx, s.ARN)
		return
	}
	for _, discovered := range servicediscovery.ECSServices(tx, s.ARN) {
		if !uses(s, discovered) {
			remove(tx, discovered.ARN)
		}
	}
}

// Forget removes all that was made for a service of ECS, whose row goes.
func Forget(tx *store.Tx, serviceARN string) {
	for _, discovered := range servicediscovery.ECSServices(tx, serviceARN) {
		remove(tx, discovered.ARN)
	}
}

// remove removes a service of Cloud Map with what is registered there.
func remove(tx *store.Tx, discovered string) {
	for _, i := range servicediscovery.Instances(tx, discovered) {
		servicediscovery.Deregister(tx, discovered, i.ID)
	}
	servicediscovery.DeleteService(tx, servicediscovery.FindService(tx, discovered))
}

func uses(s *state.Service, discovered *servicediscovery.Service) bool {
	offers := func(r *state.ServiceRevision) bool {
		if r.ConnectNamespace != discovered.NamespaceARN {
			return false
		}
		for _, offered := range r.ServiceConnectConfiguration.Services {
			if DiscoveryName(offered) == discovered.Name {
				return true
			}
		}
		return false
	}
	return s.Completed != nil && offers(s.Completed.Revision) ||
		slices.ContainsFunc(s.Deployments, func(d *state.Deployment) bool { return offers(d.Revision) })
}
