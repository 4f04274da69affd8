package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Defaults of a health check. Source: ECS API reference, HealthCheck.
const (
	defaultHealthInterval = 30
	defaultHealthTimeout  = 5
	defaultHealthRetries  = 3
)

// checkHealthChecks checks the numbers of each container's health check. ECS takes
// commands that start with neither CMD nor CMD-SHELL (field reports), although the
// reference asks for one of them.
func checkHealthChecks(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		if c.HealthCheck == nil {
			continue
		}
		if err := checkHealthCheck(value(c.Name), c.HealthCheck); err != nil {
			return err
		}
	}
	return nil
}

func checkHealthCheck(container string, h *types.HealthCheck) error {
	if len(h.Command) == 0 {
		// Wording without a source.
		return refuse("Health check command cannot be empty for container '%s'", container)
	}
	for _, limit := range [...]struct {
		member   string
		value    *int32
		min, max int32
	}{
		{"interval", h.Interval, 5, 300},
		{"timeout", h.Timeout, 2, 60},
		{"retries", h.Retries, 1, 10},
		{"startPeriod", h.StartPeriod, 0, 300},
	} {
		if limit.value == nil {
			continue
		}
		if *limit.value > limit.max {
			return refuse("Health check %s must be less than or equal to the maximum allowed value %d for container '%s'",
				limit.member, limit.max, container)
		}
		if *limit.value < limit.min {
			return refuse("Health check %s must be greater than or equal to the minimum allowed value %d for container '%s'",
				limit.member, limit.min, container)
		}
	}
	return nil
}

// fillHealthCheck sets the defaults; a start period is off unless given.
func fillHealthCheck(h *types.HealthCheck) {
	for _, d := range [...]struct {
		member **int32
		value  int32
	}{
		{&h.Interval, defaultHealthInterval},
		{&h.Timeout, defaultHealthTimeout},
		{&h.Retries, defaultHealthRetries},
	} {
		if *d.member == nil {
			v := d.value
			*d.member = &v
		}
	}
}
