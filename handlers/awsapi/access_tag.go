package awsapi

import (
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

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

// addTags adds the keys of tags, which are structures or a map, to those of a request.
func addTags(keys Keys, tags []reflect.Value) bool {
	if len(tags) > 0 && tags[0].Kind() == reflect.String {
		keys["aws:tagkeys"] = policy.Many(combine([]string{""}, textsOf(tags, &templatePart{})))
		return true
	}
	var list []requestTag
	for _, v := range tags {
		if v.Kind() == reflect.Map {
			for _, key := range v.MapKeys() {
				list = append(list, requestTag{key.String(), v.MapIndex(key).String()})
			}
			continue
		}
		list = append(list, requestTag{owned("", textAt("Key", v)), owned("", textAt("Value", v))})
	}
	sorting.By(list, func(a, b requestTag) int { return strings.Compare(a.key, b.key) })
	return TagKeys(keys, list, func(t requestTag) (string, string) { return t.key, t.value })
}

// textAt is the text of a member of a structure, empty if it is absent.
func textAt(member string, v reflect.Value) string {
	values := path{member}.values(v)
	if len(values) == 0 {
		return ""
	}
	return textOf(values[0])
}

type requestTag struct{ key, value string }
