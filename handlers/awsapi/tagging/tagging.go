// Package tagging lets each service tell which of its resources have tags, for the Resource Groups Tagging API, which asks
// all of them. A service has a method Tagged, and a source for each type of its resources:
//
//	tagging.Of("acm:certificate", acm.List, func(c *acm.Certificate) (string, []tagging.Tag) { return c.ARN, tagging.List(c.Tags, pair) })
package tagging

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type Tag struct{ Key, Value string }

type Resource struct {
	ARN  string
	Tags []Tag // at least one
}

// Source tells of the resources of one type.
type Source struct {
	// Type is the service and the type of resource as they are in ARNs: "ecs:service".
	Type string
	// Resources returns the resources of an account and Region that have tags.
	Resources func(tx *store.Tx, scope arn.Scope) []Resource
}

// Service is one that has resources with tags.
type Service interface{ Tagged() []Source }

// Of is a source over rows. What tell returns no tags of is left out: it has none, or is gone.
func Of[T any](resourceType string, rows func(*store.Tx, arn.Scope) []T, tell func(T) (resourceARN string, tags []Tag)) Source {
	return Source{resourceType, func(tx *store.Tx, scope arn.Scope) (found []Resource) {
		for _, row := range rows(tx, scope) {
			if resourceARN, tags := tell(row); len(tags) > 0 {
				found = append(found, Resource{resourceARN, tags})
			}
		}
		return found
	}}
}

// List makes tags of a service's own.
func List[T any](list []T, pair func(T) (key, value string)) []Tag {
	tags := make([]Tag, 0, len(list))
	for _, t := range list {
		key, value := pair(t)
		tags = append(tags, Tag{key, value})
	}
	return tags
}

// Map makes tags of a map, in order of their keys.
func Map(m map[string]string) []Tag {
	return List(slices.Sorted(maps.Keys(m)), func(key string) (string, string) { return key, m[key] })
}
