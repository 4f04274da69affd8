package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// ListContainerInstances lists the ARNs of container instances in a status, by id, which
// is the emulator's choice. Without a status all are listed but INACTIVE ones.
//
// Source: ECS API reference, ListContainerInstances.
func (a *API) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error) {
	c, err := a.readIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	if aws.ToString(in.Filter) != "" {
		return nil, unsupported("filter")
	}
	var arns []string
	for _, instance := range c.ContainerInstances(c.cluster) {
		if instance.Status != state.InstanceInactive && (in.Status == "" || string(in.Status) == instance.Status) {
			arns = append(arns, instance.ARN)
		}
	}
	arns, next, err := page(arns, func(arn string) string { return arn }, pageQuery{
		Operation: "ListContainerInstances", Scope: c.scope,
		Filters: []string{c.cluster.ARN, aws.ToString(in.Filter), string(in.Status)},
		Size:    sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	return &ecs.ListContainerInstancesOutput{ContainerInstanceArns: listed(arns), NextToken: next}, nil
}
