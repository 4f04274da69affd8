package app

import (
	"time"

	daemons "github.com/ecs-emulator/ecs-emulator/handlers/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/controller"
)

// Daemons are managed daemons. Their API is a part of the one of ECS.
type Daemons struct{ *Core }

// keepDaemonDeployments is how long deployments of daemons are shown once they have ended, as with services, and keepGoneDaemons
// how long of daemons that are gone: choices.
const (
	keepDaemonDeployments = 90 * 24 * time.Hour
	keepGoneDaemons       = time.Hour
)

// Module lists what it brings.
func (d Daemons) Module() Module {
	return Module{
		Name: "daemons",
		Rows: []string{"daemon-images", "daemon-presence", "daemon-revision", "daemon-task-definition-family"},
		Forgets: []Forgetting{{
			Tables: []string{"daemon", "daemon-deployment", "daemon-rollout"},
			Do: func(tx *store.Tx, now time.Time) {
				daemon.Forget(tx, now.Add(-keepDaemonDeployments), now.Add(-keepGoneDaemons))
			},
		}, {
			Tables: []string{"daemon-task-definition"},
			Do:     func(tx *store.Tx, now time.Time) { daemon.ForgetDefinitions(tx, now.Add(-keepGoneDaemons)) },
		}},
		Announcements: []Announcement{{About: aboutDaemons, JSON: func(_ *store.Tx, e outbox.Event) []byte { return daemons.StateChange(e) }}},
		Begin: func(Work) Work {
			return Work{Loops: []controllers.Loop{controllers.Of("managed daemons", controller.New(d.Store, d.Clock, d.Log))}}
		},
	}
}

// aboutDaemons names the changes that ECS announces of daemons.
func aboutDaemons(change any) (About, bool) {
	switch c := change.(type) {
	case *daemon.Impaired:
		return About{Source: "aws.ecs", Resource: c.Daemon, DetailType: "ECS Daemon Service Action"}, true
	case *daemon.DeploymentChange:
		return About{Source: "aws.ecs", Resource: c.Daemon, DetailType: "ECS Daemon Deployment State Change"}, true
	}
	return About{}, false
}
