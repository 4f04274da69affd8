package elbv2

import (
	"slices"
	"strings"
)

// Tags of a resource, in order of their keys.
type Tags []Tag

// Tag of a resource.
type Tag struct{ Key, Value string }

// With returns the tags with one more, or with another value of it.
func (t Tags) With(key, value string) Tags {
	tags := slices.Clone(t)
	at, found := slices.BinarySearchFunc(tags, key, func(tag Tag, key string) int { return strings.Compare(tag.Key, key) })
	if found {
		tags[at].Value = value
		return tags
	}
	return slices.Insert(tags, at, Tag{key, value})
}

// Without returns the tags without some.
func (t Tags) Without(keys []string) Tags {
	return slices.DeleteFunc(slices.Clone(t), func(tag Tag) bool { return slices.Contains(keys, tag.Key) })
}
