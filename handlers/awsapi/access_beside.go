package awsapi

import (
	"maps"
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Beside adds resources that the operation uses, by their templates: it asks for its own action on them, too. The tags of
// the request are of the resources of [On] alone: so are their keys, and the actions of [Row.Also].
//
//	"CreateSubnet": awsapi.On("subnet/*").Beside("vpc/{VpcId}").Tags("TagSpecifications.Tags").Also("ec2:CreateTags"),
func (r Row) Beside(templates ...string) Row {
	r.beside = append(r.beside[:len(r.beside):len(r.beside)], templates...)
	return r
}

// addBeside adds what is used to what a request asks for its own action.
func (c *compiledRow) addBeside(wants []Access, call Call, in reflect.Value) []Access {
	var used []string
	for i := range c.beside {
		used = append(used, c.beside[i].Expand(call.Scope(), in)...)
	}
	if len(used) == 0 {
		return wants
	}
	keys := maps.Clone(wants[0].Keys)
	maps.DeleteFunc(keys, func(name string, _ policy.Value) bool {
		return name == "aws:tagkeys" || strings.HasPrefix(name, "aws:requesttag/")
	})
	if wants[0].Resource == "*" { // the row makes no other resource of this input
		wants = wants[:0]
	}
	for _, resource := range used {
		wants = append(wants, Access{Action: c.action, Resource: resource, Keys: keys})
	}
	return wants
}
