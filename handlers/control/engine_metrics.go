package control

import "context"

// MeasureEngines adds how each of several engines is.
func MeasureEngines(engines func(ctx context.Context) []EngineState) Measure {
	return func(ctx context.Context, to *Exposition) {
		all := engines(ctx)
		family := func(name, help string, value func(EngineState) any) {
			to.Family("gauge", name, help)
			for _, e := range all {
				to.Sample(name, value(e), "engine", e.Name)
			}
		}
		family("ecs_emulator_engine_ready", "Whether a container engine can be used: 1 or 0.", func(e EngineState) any {
			if e.usable() {
				return 1
			}
			return 0
		})
		family("ecs_emulator_engine_tasks", "Tasks on a container engine that have not stopped.", func(e EngineState) any { return e.Tasks })
		family("ecs_emulator_engine_container_instances", "Container instances on a container engine.", func(e EngineState) any { return e.ContainerInstances })
	}
}
