package awsapi

import (
	"context"
	"maps"
	"strings"

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

// Give adds a condition key to a copy of the keys, which other things may share.
func (a *Access) Give(name string, value policy.Value) {
	a.Keys = maps.Clone(a.Keys)
	if a.Keys == nil {
		a.Keys = Keys{}
	}
	a.Keys[strings.ToLower(name)] = value
}
