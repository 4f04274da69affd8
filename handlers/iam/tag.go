package iam

import (
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

// check refuses what the constraints of members let through.
func (k tagged) check(tags []types.Tag) error {
	for i, tag := range tags {
		if tagging.Reserved(*tag.Key) {
			// That they are reserved: IAM user guide, tags. The text is the emulator's.
			return invalidInput("Tag key %s is reserved for AWS.", *tag.Key)
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
func (k tagged) merge(there, tags []types.Tag) ([]types.Tag, error) {
	if err := k.check(tags); err != nil {
		return nil, err
	}
	var keys []string
	for _, tag := range tags {
		keys = append(keys, *tag.Key)
	}
	merged := append(k.without(there, keys), tags...)
	if len(merged) > tagging.Most {
		return nil, limitExceeded("The number of tags has reached the maximum limit.") // recorded of one kind (IAM0018)
	}
	sorting.By(merged, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return merged, nil
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
