// Package cdk takes what AWS CDK puts into each of its templates.
package cdk

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"

// Types are what stacks can make of the service.
func Types() []*handler.Type {
	return []*handler.Type{{
		Name:   "AWS::CDK::Metadata",
		Inert:  []string{"Analytics"},
		Naming: handler.Naming{Property: "-"}, // no property has it: always a generated one
		Create: func(t *handler.Turn) error {
			t.ID = t.Name
			return nil
		},
		Update: func(*handler.Turn) error { return nil },
		Delete: func(*handler.Turn) error { return nil },
	}}
}
