package plan

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// HealthIs takes over what a health check found, which engines tell: Docker judges the exit codes by itself, and the simulation
// in backend/sim/health.go. It reports whether that is new.
func (v *View) HealthIs(on Resource, health backend.Health, now time.Time) (changed bool) {
	if on == Sandbox || v.Definitions[on.Index].HealthCheck == nil {
		return false
	}
	c := &v.Status.Containers[on.Index]
	status := map[backend.Health]types.HealthStatus{
		backend.Healthy: types.HealthStatusHealthy, backend.Unhealthy: types.HealthStatusUnhealthy,
	}[health]
	if status == "" {
		status = types.HealthStatusUnknown
	}
	if c.HealthStatus == status {
		return false
	}
	c.HealthStatus, c.HealthSince = status, now
	return true
}
