package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	tasksets "github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// TagResource adds tags to a resource; a key that is there gets the new value.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(in.Tags, func(tag types.Tag) bool { return tag.Value == nil }) {
		return nil, nullTagValue(aws.ToString(in.ResourceArn))
	}
	err := a.changeTags(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		merged := task.MergeTags(tags, in.Tags)
		return merged, kit.CheckTagCount(merged)
	})
	return &sdk.TagResourceOutput{}, err
}

// nullTagValue is for tags without a value; only task definitions answer it as
// ClientException (ECS0028).
func nullTagValue(resource string) error {
	const message = "Tag value can not be null."
	if parsed, ok := arn.Parse(resource); ok && parsed.Type == "task-definition" {
		return kit.ClientError(message)
	}
	return kit.InvalidParameter(message)
}

// UntagResource removes tags from a resource; keys that are not there are ignored.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	if slices.ContainsFunc(in.TagKeys, func(key string) bool { return tagging.Reserved(ctx, key) }) {
		return nil, kit.ErrReservedTag
	}
	err := a.changeTags(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		return slices.DeleteFunc(slices.Clone(tags), func(tag types.Tag) bool {
			return slices.Contains(in.TagKeys, aws.ToString(tag.Key))
		}), nil
	})
	return &sdk.UntagResourceOutput{}, err
}

func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, in.ResourceArn); err != nil {
		return nil, err
	}
	tagged, err := taggedResource(a.Store.Read(), scope, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &sdk.ListTagsForResourceOutput{Tags: kit.ListedTags(tagged.tags)}, nil
}

func (a *API) changeTags(ctx context.Context, ref *string, change func([]types.Tag) ([]types.Tag, error)) error {
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, ref); err != nil {
		return err
	}
	return a.Store.Update(func(tx *store.Tx) error {
		tagged, err := taggedResource(tx, scope, ref)
		if err != nil {
			return err
		}
		tags, err := change(tagged.tags)
		if err != nil {
			return err
		}
		tagged.put(tags)
		return nil
	})
}

// tagged is a resource as the tag operations see it.
type tagged struct {
	tags []types.Tag
	put  func([]types.Tag)
}

// taggedResource finds what an ARN refers to. What is of another account or partition is
// not found. The words for missing resources other than clusters are not published.
func taggedResource(tx *store.Tx, scope arn.Scope, ref *string) (tagged, error) {
	parsed, ok := arn.Parse(aws.ToString(ref))
	if !ok || parsed.Service != "ecs" {
		return tagged{}, kit.InvalidParameter("The ARN provided is invalid.")
	}
	if err := kit.CheckRegion(scope, parsed); err != nil {
		return tagged{}, err
	}
	id := *ref
	if !scope.Owns(parsed) {
		id = "" // no row has it
	}
	switch parsed.Type {
	case "cluster":
		return taggedCluster(tx, id)
	case "service":
		return taggedService(tx, parsed, id)
	case "task":
		return taggedTask(tx, parsed, id)
	case "task-definition":
		return taggedTaskDefinition(tx, scope, *ref)
	case "container-instance":
		return taggedContainerInstance(tx, parsed, id)
	case "capacity-provider":
		return taggedCapacityProvider(tx, scope, id)
	case "task-set":
		return taggedTaskSet(tx, id)
	case "daemon":
		return taggedDaemon(tx, id)
	case "daemon-task-definition":
		return taggedDaemonDefinition(tx, id)
	case "gateway":
		return taggedGateway(tx, id)
	default:
		return tagged{}, kit.InvalidParameter("The ARN provided is invalid.")
	}
}

func taggedCluster(tx *store.Tx, ref string) (tagged, error) {
	old := state.Clusters.Get(tx, ref)
	switch {
	case old == nil:
		return tagged{}, kit.ErrClusterNotFound
	case !old.Active():
		// Source: field reports; Terraform's AWS provider matches this sentence.
		return tagged{}, kit.InvalidParameter("The specified cluster is inactive. Specify an active cluster and try again.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		cluster := *old
		cluster.Tags = tags
		state.Clusters.Put(tx, &cluster)
	}}, nil
}

// errShortARN is for ARNs without a cluster. Source: field reports.
var errShortARN = kit.InvalidParameter("Long arn format must be used for tagging operations")

func taggedService(tx *store.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	old := state.FindService(tx, ref)
	if old == nil || old.Status() == state.ServiceInactive {
		return taggedExpress(tx, ref)
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		service := old.Clone()
		service.Tags = tags
		state.PutService(tx, service)
	}}, nil
}

// taggedExpress finds an Express gateway service that ECS is yet to make: it makes it with these tags.
func taggedExpress(tx *store.Tx, ref string) (tagged, error) {
	old := express.Find(tx, ref)
	if old == nil || old.Status(tx) != types.ExpressGatewayServiceStatusCodeActive {
		return tagged{}, kit.InvalidParameter("The specified service is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		service := *old
		service.Tags = tags
		express.Put(tx, &service)
	}}, nil
}

func taggedDaemon(tx *store.Tx, ref string) (tagged, error) {
	old := daemon.Find(tx, ref)
	if old == nil {
		return tagged{}, kit.InvalidParameter("The specified daemon is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		d := *old
		d.Tags = tags
		daemon.Put(tx, &d)
	}}, nil
}

func taggedDaemonDefinition(tx *store.Tx, ref string) (tagged, error) {
	old := daemon.FindDefinition(tx, ref)
	if old == nil {
		return tagged{}, kit.InvalidParameter("The specified daemon task definition is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		d := *old
		d.Tags = tags
		daemon.PutDefinition(tx, &d)
	}}, nil
}

func taggedTaskSet(tx *store.Tx, ref string) (tagged, error) {
	old := tasksets.Find(tx, ref)
	if old == nil {
		return tagged{}, kit.InvalidParameter("The specified task set is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		set := old.Clone()
		set.Tags = tags
		tasksets.Put(tx, set)
	}}, nil
}

func taggedContainerInstance(tx *store.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	old := state.FindContainerInstance(tx, ref)
	if old == nil || old.Status == state.InstanceInactive {
		return tagged{}, kit.InvalidParameter("The specified container instance is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) { state.PutContainerInstanceTags(tx, old.ARN, tags) }}, nil
}

func taggedCapacityProvider(tx *store.Tx, scope arn.Scope, ref string) (tagged, error) {
	old := capacityprovider.Providers.Find(tx, scope, arn.Name(ref))
	if !old.Active() || old.ARN != ref { // FARGATE and FARGATE_SPOT have no tags
		return tagged{}, kit.InvalidParameter("The specified capacity provider is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		p := *old
		p.Tags = tags
		capacityprovider.Providers.Put(tx, &p)
	}}, nil
}

func taggedGateway(tx *store.Tx, ref string) (tagged, error) {
	old := gateway.Find(tx, ref)
	if old == nil {
		return tagged{}, kit.InvalidParameter("The specified gateway is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		g := *old
		g.Tags = tags
		gateway.Put(tx, &g)
	}}, nil
}

func taggedTask(tx *store.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	task := state.FindTask(tx, ref)
	if task == nil {
		return tagged{}, kit.InvalidParameter("The specified task is not found.")
	}
	if task.Ended() { // ECS0064
		return tagged{}, kit.InvalidParameter("The specified task is stopped. Specify a running task and try again.")
	}
	return tagged{task.Tags, func(tags []types.Tag) { state.PutTaskTags(tx, task.ARN, tags) }}, nil
}

func taggedTaskDefinition(tx *store.Tx, scope arn.Scope, ref string) (tagged, error) {
	old, err := kit.FindTaskDefinition(tx, scope, ref)
	if err != nil {
		return tagged{}, err
	}
	if old == nil {
		return tagged{}, kit.ClientError("The specified task definition is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		taskdefinition.PutTags(tx, old, tags)
	}}, nil
}
