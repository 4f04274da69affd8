package tagging

import (
	"slices"
	"strings"
)

// Most is how many tags a resource may have, in each service. Source: AWS general reference, tag naming limits.
const Most = 50

// Reserved reports whether only AWS may use a key. Source: as of Most.
func Reserved(key string) bool { return len(key) >= 4 && strings.EqualFold(key[:4], "aws:") }

// With is a copy of a service's own tags with more of them, each in the place of the one with its key, or behind all
// others.
func With[T any](tags []T, key func(T) string, more ...T) []T {
	tags = slices.Clone(tags)
	for _, t := range more {
		if at := slices.IndexFunc(tags, func(old T) bool { return key(old) == key(t) }); at >= 0 {
			tags[at] = t
		} else {
			tags = append(tags, t)
		}
	}
	return tags
}

// Without is a copy of tags without those with some keys. Keys that are not there are no error in any service.
func Without[T any](tags []T, key func(T) string, keys []string) []T {
	return slices.DeleteFunc(slices.Clone(tags), func(t T) bool { return slices.Contains(keys, key(t)) })
}
