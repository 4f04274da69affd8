package kit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ErrReservedTag is for keys that only AWS may use. Its words are those that container
// agents got (ECS0166); what other operations say is not published.
var ErrReservedTag = InvalidParameter("Tag key must not start with aws:")

// CheckTags checks what the service model does not say of tags; see model.Refuse
// for their characters and lengths.
// Source: ECS API reference, Tag; the messages are remembered, not published.
func CheckTags(ctx context.Context, tags []types.Tag) error {
	for i, tag := range tags {
		key := aws.ToString(tag.Key)
		switch {
		case key == "":
			return InvalidParameter("Tag key can not be empty.")
		case tagging.Reserved(ctx, key):
			return ErrReservedTag
		case slices.ContainsFunc(tags[:i], func(t types.Tag) bool { return *t.Key == key }):
			return InvalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	return CheckTagCount(tags)
}

// CheckTagCount counts what users made; the tags that ECS adds do not count.
func CheckTagCount(tags []types.Tag) error {
	if tagging.Own(tags, func(t types.Tag) string { return aws.ToString(t.Key) }) > tagging.Most {
		return InvalidParameter(fmt.Sprintf("The number of tags cannot exceed %d.", tagging.Most))
	}
	return nil
}

// OwnTags copies the tags of a request into memory of their own. The strings of a
// request share memory: a row that keeps a few would hold on to all of it, which
// for a task definition with two tags is 600 bytes.
func OwnTags(tags []types.Tag) []types.Tag {
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
