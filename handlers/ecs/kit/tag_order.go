package kit

import (
	"cmp"
	"slices"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// ListedTags returns tags as ECS lists what it has stored: in the order of a hash table of
// Java, by the bucket of the key (ECS0033).
func ListedTags(tags []types.Tag) []types.Tag {
	buckets := uint32(16)
	for uint32(len(tags)) > buckets/4*3 {
		buckets *= 2
	}
	bucket := func(tag types.Tag) uint32 {
		h := javaHash(aws.ToString(tag.Key))
		return (h ^ h>>16) & (buckets - 1)
	}
	return Listed(sorting.Sorted(slices.Values(tags), func(a, b types.Tag) int {
		return cmp.Compare(bucket(a), bucket(b))
	}))
}

// javaHash is what String.hashCode of Java returns.
func javaHash(s string) uint32 {
	h := uint32(0)
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h
}
