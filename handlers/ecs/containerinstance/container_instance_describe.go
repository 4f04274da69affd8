package containerinstance

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxDescribedInstances is how many container instances a call may name.
// Source: ECS API reference, DescribeContainerInstances.
const maxDescribedInstances = 100

// DescribeContainerInstances shows container instances, those included that were
// deregistered a while ago; unknown ones are failures.
func (a *API) DescribeContainerInstances(ctx context.Context, in *sdk.DescribeContainerInstancesInput) (*sdk.DescribeContainerInstancesOutput, error) {
	if err := kit.CheckInstanceCount(len(in.ContainerInstances), maxDescribedInstances); err != nil {
		return nil, err
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeContainerInstancesOutput{ContainerInstances: []types.ContainerInstance{}, Failures: []types.Failure{}}
	now := a.Now()
	for _, ref := range in.ContainerInstances {
		id, err := c.InstanceARN(ref)
		if err != nil {
			return nil, err
		}
		if instance := state.FindContainerInstance(c.Tx, id); instance != nil {
			out.ContainerInstances = append(out.ContainerInstances, describeContainerInstance(c.Tx, instance, in.Include, now))
		} else {
			out.Failures = append(out.Failures, kit.Missing(id))
		}
	}
	return out, nil
}
