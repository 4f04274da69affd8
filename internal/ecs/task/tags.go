package task

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Tags are the tags of a new task: what its definition or service hands down, its own,
// which win, and, where managed, those of ECS. service is empty for a standalone task.
//
// Source: ECS developer guide, tagging resources.
func Tags(handedDown, own []types.Tag, managed bool, cluster, service string) []types.Tag {
	tags := MergeTags(handedDown, own)
	if !managed {
		return tags
	}
	added := []types.Tag{{Key: aws.String("aws:ecs:clusterName"), Value: &cluster}}
	if service != "" {
		added = append(added, types.Tag{Key: aws.String("aws:ecs:serviceName"), Value: &service})
	}
	return MergeTags(tags, added)
}

// MergeTags returns tags with those of added, which win where keys are the same.
func MergeTags(tags, added []types.Tag) []types.Tag {
	merged := slices.Clone(tags)
	for _, tag := range added {
		at := slices.IndexFunc(merged, func(t types.Tag) bool { return *t.Key == *tag.Key })
		if at < 0 {
			merged = append(merged, tag)
		} else {
			merged[at] = tag
		}
	}
	return merged
}
