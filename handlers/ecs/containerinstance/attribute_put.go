package containerinstance

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// PutAttributes puts custom attributes on container instances; one that is there gets the
// new value.
// Source: ECS API reference, PutAttributes.
func (a *API) PutAttributes(ctx context.Context, in *sdk.PutAttributesInput) (*sdk.PutAttributesOutput, error) {
	done, err := a.changeAttributes(ctx, in.Cluster, in.Attributes, func(list []types.Attribute, put types.Attribute) ([]types.Attribute, error) {
		list = withAttributes(list, []types.Attribute{put})
		if customAttributes(list) > maxAttributes {
			return nil, &types.AttributeLimitExceededException{
				Message: aws.String(fmt.Sprintf("A container instance can have at most %d custom attributes.", maxAttributes)),
			}
		}
		return list, nil
	})
	return &sdk.PutAttributesOutput{Attributes: done}, err
}

// DeleteAttributes removes custom attributes from container instances, those that are
// there and, where a value is given, have it.
// Source: ECS API reference, DeleteAttributes.
func (a *API) DeleteAttributes(ctx context.Context, in *sdk.DeleteAttributesInput) (*sdk.DeleteAttributesOutput, error) {
	done, err := a.changeAttributes(ctx, in.Cluster, in.Attributes, func(list []types.Attribute, gone types.Attribute) ([]types.Attribute, error) {
		at, found := findAttribute(list, *gone.Name)
		if !found || gone.Value != nil && *gone.Value != aws.ToString(list[at].Value) {
			return list, nil
		}
		return slices.Delete(slices.Clone(list), at, at+1), nil
	})
	return &sdk.DeleteAttributesOutput{Attributes: done}, err
}

// changeAttributes changes the attributes of container instances, one after the other, and
// returns those of the request with the ARN of their target. Words of the refusals are of
// field reports or, for limits and names, not published.
func (a *API) changeAttributes(ctx context.Context, cluster *string, asked []types.Attribute,
	change func(list []types.Attribute, asked types.Attribute) ([]types.Attribute, error),
) (done []types.Attribute, err error) {
	if err := checkAttributes(asked); err != nil {
		return nil, err
	}
	err = a.UpdateIn(ctx, cluster, func(c kit.InCluster) error {
		done = []types.Attribute{}
		for _, each := range asked {
			target, err := attributeTarget(c, each)
			if err != nil {
				return err
			}
			list, err := change(target.Attributes, each)
			if err != nil {
				return err
			}
			if !sameAttributes(list, target.Attributes) {
				changed := *target
				changed.Attributes = list
				state.PutContainerInstance(c.Tx, &changed, a.Now())
			}
			done = append(done, types.Attribute{
				Name: each.Name, Value: each.Value, TargetId: &target.ARN, TargetType: types.TargetTypeContainerInstance,
			})
		}
		return nil
	})
	return done, err
}

func sameAttributes(a, b []types.Attribute) bool {
	return slices.EqualFunc(a, b, func(x, y types.Attribute) bool {
		return *x.Name == *y.Name && aws.ToString(x.Value) == aws.ToString(y.Value)
	})
}

func checkAttributes(asked []types.Attribute) error {
	switch {
	case len(asked) == 0:
		return kit.InvalidParameter("attributes can not be empty")
	case len(asked) > maxAttributes:
		return kit.InvalidParameter(fmt.Sprintf("attributes can have at most %d items.", maxAttributes))
	}
	for _, each := range asked {
		if err := checkAttribute(each); err != nil {
			return err
		}
		if !customAttribute(*each.Name) {
			return kit.InvalidParameter("Attribute name is reserved: " + *each.Name)
		}
	}
	return nil
}

// attributeTarget is the container instance that an attribute is about: a whole ARN says
// so, an id needs the type. Source: ECS API reference, Attribute.
func attributeTarget(c kit.InCluster, a types.Attribute) (*state.ContainerInstance, error) {
	ref := aws.ToString(a.TargetId)
	switch {
	case ref == "":
		return nil, kit.InvalidParameter("targetId can not be empty.")
	case !arn.Is(ref) && a.TargetType == "":
		return nil, kit.InvalidParameter("targetType can not be empty.")
	}
	id, err := c.InstanceARN(ref)
	if err != nil {
		return nil, err
	}
	instance := state.FindContainerInstance(c.Tx, id)
	if instance == nil || instance.Status == state.InstanceInactive {
		return nil, &types.TargetNotFoundException{Message: aws.String("Could not find " + ref)}
	}
	return instance, nil
}
