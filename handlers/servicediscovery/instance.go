package servicediscovery

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// RegisterInstance puts an instance into a service, in the place of one with the same id.
func (a *API) RegisterInstance(ctx context.Context, in *sdk.RegisterInstanceInput) (*sdk.RegisterInstanceOutput, error) {
	if err := checkAttributes(in.Attributes); err != nil {
		return nil, err
	}
	once, out := clienttoken.In(ctx, in.CreatorRequestId, in), &sdk.RegisterInstanceOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		s, err := service(ctx, tx, *in.ServiceId)
		if err != nil {
			return err
		}
		creator := aws.ToString(in.CreatorRequestId)
		if made, answer := first(tx, once); made != nil {
			if i := servicediscovery.FindInstance(tx, s.ARN, *in.InstanceId); i != nil && i.CreatorRequestID == creator {
				out.OperationId = answer
				return nil
			}
		}
		i := &servicediscovery.Instance{
			ServiceARN: s.ARN, ID: *in.InstanceId, Attributes: maps.Clone(in.Attributes), CreatorRequestID: creator, RegisteredAt: a.time(),
		}
		n := servicediscovery.FindNamespace(tx, s.NamespaceARN)
		if err := fillAddress(tx, n, i); err != nil {
			return err
		}
		if err := checkInstance(s, n, i); err != nil {
			return err
		}
		i.Health = types.HealthStatusUnknown
		if s.CustomHealthCheck {
			i.Health = types.HealthStatusHealthy
			if first := i.Attributes[servicediscovery.AttributeInitHealth]; first != "" {
				i.Health = types.HealthStatus(first)
			}
		}
		servicediscovery.Register(tx, i)
		out.OperationId = a.succeed(ctx, tx, types.OperationTypeRegisterInstance, s.NamespaceARN, map[string]string{targetInstance: i.ID, targetService: s.ID()})
		once.Remember(tx, i.RegisteredAt, s.ARN, *out.OperationId)
		return nil
	})
}

func (a *API) DeregisterInstance(ctx context.Context, in *sdk.DeregisterInstanceInput) (*sdk.DeregisterInstanceOutput, error) {
	out := &sdk.DeregisterInstanceOutput{}
	return out, a.Store.Update(func(tx *store.Tx) error {
		s, err := service(ctx, tx, *in.ServiceId)
		if err != nil {
			return err
		}
		if _, ok := servicediscovery.Deregister(tx, s.ARN, *in.InstanceId); !ok {
			return instanceNotFound(*in.InstanceId)
		}
		out.OperationId = a.succeed(ctx, tx, types.OperationTypeDeregisterInstance, s.NamespaceARN, map[string]string{targetInstance: *in.InstanceId, targetService: s.ID()})
		return nil
	})
}

// instance finds an instance of the caller, and its service.
func instance(ctx context.Context, tx *store.Tx, serviceID, id string) (*servicediscovery.Service, *servicediscovery.Instance, error) {
	s, err := service(ctx, tx, serviceID)
	if err != nil {
		return nil, nil, err
	}
	i := servicediscovery.FindInstance(tx, s.ARN, id)
	if i == nil {
		return nil, nil, instanceNotFound(id)
	}
	return s, i, nil
}

// GetInstance answers an instance (SD0011).
func (a *API) GetInstance(ctx context.Context, in *sdk.GetInstanceInput) (*sdk.GetInstanceOutput, error) {
	_, i, err := instance(ctx, a.Store.Read(), *in.ServiceId, *in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &sdk.GetInstanceOutput{ResourceOwner: account(ctx), Instance: &types.Instance{
		Id: &i.ID, Attributes: i.Attributes, CreatorRequestId: awsapi.Optional(i.CreatorRequestID), CreatedByAccount: account(ctx),
	}}, nil
}

// ListInstances answers the instances of a service.
func (a *API) ListInstances(ctx context.Context, in *sdk.ListInstancesInput) (*sdk.ListInstancesOutput, error) {
	tx := a.Store.Read()
	s, err := service(ctx, tx, *in.ServiceId)
	if err != nil {
		return nil, err
	}
	part, next, err := cut(servicediscovery.Instances(tx, s.ARN), idOfInstance, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListInstancesOutput{ResourceOwner: account(ctx), Instances: []types.InstanceSummary{}, NextToken: next}
	for _, i := range part {
		out.Instances = append(out.Instances, types.InstanceSummary{Id: &i.ID, Attributes: i.Attributes, CreatedByAccount: account(ctx)})
	}
	return out, nil
}

func idOfInstance(i *servicediscovery.Instance) string { return i.ID }
