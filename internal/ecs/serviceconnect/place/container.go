package place

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// WithProxy adds the proxy of Service Connect to the containers of a task that has one: the others start when it is
// HEALTHY, and it stops after them.
// Source: amazon-ecs-agent, the manager of Service Connect.
func WithProxy(definitions []types.ContainerDefinition, t *state.Task) []types.ContainerDefinition {
	name := t.ProxyName()
	if name == "" {
		return definitions
	}
	definitions = slices.Clone(definitions)
	for i := range definitions {
		d := &definitions[i]
		d.DependsOn = append(slices.Clone(d.DependsOn), types.ContainerDependency{
			ContainerName: aws.String(name), Condition: types.ContainerConditionHealthy,
		})
	}
	return append(definitions, types.ContainerDefinition{
		Name: aws.String(name), Essential: aws.Bool(true), LogConfiguration: t.Spec.Connect.Log,
		HealthCheck: &types.HealthCheck{}, // by which it is HEALTHY when it knows what to do
	})
}
