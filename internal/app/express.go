package app

import (
	"context"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource/controller"
)

// Express makes what Express gateway services have, by calls of the emulator's own endpoint: what other modules check, allow and
// announce holds for them. Their API is a part of the one of ECS.
type Express struct{ *Core }

// keepInactiveExpress is how long INACTIVE services are shown: a choice, as for other things that are gone.
const keepInactiveExpress = time.Hour

// Module lists what it brings.
func (e Express) Module() Module {
	return Module{
		Name: "express",
		Forgets: []Forgetting{{
			Tables: []string{"express-configuration", "express-ending", "express-resource", "express-service"},
			Do:     func(tx *store.Tx, now time.Time) { express.Forget(tx, now.Add(-keepInactiveExpress)) },
		}},
		Begin: func(Work) Work {
			c := controller.New(controller.Options{Owners: composition.Owners(), Store: e.Store, Clock: e.Clock, Log: e.Log, Call: e.call, Removals: removals})
			return Work{Loops: []controllers.Loop{controllers.Patient("Express gateway services", c)}}
		},
	}
}

// removals wake the owners of resources that have been removed.
func removals(owners func(id string) []string) []store.Source {
	return append(slices.Concat(elbv2.OnRemovals(owners), applicationautoscaling.OnRemovals(owners)),
		acm.OnRemovals(owners), ec2network.OnSecurityGroupRemovals(owners), cloudwatch.OnAlarmRemovals(owners))
}

// expressSession is the name of the session in which ECS makes resources: a choice, as AWS's is not published.
const expressSession = "ECSExpressGatewayService"

func (e Express) call(ctx context.Context, in arn.Scope, role string, op apiclient.Operation, input, out any) error {
	return e.callAsECS(ctx, in, role, expressSession, op, input, out)
}

// callAsECS calls an operation as an infrastructure role, or without one as ECS itself. That it is ECS who calls stands in
// the context of this one call.
func (c *Core) callAsECS(ctx context.Context, in arn.Scope, role, session string, op apiclient.Operation, input, out any) error {
	ctx = apiclient.WithSystemTags(ctx)
	if role == "" {
		return c.Client.Do(calledby.With(ctx, iam.ECS), apiclient.Root(in), op, input, out)
	}
	as, err := c.Credentials.Role(in, role, session)
	if err != nil {
		return err
	}
	return c.Client.Do(ctx, as, op, input, out)
}
