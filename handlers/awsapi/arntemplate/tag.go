package arntemplate

import (
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Tag is a tag of a request.
type Tag struct{ Key, Value string }

// Tags are the tags in the values of a member, by their keys: structures with Key and Value, or maps.
func Tags(values []reflect.Value) []Tag {
	list := make([]Tag, 0, len(values))
	for _, v := range values {
		if v.Kind() == reflect.Map {
			for _, key := range v.MapKeys() {
				list = append(list, Tag{key.String(), v.MapIndex(key).String()})
			}
			continue
		}
		list = append(list, Tag{textAt("Key", v), textAt("Value", v)})
	}
	sorting.By(list, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return list
}

// TagKeys are keys of tags, if the values of a member are those alone.
func TagKeys(values []reflect.Value) []string {
	if len(values) == 0 || values[0].Kind() != reflect.String {
		return nil
	}
	return combine([]string{""}, textsOf(values, &templatePart{}))
}

// textAt is the text of a member of a structure, empty if it is absent. It is in memory of its own.
func textAt(member string, v reflect.Value) string {
	found := v.FieldByName(member)
	if found.Kind() == reflect.Pointer {
		found = found.Elem()
	}
	if found.Kind() != reflect.String { // it is absent
		return ""
	}
	return strings.Clone(found.String())
}
