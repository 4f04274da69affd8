package servicediscovery

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// UpdateHttpNamespace changes the description of an HTTP namespace.
func (a *API) UpdateHttpNamespace(ctx context.Context, in *sdk.UpdateHttpNamespaceInput) (*sdk.UpdateHttpNamespaceOutput, error) {
	id, err := a.updateNamespace(ctx, clienttoken.In(ctx, in.UpdaterRequestId, in), *in.Id, types.NamespaceTypeHttp, in.Namespace.Description, nil)
	return &sdk.UpdateHttpNamespaceOutput{OperationId: id}, err
}

// UpdatePrivateDnsNamespace changes the description and the SOA of a private namespace.
func (a *API) UpdatePrivateDnsNamespace(ctx context.Context, in *sdk.UpdatePrivateDnsNamespaceInput) (*sdk.UpdatePrivateDnsNamespaceOutput, error) {
	var ttl *int64
	if p := in.Namespace.Properties; p != nil {
		ttl = p.DnsProperties.SOA.TTL
	}
	id, err := a.updateNamespace(ctx, clienttoken.In(ctx, in.UpdaterRequestId, in), *in.Id, types.NamespaceTypeDnsPrivate, in.Namespace.Description, ttl)
	return &sdk.UpdatePrivateDnsNamespaceOutput{OperationId: id}, err
}

// UpdatePublicDnsNamespace changes the description and the SOA of a public namespace.
func (a *API) UpdatePublicDnsNamespace(ctx context.Context, in *sdk.UpdatePublicDnsNamespaceInput) (*sdk.UpdatePublicDnsNamespaceOutput, error) {
	var ttl *int64
	if p := in.Namespace.Properties; p != nil {
		ttl = p.DnsProperties.SOA.TTL
	}
	id, err := a.updateNamespace(ctx, clienttoken.In(ctx, in.UpdaterRequestId, in), *in.Id, types.NamespaceTypeDnsPublic, in.Namespace.Description, ttl)
	return &sdk.UpdatePublicDnsNamespaceOutput{OperationId: id}, err
}

// updateNamespace changes what is given of a namespace. That one of another type counts as missing is a choice.
func (a *API) updateNamespace(ctx context.Context, once clienttoken.Request, id string, kind types.NamespaceType, description *string, ttl *int64) (operation *string, err error) {
	err = a.Store.Update(func(tx *store.Tx) error {
		n, err := namespace(ctx, tx, id)
		if err != nil {
			return err
		}
		if n.Type != kind {
			return namespaceNotFound(id)
		}
		if made, answer := first(tx, once); made != nil {
			operation = answer
			return nil
		}
		changed := *n
		if description != nil {
			changed.Description = *description
		}
		if ttl != nil {
			changed.SOATTL = *ttl
		}
		servicediscovery.PutNamespace(tx, &changed)
		operation = a.succeed(ctx, tx, types.OperationTypeUpdateNamespace, n.ARN, map[string]string{targetNamespace: n.ID()})
		once.Remember(tx, a.time(), n.ARN, *operation)
		return nil
	})
	return operation, err
}
