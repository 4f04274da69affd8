package awsapi

import (
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/arntemplate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Keys are condition keys by their names in lower case.
type Keys map[string]policy.Value

// Same reports whether keys are the very same ones, as they are for all that a request asks together.
func (k Keys) Same(other Keys) bool {
	return reflect.ValueOf(k).UnsafePointer() == reflect.ValueOf(other).UnsafePointer()
}

// TagKeys adds the keys of tags in a request to its keys, and reports whether there are any (AC61).
func TagKeys[T any](keys Keys, tags []T, pair func(T) (key, value string)) bool {
	if len(tags) == 0 {
		return false
	}
	names := make([]string, 0, len(tags))
	for _, t := range tags {
		key, value := pair(t)
		names = append(names, key)
		keys["aws:requesttag/"+strings.ToLower(key)] = policy.Is(value)
	}
	keys["aws:tagkeys"] = policy.Many(names)
	return true
}

// addTags adds the keys of tags, which are structures, a map or keys alone, to the keys of a request.
func addTags(keys Keys, tags []reflect.Value) bool {
	if names := arntemplate.TagKeys(tags); names != nil {
		keys["aws:tagkeys"] = policy.Many(names)
		return true
	}
	return TagKeys(keys, arntemplate.Tags(tags), func(t arntemplate.Tag) (string, string) { return t.Key, t.Value })
}
