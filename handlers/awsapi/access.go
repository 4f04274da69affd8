package awsapi

import (
	"context"
	"maps"
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/arntemplate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Access is something that a principal wants to do, in the words of policies.
type Access struct {
	Action   string // "ecs:RunTask"
	Resource string // an ARN, or "*"
	// Named is the resource in the text of a refusal, where AWS does not say its ARN (AC13).
	Named string
	// Keys are the condition keys that the request gives the action, by their names in lower case. What follows from the
	// caller, the time and the tags of the resource is not among them.
	Keys Keys
	// Trust is the trust policy of the role that is to be assumed, which must let in who asks; nil: the action is another one.
	// A Source without a document is of a role that does not exist.
	Trust *policy.Source
}

// Keys are condition keys by their names in lower case.
type Keys map[string]policy.Value

// Same reports whether keys are the very same ones, as those of things that a request asks together are.
func (k Keys) Same(other Keys) bool {
	return reflect.ValueOf(k).UnsafePointer() == reflect.ValueOf(other).UnsafePointer()
}

// Authorizer decides whether a caller may do all that it wants. Its error is a [*Denied] for the first that it may not, which
// each protocol puts in AWS's words. The call and what is wanted do not change afterwards, as a decision may be explained later.
type Authorizer func(ctx context.Context, caller *Call, wants []Access) error

// Allow asks whether the call that ctx carries may do something. The front end asks what the row of an operation says
// before its method runs. A method asks for what only it knows: actions of other operations that it does on the way, and the
// resources of an operation that is marked by [Operation.AsksItself].
func Allow(ctx context.Context, action, resource string, keys map[string]string) error {
	if call := callOf(ctx); call == nil || call.Authorize == nil {
		return nil
	}
	wants := Access{Action: action, Resource: resource, Keys: make(Keys, len(keys))}
	for name, text := range keys {
		wants.Keys[strings.ToLower(name)] = policy.Is(text)
	}
	return AllowAll(ctx, []Access{wants})
}

// AllowAll asks whether the call that ctx carries may do all of some things.
func AllowAll(ctx context.Context, wants []Access) error {
	call := callOf(ctx)
	if call == nil || call.Authorize == nil || len(wants) == 0 {
		return nil
	}
	return call.Authorize(ctx, call, wants)
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

// Give adds a condition key to a copy of the keys, which other things may share.
func (a *Access) Give(name string, value policy.Value) {
	a.Keys = maps.Clone(a.Keys)
	if a.Keys == nil {
		a.Keys = Keys{}
	}
	a.Keys[strings.ToLower(name)] = value
}
