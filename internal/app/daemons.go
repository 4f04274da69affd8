package app

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
)

// Daemons are managed daemons. Their API is a part of the one of ECS.
type Daemons struct{ *Core }

// keepDaemonDeployments is how long deployments of daemons are shown once they have ended, as those of services, and keepGoneDaemons
// how long of daemons that are gone: choices.
const (
	keepDaemonDeployments = 90 * 24 * time.Hour
	keepGoneDaemons       = time.Hour
)

// Module lists what it brings.
func (d Daemons) Module() Module {
	return Module{
		Name: "daemons",
		Rows: []string{"daemon-presence", "daemon-revision", "daemon-task-definition-family"},
		Forgets: []Forgetting{{
			Tables: []string{"daemon", "daemon-deployment", "daemon-rollout"},
			Do: func(tx *store.Tx, now time.Time) {
				daemon.Forget(tx, now.Add(-keepDaemonDeployments), now.Add(-keepGoneDaemons))
			},
		}, {
			Tables: []string{"daemon-task-definition"},
			Do:     func(tx *store.Tx, now time.Time) { daemon.ForgetDefinitions(tx, now.Add(-keepGoneDaemons)) },
		}},
	}
}
