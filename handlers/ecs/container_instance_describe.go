package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// maxDescribedInstances is how many container instances a call may name.
// Source: ECS API reference, DescribeContainerInstances.
const maxDescribedInstances = 100

// DescribeContainerInstances shows container instances, those included that were
// deregistered a while ago; unknown ones are failures.
func (a *API) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error) {
	if err := checkInstanceCount(len(in.ContainerInstances), maxDescribedInstances); err != nil {
		return nil, err
	}
	c, err := a.readIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeContainerInstancesOutput{ContainerInstances: []types.ContainerInstance{}, Failures: []types.Failure{}}
	now := a.now()
	for _, ref := range in.ContainerInstances {
		id, err := c.instanceARN(ref)
		if err != nil {
			return nil, err
		}
		if instance := c.ContainerInstance(id); instance != nil {
			out.ContainerInstances = append(out.ContainerInstances, describeContainerInstance(c.Tx, instance, in.Include, now))
		} else {
			out.Failures = append(out.Failures, missing(id))
		}
	}
	return out, nil
}
