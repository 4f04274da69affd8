package kit

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TagsOf are the tags of a resource by key: the order is the emulator's choice.
func TagsOf(tx *store.Tx, scope arn.Scope, id string) []types.Tag {
	tags := []types.Tag{}
	stored := ec2network.FindTags(tx, scope, id)
	if len(stored) == 0 {
		return tags
	}
	for _, key := range slices.Sorted(maps.Keys(stored)) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(stored[key])})
	}
	return tags
}
