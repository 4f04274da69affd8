package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// ListAttributes lists the attributes of the container instances of a cluster, built-in
// ones included, by the id of the container instance and their name.
// Source: ECS API reference, ListAttributes; the order is the emulator's choice.
func (a *API) ListAttributes(ctx context.Context, in *ecs.ListAttributesInput) (*ecs.ListAttributesOutput, error) {
	c, err := a.readIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	name, value := aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue)
	if value != "" && name == "" {
		return nil, invalidParameter("attributeName can not be empty when attributeValue is specified.") // not published
	}
	var found []types.Attribute
	for _, instance := range c.ContainerInstances(c.cluster) {
		if instance.Status == state.InstanceInactive {
			continue
		}
		for _, each := range instance.Attributes {
			if (name == "" || *each.Name == name) && (value == "" || aws.ToString(each.Value) == value) {
				found = append(found, types.Attribute{
					Name: each.Name, Value: each.Value, TargetId: &instance.ARN, TargetType: types.TargetTypeContainerInstance,
				})
			}
		}
	}
	found, next, err := page(found, func(a types.Attribute) string { return *a.TargetId + "\x00" + *a.Name }, pageQuery{
		Operation: "ListAttributes", Scope: c.scope, Filters: []string{c.cluster.ARN, name, value},
		Size: sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	return &ecs.ListAttributesOutput{Attributes: listed(found), NextToken: next}, nil
}
