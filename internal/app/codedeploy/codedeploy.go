// Package codedeploy is AWS CodeDeploy in the emulator: its module. A deployment makes its calls at the emulator's own endpoint, as
// the role of its group, so what other modules check, allow and announce holds for them.
package codedeploy

import (
	"time"

	api "github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// CodeDeploy is AWS CodeDeploy.
type CodeDeploy struct {
	*app.Core
	Functions *app.Functions // that answer for lifecycle event hooks
	S3Dir     string         // whose folders are buckets; empty for none
}

// service is CodeDeploy as roles trust it.
const service = "codedeploy.amazonaws.com"

// Module lists what it brings.
func (c *CodeDeploy) Module() app.Module {
	return app.Module{
		Name: "codedeploy",
		Rows: []string{"codedeploy-application", "codedeploy-deployment-group", "codedeploy-deployment-config", "codedeploy-revision"},
		Forgets: []app.Forgetting{{
			Tables: []string{"codedeploy-deployment", "codedeploy-run"},
			Do:     func(tx *store.Tx, now time.Time) { codedeploy.ForgetDeployments(tx, now.Add(-codedeploy.KeepEnded)) },
		}},
		Offer: c.offer, Begin: c.begin,
		Announcements: []app.Announcement{{About: about, JSON: event}},
	}
}

func (c *CodeDeploy) offer() app.Offer {
	o := api.Options{Store: c.Store, Now: c.Clock.Now, StrictRoles: c.StrictRoles, Runs: true, TaskSet: taskSet}
	if objects := c.Objects(c.S3Dir, service); !objects.None() {
		o.Object = objects.Read
	}
	return app.Offer{APIs: []app.API{api.New(o)}}
}

// taskSet tells CodeDeploy, which knows no ECS, of a task set.
func taskSet(tx *store.Tx, taskSetARN string) *api.TaskSet {
	t := taskset.Find(tx, taskSetARN)
	if t == nil {
		return nil
	}
	s := state.FindService(tx, t.ServiceARN)
	if s == nil {
		return nil
	}
	counts := state.FindServiceSummary(tx, t.ServiceARN).Of(t.ID)
	return &api.TaskSet{Desired: t.DesiredCount, Pending: counts.ActivePending(), Running: counts.ActiveRunning, Status: t.Status(s)}
}

func (c *CodeDeploy) begin(app.Work) app.Work {
	o := controller.Options{
		Store: c.Store, Clock: c.Clock, Log: c.Log, Call: c.call, Invoke: c.invoke, MayRead: c.mayRead, Sources: sources, Delays: c.Delays.Deployments,
	}
	if c.StrictRoles {
		o.Assumes = c.assumes
	}
	return app.Work{Loops: []controllers.Loop{controllers.Patient("deployments", controller.New(o))}}
}
