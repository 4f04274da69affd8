package handler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// System tags, which only a stack sets (CFN-105).
const (
	stackNameTag = "aws:cloudformation:stack-name"
	stackIDTag   = "aws:cloudformation:stack-id"
	logicalIDTag = "aws:cloudformation:logical-id"
)

// TagsOf are the tags of the resource's own property, then the stack's whose keys it has not.
func TagsOf(properties *document.Value, stack []Tag) []Tag {
	tags := PairsOf(properties.Get("Tags"))
	for _, t := range stack {
		if !slices.ContainsFunc(tags, func(own Tag) bool { return own.Key == t.Key }) {
			tags = append(tags, t)
		}
	}
	return tags
}

// PairsOf are keys and values as templates have them: in a list, or in a map.
func PairsOf(v *document.Value) (pairs []Tag) {
	if v == nil {
		return nil
	}
	for _, m := range v.Members {
		pairs = append(pairs, Tag{m.Name, v.TextOf(m.Name)})
	}
	for _, item := range v.Items {
		pairs = append(pairs, Tag{item.TextOf("Key"), item.TextOf("Value")})
	}
	return pairs
}

// AllTags are the tags that a create gives: the resource's, the stack's, and the system's.
func (t *Turn) AllTags() []Tag {
	return append(TagsOf(t.Properties, t.Tags),
		Tag{stackNameTag, t.StackName}, Tag{stackIDTag, t.StackID}, Tag{logicalIDTag, t.LogicalID})
}

// IsOwn reports whether tags are of this stack's resource, of this or an earlier incarnation.
func (r *Request) IsOwn(tags []Tag) bool {
	return slices.Contains(tags, Tag{stackIDTag, r.StackID}) && slices.Contains(tags, Tag{logicalIDTag, r.LogicalID})
}

// OwnTags are those that IsOwn looks for, for filters.
func (r *Request) OwnTags() []Tag { return []Tag{{stackIDTag, r.StackID}, {logicalIDTag, r.LogicalID}} }

// change has a resource get the tags that are new in an update, and lose those that are not there any more.
func (g *Tagging) change(t *Turn) error {
	before, now := TagsOf(t.Previous, t.PreviousTags), TagsOf(t.Properties, t.Tags)
	var gone []string
	for _, old := range before {
		if !slices.ContainsFunc(now, func(n Tag) bool { return n.Key == old.Key }) {
			gone = append(gone, old.Key)
		}
	}
	if len(gone) > 0 {
		if err := g.Untag(t, gone); err != nil {
			return err
		}
	}
	now = slices.DeleteFunc(now, func(n Tag) bool { return slices.Contains(before, n) })
	if len(now) == 0 {
		return nil
	}
	return g.Tag(t, now)
}

// Tags writes tags as a service has them.
func Tags[T any](tags []Tag, as func(key, value *string) T) []T {
	made := make([]T, len(tags))
	for i, t := range tags {
		made[i] = as(&t.Key, &t.Value)
	}
	return made
}

// ReadTags reads tags of a service, as Found wants them.
func ReadTags[T any](list []T, pair func(T) (key, value *string)) []Tag {
	tags := make([]Tag, 0, len(list))
	for _, t := range list {
		if key, value := pair(t); key != nil && value != nil {
			tags = append(tags, Tag{*key, *value})
		}
	}
	return tags
}
