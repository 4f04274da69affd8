package kit

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ListedTags returns tags as ECS lists what it has stored: in the order of a hash table of
// Java, by the bucket of the key (ECS0033).
func ListedTags(tags []types.Tag) []types.Tag {
	return Listed(hashorder.By(tags, func(t types.Tag) string { return aws.ToString(t.Key) }))
}
