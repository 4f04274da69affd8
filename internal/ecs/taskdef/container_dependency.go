package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var containerConditions = types.ContainerCondition("").Values()

// checkDependencies: dependsOn names other containers, with conditions that they
// can meet, and forms no cycle.
func checkDependencies(def *types.TaskDefinition) error {
	dependent := false
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		for j := range c.DependsOn {
			dependent = true
			if err := checkDependency(def, &c.DependsOn[j]); err != nil {
				return err
			}
		}
	}
	if dependent && hasCycle(def.ContainerDefinitions, dependencies) {
		return refuse("Container dependsOn contains a cycle") // a container on itself too (ECS0026)
	}
	return nil
}

func checkDependency(def *types.TaskDefinition, d *types.ContainerDependency) error {
	name := value(d.ContainerName)
	upstream := containerNamed(def.ContainerDefinitions, name)
	if upstream == nil {
		return refuse("Cannot depend on container + '%s' because it does not exist", name)
	}
	switch d.Condition {
	case "":
		return refuse("condition should be one of [%s]", joinValues(containerConditions))
	case types.ContainerConditionComplete, types.ContainerConditionSuccess:
		if Essential(upstream) {
			return refuse("A dependency container with SUCCESS or COMPLETE condition cannot be an essential container")
		}
	case types.ContainerConditionHealthy:
		if upstream.HealthCheck == nil {
			return refuse("A dependency container with HEALTHY condition must have health check configured")
		}
	}
	return checkEnum("condition", d.Condition, containerConditions)
}

// dependencies lists the names of the containers that c waits for.
func dependencies(c *types.ContainerDefinition) []string {
	names := make([]string, len(c.DependsOn))
	for i := range c.DependsOn {
		names[i] = value(c.DependsOn[i].ContainerName)
	}
	return names
}
