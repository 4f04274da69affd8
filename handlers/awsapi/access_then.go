package awsapi

import (
	"maps"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Then has a function look over each thing that the templates make of a request, for what they cannot say: the stored ARN of
// an entity (AC47), a name in refusals (AC13). Unlike that of [With] it does not know the input, so that one is for many
// operations. Its keys are those of other things, too: a function gives one by [Access.Give], and names it by May. Of several
// functions each sees what those before it have left.
func (r Row) Then(look func(call Call, a *Access)) Row {
	r.then = append(r.then[:len(r.then):len(r.then)], look)
	return r
}

// Give adds a condition key to a copy of the keys, which other things may share.
func (a *Access) Give(name string, value policy.Value) {
	a.Keys = maps.Clone(a.Keys)
	if a.Keys == nil {
		a.Keys = Keys{}
	}
	a.Keys[strings.ToLower(name)] = value
}

func (r *Row) lookOver(call Call, wants []Access) {
	for i := range wants {
		for _, look := range r.then {
			look(call, &wants[i])
		}
	}
}
