package kit

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
)

// How many tags a resource may have, and how many characters a key and a value. Source:
// EC2 user guide, tag restrictions.
const (
	MaxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// ErrTooManyTags refuses a 51st tag.
var ErrTooManyTags = Refuse("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")

// CheckTagSpecifications refuses tags of what an operation does not make. Source of the
// texts: field reports.
func CheckTagSpecifications(ctx context.Context, specifications []types.TagSpecification, kinds ...types.ResourceType) error {
	for _, s := range specifications {
		if !slices.Contains(kinds, s.ResourceType) {
			return Refuse("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", s.ResourceType)
		}
		if len(s.Tags) == 0 {
			return Refuse("InvalidParameterValue", "Tag specification must have at least one tag")
		}
		if err := CheckTags(ctx, s.Tags); err != nil {
			return err
		}
	}
	return nil
}

// TagsFor are the tags for the one kind of resource that an operation makes.
func TagsFor(ctx context.Context, kind types.ResourceType, specifications []types.TagSpecification) (map[string]string, error) {
	if err := CheckTagSpecifications(ctx, specifications, kind); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, s := range specifications {
		for _, tag := range s.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	return tags, nil
}

// CheckTags refuses tags that EC2 does not set.
func CheckTags(ctx context.Context, tags []types.Tag) error {
	keys := map[string]bool{}
	for _, tag := range tags {
		key := aws.ToString(tag.Key)
		if keys[key] { // Source: field reports
			return Refuse("InvalidParameterValue", "Duplicate tag key '%s' specified.", key)
		}
		keys[key] = true
		if why := wrongTag(ctx, aws.ToString(tag.Key), aws.ToString(tag.Value)); why != "" {
			return Refuse("InvalidParameterValue", "%s", why)
		}
	}
	if tagging.Own(tags, func(t types.Tag) string { return aws.ToString(t.Key) }) > MaxTags {
		return ErrTooManyTags
	}
	return nil
}

// ReservedTags is why a tag of AWS cannot be changed.
const ReservedTags = "Tag keys starting with 'aws:' are reserved for internal use"

// OwnTags is how many tags count. Source: EC2 user guide, tag restrictions.
func OwnTags(tags map[string]string) (n int) {
	for key := range tags {
		if !tagging.System(key) {
			n++
		}
	}
	return n
}

// wrongTag says why a tag cannot be set. Source of the texts: field reports, but for the
// empty key, whose text is the emulator's.
func wrongTag(ctx context.Context, key, value string) string {
	switch {
	case key == "":
		return "Tag key cannot be empty"
	case tagging.Reserved(ctx, key):
		return ReservedTags
	case utf8.RuneCountInString(key) > maxTagKey:
		return fmt.Sprintf("Tag key exceeds the maximum length of %d characters", maxTagKey)
	case utf8.RuneCountInString(value) > maxTagValue:
		return fmt.Sprintf("Tag value exceeds the maximum length of %d characters", maxTagValue)
	}
	return ""
}
