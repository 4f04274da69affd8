package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/task"
)

// maxTags is how many tags a resource has. Source: ECS API reference, Tag.
const maxTags = 50

// TagResource adds tags to a resource; a key that is there gets the new value.
func (a *API) TagResource(ctx context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(in.Tags, func(tag types.Tag) bool { return tag.Value == nil }) {
		return nil, nullTagValue(aws.ToString(in.ResourceArn))
	}
	err := a.changeTags(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		merged := task.MergeTags(tags, in.Tags)
		return merged, checkTagCount(merged)
	})
	if err != nil {
		return nil, err
	}
	return &ecs.TagResourceOutput{}, nil
}

// nullTagValue is for tags without a value; only task definitions answer it as
// ClientException (ECS0028).
func nullTagValue(resource string) error {
	const message = "Tag value can not be null."
	if parsed, ok := arn.Parse(resource); ok && parsed.Type == "task-definition" {
		return clientError(message)
	}
	return invalidParameter(message)
}

// UntagResource removes tags from a resource; keys that are not there are ignored.
func (a *API) UntagResource(ctx context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	if slices.ContainsFunc(in.TagKeys, reservedKey) {
		return nil, errReservedTag
	}
	err := a.changeTags(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		return slices.DeleteFunc(slices.Clone(tags), func(tag types.Tag) bool {
			return slices.Contains(in.TagKeys, aws.ToString(tag.Key))
		}), nil
	})
	if err != nil {
		return nil, err
	}
	return &ecs.UntagResourceOutput{}, nil
}

// ListTagsForResource lists the tags of a resource.
func (a *API) ListTagsForResource(ctx context.Context, in *ecs.ListTagsForResourceInput) (*ecs.ListTagsForResourceOutput, error) {
	scope, err := a.scope(ctx)
	if err != nil {
		return nil, err
	}
	tagged, err := taggedResource(a.store.Read(), scope, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ecs.ListTagsForResourceOutput{Tags: listedTags(tagged.tags)}, nil
}

func (a *API) changeTags(ctx context.Context, ref *string, change func([]types.Tag) ([]types.Tag, error)) error {
	scope, err := a.scope(ctx)
	if err != nil {
		return err
	}
	return a.store.Update(func(tx *state.Tx) error {
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
func taggedResource(tx *state.Tx, scope arn.Scope, ref *string) (tagged, error) {
	parsed, ok := arn.Parse(aws.ToString(ref))
	if !ok || parsed.Service != "ecs" {
		return tagged{}, invalidParameter("The ARN provided is invalid.")
	}
	if err := checkRegion(scope, parsed); err != nil {
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
	case "capacity-provider", "daemon", "daemon-task-definition", "gateway", "task-set":
		return tagged{}, notBuilt("tags of a " + noun(parsed.Type))
	default:
		return tagged{}, invalidParameter("The ARN provided is invalid.")
	}
}

// noun makes words of a resource type: "task definition".
func noun(resourceType string) string { return strings.ReplaceAll(resourceType, "-", " ") }

func taggedCluster(tx *state.Tx, ref string) (tagged, error) {
	old := tx.Cluster(ref)
	switch {
	case old == nil:
		return tagged{}, errClusterNotFound
	case !old.Active():
		// Source: field reports; Terraform's AWS provider matches this sentence.
		return tagged{}, invalidParameter("The specified cluster is inactive. Specify an active cluster and try again.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		cluster := *old
		cluster.Tags = tags
		tx.PutCluster(&cluster)
	}}, nil
}

// errShortARN is for ARNs without a cluster. Source: field reports.
var errShortARN = invalidParameter("Long arn format must be used for tagging operations")

func taggedService(tx *state.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	old := tx.Service(ref)
	if old == nil || old.Status() == state.ServiceInactive {
		return tagged{}, invalidParameter("The specified service is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		service := old.Clone()
		service.Tags = tags
		tx.PutService(service)
	}}, nil
}

func taggedContainerInstance(tx *state.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	old := tx.ContainerInstance(ref)
	if old == nil || old.Status == state.InstanceInactive {
		return tagged{}, invalidParameter("The specified container instance is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) { tx.PutContainerInstanceTags(old.ARN, tags) }}, nil
}

func taggedTask(tx *state.Tx, parsed arn.ARN, ref string) (tagged, error) {
	if len(parsed.Resource) < 2 {
		return tagged{}, errShortARN
	}
	task := tx.Task(ref)
	if task == nil {
		return tagged{}, invalidParameter("The specified task is not found.")
	}
	if task.Ended() { // ECS0064
		return tagged{}, invalidParameter("The specified task is stopped. Specify a running task and try again.")
	}
	return tagged{task.Tags, func(tags []types.Tag) { tx.PutTaskTags(task.ARN, tags) }}, nil
}

func taggedTaskDefinition(tx *state.Tx, scope arn.Scope, ref string) (tagged, error) {
	old, err := taskDefinition(tx, scope, ref)
	if err != nil {
		return tagged{}, err
	}
	if old == nil {
		return tagged{}, clientError("The specified task definition is not found.")
	}
	return tagged{old.Tags, func(tags []types.Tag) {
		tx.PutTaskDefinitionTags(old, tags)
	}}, nil
}

// errReservedTag is for keys that only AWS may use. Its words are those that container
// agents got (ECS0166); what other operations say is not published.
var errReservedTag = invalidParameter("Tag key must not start with aws:")

// checkTags checks what the service model does not say of tags; see model.Refuse
// for their characters and lengths.
// Source: ECS API reference, Tag; the messages are remembered, not published.
func checkTags(tags []types.Tag) error {
	for i, tag := range tags {
		key := aws.ToString(tag.Key)
		switch {
		case key == "":
			return invalidParameter("Tag key can not be empty.")
		case reservedKey(key):
			return errReservedTag
		case slices.ContainsFunc(tags[:i], func(t types.Tag) bool { return *t.Key == key }):
			return invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	return checkTagCount(tags)
}

// checkTagCount counts what users made; the tags that ECS adds do not count.
func checkTagCount(tags []types.Tag) error {
	own := 0
	for _, tag := range tags {
		if !reservedKey(aws.ToString(tag.Key)) {
			own++
		}
	}
	if own > maxTags {
		return invalidParameter(fmt.Sprintf("The number of tags cannot exceed %d.", maxTags))
	}
	return nil
}

func reservedKey(key string) bool { return len(key) >= 4 && strings.EqualFold(key[:4], "aws:") }

// ownTags copies the tags of a request into memory of their own. The strings of a
// request share memory: a row that keeps a few would hold on to all of it, which
// for a task definition with two tags is 600 bytes.
func ownTags(tags []types.Tag) []types.Tag {
	size := 0
	for _, tag := range tags {
		size += len(aws.ToString(tag.Key)) + len(aws.ToString(tag.Value))
	}
	var text strings.Builder
	text.Grow(size)
	strs := make([]string, 0, 2*len(tags))
	own := func(s *string) *string {
		if s == nil {
			return nil
		}
		start := text.Len()
		text.WriteString(*s)
		strs = append(strs, text.String()[start:])
		return &strs[len(strs)-1]
	}
	copied := slices.Clone(tags)
	for i := range copied {
		copied[i].Key, copied[i].Value = own(tags[i].Key), own(tags[i].Value)
	}
	return copied
}
