package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
	matches, err := c.instanceFilter(aws.ToString(in.Filter))
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, instance := range c.ContainerInstances(c.cluster) {
		if instance.Status != state.InstanceInactive && (in.Status == "" || string(in.Status) == instance.Status) && matches(instance) {
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

// instanceFilter tells which container instances a filter lets pass, an expression of the
// cluster query language. Words of the refusal are the emulator's own.
func (c inCluster) instanceFilter(filter string) (func(*state.ContainerInstance) bool, error) {
	if filter == "" {
		return func(*state.ContainerInstance) bool { return true }, nil
	}
	expression, err := query.Parse(filter)
	if err != nil {
		return nil, invalidParameter(err.Error())
	}
	return func(instance *state.ContainerInstance) bool { return expression.Match(query.Of(c.Tx, instance)) }, nil
}
