package servicediscovery

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// UpdateInstanceCustomHealthStatus changes the custom status of an instance, at once or when HealthDelay is over.
func (a *API) UpdateInstanceCustomHealthStatus(ctx context.Context, in *sdk.UpdateInstanceCustomHealthStatusInput) (*sdk.UpdateInstanceCustomHealthStatusOutput, error) {
	return &sdk.UpdateInstanceCustomHealthStatusOutput{}, a.Store.Update(func(tx *store.Tx) error {
		s, i, err := instance(ctx, tx, *in.ServiceId, *in.InstanceId)
		if err != nil {
			return err
		}
		if !s.CustomHealthCheck {
			return &types.CustomHealthNotFound{Message: awsapi.Textf("Service %s has no HealthCheckCustomConfig.", s.ID())}
		}
		if a.HealthDelay == 0 {
			servicediscovery.SetHealth(tx, s.ARN, i.ID, types.HealthStatus(in.Status))
			return nil
		}
		servicediscovery.AskHealth(tx, s.ARN, i.ID, types.HealthStatus(in.Status), a.Now().Add(a.HealthDelay))
		return nil
	})
}

// GetInstancesHealthStatus answers the status of some or all instances of a service.
func (a *API) GetInstancesHealthStatus(ctx context.Context, in *sdk.GetInstancesHealthStatusInput) (*sdk.GetInstancesHealthStatusOutput, error) {
	tx := a.Store.Read()
	s, err := service(ctx, tx, *in.ServiceId)
	if err != nil {
		return nil, err
	}
	var all []*servicediscovery.Instance
	for _, id := range slices.Compact(slices.Sorted(slices.Values(in.Instances))) {
		i := servicediscovery.FindInstance(tx, s.ARN, id)
		if i == nil {
			return nil, instanceNotFound(id)
		}
		all = append(all, i)
	}
	if in.Instances == nil {
		all = servicediscovery.Instances(tx, s.ARN)
	}
	part, next, err := cut(all, idOfInstance, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetInstancesHealthStatusOutput{Status: map[string]types.HealthStatus{}, NextToken: next}
	for _, i := range part {
		out.Status[i.ID] = s.HealthOf(i)
	}
	return out, nil
}
