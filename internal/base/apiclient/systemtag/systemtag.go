// Package systemtag marks calls of the emulator's own that may set system tags, which AWS CloudFormation does for stacks, and ECS
// for Express gateway services. Clients may not. The mark is in the context of a call: no request can bring it.
package systemtag

import (
	"context"
	"reflect"
	"slices"
)

// Keys are the system tags that the resources of a stack have (CFN-105), and the one of those that ECS makes for a service: its
// name is a choice.
var Keys = []string{"aws:cloudformation:stack-name", "aws:cloudformation:stack-id", "aws:cloudformation:logical-id", "aws:ecs:serviceArn"}

// marked is the key of a context whose calls may set system tags.
type marked struct{}

// With is a context of calls that may set system tags.
func With(ctx context.Context) context.Context { return context.WithValue(ctx, marked{}, true) }

// May reports whether a call, by its context, may set or remove a tag with a key that only AWS may use.
func May(ctx context.Context, key string) bool {
	return ctx.Value(marked{}) != nil && slices.Contains(Keys, key)
}

// In is how many of the tags in a list of any service are system tags, which none of the most that a request may have are: whether it
// may have them is said elsewhere.
func In(list reflect.Value) (n int) {
	if list.Type().Elem().Kind() != reflect.Struct {
		return 0
	}
	for i := range list.Len() {
		if key, is := keyOf(list.Index(i)); is && slices.Contains(Keys, key) {
			n++
		}
	}
	return n
}

// keyOf is the member Key of a structure.
func keyOf(tag reflect.Value) (key string, is bool) {
	member := tag.FieldByName("Key")
	if !member.IsValid() || member.Type() != reflect.TypeFor[*string]() || member.IsNil() {
		return "", false
	}
	return member.Elem().String(), true
}
