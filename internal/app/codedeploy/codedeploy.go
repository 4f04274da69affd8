// Package codedeploy is AWS CodeDeploy in the emulator: its module.
package codedeploy

import (
	"time"

	api "github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CodeDeploy is AWS CodeDeploy.
type CodeDeploy struct{ *app.Core }

// Module lists what it brings.
func (c *CodeDeploy) Module() app.Module {
	return app.Module{
		Name: "codedeploy",
		Rows: []string{"codedeploy-application", "codedeploy-deployment-group", "codedeploy-deployment-config", "codedeploy-revision"},
		Forgets: []app.Forgetting{{
			Tables: []string{"codedeploy-deployment", "codedeploy-run"},
			Do:     func(tx *store.Tx, now time.Time) { codedeploy.ForgetDeployments(tx, now.Add(-codedeploy.KeepEnded)) },
		}},
		Offer: c.offer,
	}
}

func (c *CodeDeploy) offer() app.Offer {
	return app.Offer{APIs: []app.API{api.New(api.Options{Store: c.Store, Now: c.Clock.Now, StrictRoles: c.StrictRoles})}}
}
