package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// tagged is a kind of entity with tags. Keys of the tags of roles and users are the same in any
// case, and of other tags not (IAM0006; IAM user guide, tags).
type tagged struct{ fold bool }

var (
	taggedRole            = tagged{fold: true}
	taggedUser            = tagged{fold: true}
	taggedPolicy          = tagged{}
	taggedInstanceProfile = tagged{}
	taggedProvider        = tagged{}
)

func (k tagged) same(a, b string) bool { return a == b || k.fold && strings.EqualFold(a, b) }

// reserved refuses a key. That it is reserved: IAM user guide, tags. The text is the emulator's.
func reserved(key string) error { return invalidInput("Tag key %s is reserved for AWS.", key) }

// check refuses what the constraints of members let through.
func (k tagged) check(ctx context.Context, tags []types.Tag) error {
	for i, tag := range tags {
		if tagging.Reserved(ctx, *tag.Key) {
			return reserved(*tag.Key)
		}
		for _, other := range tags[:i] {
			switch {
			case !k.same(*tag.Key, *other.Key):
			case k.fold:
				return invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
			default:
				return invalidInput("Duplicate tag keys found.")
			}
		}
	}
	return nil
}

// merge adds tags to what is there, and replaces those with the same keys. The result is
// in order of the keys, as lists of tags are (IAM0006).
func (k tagged) merge(ctx context.Context, there, tags []types.Tag) ([]types.Tag, error) {
	if err := k.check(ctx, tags); err != nil {
		return nil, err
	}
	var keys []string
	for _, tag := range tags {
		keys = append(keys, *tag.Key)
	}
	merged := append(k.without(there, keys), tags...)
	if tagging.Own(merged, func(t types.Tag) string { return *t.Key }) > tagging.Most {
		return nil, limitExceeded("The number of tags has reached the maximum limit.") // recorded of one kind (IAM0018)
	}
	sorting.By(merged, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return merged, nil
}

// remove takes the tags of some keys away from what is there.
func (k tagged) remove(ctx context.Context, there []types.Tag, keys []string) ([]types.Tag, error) {
	if tagging.Fixed(ctx, there, func(t types.Tag) string { return *t.Key }, keys) {
		return nil, reserved("aws:")
	}
	return k.without(there, keys), nil
}

// without returns a copy without the tags of some keys.
func (k tagged) without(tags []types.Tag, keys []string) []types.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(tag types.Tag) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return k.same(key, *tag.Key) })
	})
}

// someTags are tags in the answers that have no empty list of them (IAM0001, IAM0013).
func someTags(tags []types.Tag) []types.Tag {
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// tagPage is the answer's part of every list of tags.
func tagPage(tags []types.Tag, marker *string, maxItems *int32) ([]types.Tag, bool, *string, error) {
	return pageOf(tags, func(tag types.Tag) string { return *tag.Key }, marker, maxItems)
}

// noTags refuses a request without tags or keys, as was recorded of TagUser and of providers (IAM0013, IAM0018); the text
// is the emulator's.
func noTags() error { return invalidInput("The request names no tags.") }
