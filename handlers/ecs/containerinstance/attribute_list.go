package containerinstance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ListAttributes lists the attributes of the container instances of a cluster, built-in
// ones included, by the id of the container instance and their name.
// Source: ECS API reference, ListAttributes; the order is the emulator's choice.
func (a *API) ListAttributes(ctx context.Context, in *sdk.ListAttributesInput) (*sdk.ListAttributesOutput, error) {
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	name, value := aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue)
	if value != "" && name == "" {
		return nil, kit.InvalidParameter("attributeName can not be empty when attributeValue is specified.") // not published
	}
	var found []types.Attribute
	for _, instance := range state.ContainerInstances(c.Tx, c.Cluster) {
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
	found, next, err := kit.Page(found, func(a types.Attribute) string { return *a.TargetId + "\x00" + *a.Name }, kit.PageQuery{
		Operation: "ListAttributes", Scope: c.Scope, Filters: []string{c.Cluster.ARN, name, value},
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListAttributesOutput{Attributes: kit.Listed(found), NextToken: next}, err
}
