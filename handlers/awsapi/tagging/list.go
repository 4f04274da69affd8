package tagging

import (
	"context"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/systemtag"
)

// Most is how many tags a resource may have, in each service. Source: AWS general reference, tag naming limits.
const Most = 50

// System reports whether only AWS uses a key. System tags are none of the Most. Source: as of Most.
func System(key string) bool { return len(key) >= 4 && strings.EqualFold(key[:4], "aws:") }

// Reserved reports whether a key is one that only AWS uses, and that the call is not to: calls for the resources of a stack set
// its system tags (CFN-105).
func Reserved(ctx context.Context, key string) bool { return System(key) && !systemtag.May(ctx, key) }

// Fixed reports whether the tags have one with one of some keys that the call is not to remove.
func Fixed[T any](ctx context.Context, tags []T, key func(T) string, keys []string) bool {
	return slices.ContainsFunc(tags, func(t T) bool { return slices.Contains(keys, key(t)) && Reserved(ctx, key(t)) })
}

// Own is how many tags count for Most.
func Own[T any](tags []T, key func(T) string) (n int) {
	for _, t := range tags {
		if !System(key(t)) {
			n++
		}
	}
	return n
}

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
