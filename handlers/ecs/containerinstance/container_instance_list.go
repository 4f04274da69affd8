package containerinstance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ListContainerInstances lists the ARNs of container instances in a status, by id, which
// is the emulator's choice. Without a status all are listed but INACTIVE ones.
//
// Source: ECS API reference, ListContainerInstances.
func (a *API) ListContainerInstances(ctx context.Context, in *sdk.ListContainerInstancesInput) (*sdk.ListContainerInstancesOutput, error) {
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	matches, err := instanceFilter(c, aws.ToString(in.Filter))
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, instance := range state.ContainerInstances(c.Tx, c.Cluster) {
		if instance.Status != state.InstanceInactive && (in.Status == "" || string(in.Status) == instance.Status) && matches(instance) {
			arns = append(arns, instance.ARN)
		}
	}
	arns, next, err := kit.Page(arns, func(arn string) string { return arn }, kit.PageQuery{
		Operation: "ListContainerInstances", Scope: c.Scope,
		Filters: []string{c.Cluster.ARN, aws.ToString(in.Filter), string(in.Status)},
		Size:    kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListContainerInstancesOutput{ContainerInstanceArns: kit.Listed(arns), NextToken: next}, err
}

// instanceFilter tells which container instances a filter lets pass, an expression of the
// cluster query language. Words of the refusal are the emulator's own.
func instanceFilter(c kit.InCluster, filter string) (func(*state.ContainerInstance) bool, error) {
	if filter == "" {
		return func(*state.ContainerInstance) bool { return true }, nil
	}
	expression, err := query.Parse(filter)
	if err != nil {
		return nil, kit.InvalidParameter(err.Error())
	}
	return func(instance *state.ContainerInstance) bool { return expression.Match(query.Of(c.Tx, instance)) }, nil
}
