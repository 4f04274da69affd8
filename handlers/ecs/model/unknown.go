package model

import (
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// wider are structures that have all members of another one, and more.
var wider = map[string]reflect.Type{
	"RegisterDaemonTaskDefinitionInput": reflect.TypeFor[ecs.RegisterTaskDefinitionInput](),
	"DaemonContainerDefinition":         reflect.TypeFor[types.ContainerDefinition](),
	"DaemonLinuxParameters":             reflect.TypeFor[types.LinuxParameters](),
	"DaemonVolume":                      reflect.TypeFor[types.Volume](),
}

// Unknown refuses by name what task definitions have and daemon task definitions do not: without it a daemon would run, and would not be
// what was asked for. AWS skips such members, and its SDKs do not send them. See docs/reference/differences.md.
func Unknown(structure, member string) error {
	known := wider[structure]
	if known == nil || member == "" {
		return nil
	}
	if _, has := known.FieldByName(strings.ToUpper(member[:1]) + member[1:]); !has {
		return nil
	}
	text := "ecs-emulator does not support " + member + " in a daemon task definition: Amazon ECS has no such member there."
	return &types.ClientException{Message: &text}
}
