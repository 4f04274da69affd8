package servicediscovery

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// UpdateService changes the TTL of records and the health check of Route 53, and removes those that it does not name. Source:
// Cloud Map API reference, UpdateService.
func (a *API) UpdateService(ctx context.Context, in *sdk.UpdateServiceInput) (*sdk.UpdateServiceOutput, error) {
	out := &sdk.UpdateServiceOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		s, err := service(ctx, tx, *in.Id)
		if err != nil {
			return err
		}
		n := servicediscovery.FindNamespace(tx, s.NamespaceARN)
		if n.Type == types.NamespaceTypeHttp {
			return invalid("A service of an HTTP namespace cannot be updated.")
		}
		changed := *s
		if in.Service.Description != nil {
			changed.Description = *in.Service.Description
		}
		changed.HealthCheck, changed.DNSRecords = in.Service.HealthCheckConfig, nil
		if in.Service.DnsConfig != nil {
			changed.DNSRecords = in.Service.DnsConfig.DnsRecords
		}
		if err := checkUpdate(s, &changed, n); err != nil {
			return err
		}
		servicediscovery.PutService(tx, &changed)
		out.OperationId = a.succeed(ctx, tx, types.OperationTypeUpdateService, s.NamespaceARN, map[string]string{targetService: s.ID()})
		return nil
	})
}

// checkUpdate refuses records of other types, and health checks of another one. Source: Cloud Map API reference, DnsConfig,
// HealthCheckConfig.
func checkUpdate(was, is *servicediscovery.Service, n *servicediscovery.Namespace) error {
	had := recordTypes(was.DNSRecords)
	kinds := recordTypes(is.DNSRecords)
	for _, kind := range kinds {
		if !slices.Contains(had, kind) {
			return invalid("The types of a service's records cannot change: it has no record of type %s.", kind)
		}
	}
	if len(slices.Compact(kinds)) < len(is.DNSRecords) {
		return invalid("A service cannot have two records of a type.")
	}
	switch {
	case is.HealthCheck == nil:
		return nil
	case is.CustomHealthCheck:
		return invalid("A service cannot have both a HealthCheckConfig and a HealthCheckCustomConfig.")
	case was.HealthCheck != nil && was.HealthCheck.Type != is.HealthCheck.Type:
		return invalid("The Type of a HealthCheckConfig cannot change.")
	}
	return checkHealthCheck(is, n)
}
