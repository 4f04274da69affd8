package elasticloadbalancingv2

import "slices"

// Tags of a resource, in the order in which they came (ELB0001).
type Tags []Tag

type Tag struct{ Key, Value string }

// With returns the tags with one more, or with another value of it.
func (t Tags) With(key, value string) Tags {
	tags := slices.Clone(t)
	at := slices.IndexFunc(tags, func(tag Tag) bool { return tag.Key == key })
	if at >= 0 {
		tags[at].Value = value
		return tags
	}
	return append(tags, Tag{key, value})
}

// Without returns the tags without some.
func (t Tags) Without(keys []string) Tags {
	return slices.DeleteFunc(slices.Clone(t), func(tag Tag) bool { return slices.Contains(keys, tag.Key) })
}
