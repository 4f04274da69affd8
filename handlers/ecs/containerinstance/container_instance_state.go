package containerinstance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxChangedInstances is how many container instances change with one call.
// Source: ECS API reference, UpdateContainerInstancesState.
const maxChangedInstances = 10

// errManaged refuses a change of a container instance that ECS manages: it alone drains and ends them. That users cannot change them is
// of the ECS developer guide, Amazon ECS Managed Instances; which operations are refused, and the words, are a choice.
var errManaged = kit.InvalidParameter("The container instance is one of Amazon ECS Managed Instances, which ECS alone changes.")

// UpdateContainerInstancesState lets container instances drain, or take tasks again. What
// becomes of the tasks of services is the scheduler's work; others stay.
//
// Source: ECS API reference, UpdateContainerInstancesState; field reports for the words.
// That an INACTIVE one is a failure with that reason is the emulator's own.
func (a *API) UpdateContainerInstancesState(ctx context.Context, in *sdk.UpdateContainerInstancesStateInput) (*sdk.UpdateContainerInstancesStateOutput, error) {
	if in.Status != types.ContainerInstanceStatusActive && in.Status != types.ContainerInstanceStatusDraining {
		return nil, kit.InvalidParameter("Container instance status should be one of [ACTIVE, DRAINING]")
	}
	if err := kit.CheckInstanceCount(len(in.ContainerInstances), maxChangedInstances); err != nil {
		return nil, err
	}
	out := &sdk.UpdateContainerInstancesStateOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		out.ContainerInstances, out.Failures = []types.ContainerInstance{}, []types.Failure{}
		now := a.Now()
		for _, ref := range in.ContainerInstances {
			id, err := c.InstanceARN(ref)
			if err != nil {
				return err
			}
			old := state.FindContainerInstance(c.Tx, id)
			switch {
			case old == nil:
				out.Failures = append(out.Failures, kit.Missing(id))
				continue
			case old.Status == state.InstanceInactive:
				out.Failures = append(out.Failures, types.Failure{Arn: &id, Reason: aws.String("INACTIVE")})
				continue
			case old.LaunchType == types.LaunchTypeManagedInstances:
				return errManaged
			}
			instance := *old
			if instance.Status = string(in.Status); instance.Status != old.Status {
				if instance.Status == state.InstanceDraining {
					instance.DrainedAt, instance.DrainedBy = now, awsapi.FromContext(ctx).Principal()
				}
				state.PutContainerInstance(c.Tx, &instance, now)
			}
			out.ContainerInstances = append(out.ContainerInstances, describeContainerInstance(c.Tx, &instance, nil, now))
		}
		return nil
	})
	return out, err
}
