// Package cloudformation has the types of resources that a stack waits with: wait conditions and their handles.
package cloudformation

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{waitCondition(), waitConditionHandle()} }

func nothing(*handler.Turn) error { return nil }
