package app

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource/controller"
)

// Gateways make what gateways and their routes have, by calls of the emulator's own endpoint, as Express does. Their API is a part of
// the one of ECS.
type Gateways struct{ *Core }

// Module lists what it brings.
func (g Gateways) Module() Module {
	return Module{
		Name: "gateways",
		Rows: []string{"gateway", "gateway-association", "gateway-resource", "gateway-route", "gateway-route-condition", "gateway-update"},
		Begin: func(Work) Work {
			c := controller.New(controller.Options{Owners: composition.Owners(), Store: g.Store, Clock: g.Clock, Log: g.Log, Call: g.call, Removals: removals})
			return Work{Loops: []controllers.Loop{controllers.Patient("gateways", c)}}
		},
	}
}

// gatewaySession is the name of the session in which ECS makes resources: a choice, as AWS's is not published.
const gatewaySession = "ECSServiceGateway"

func (g Gateways) call(ctx context.Context, in arn.Scope, role string, op apiclient.Operation, input, out any) error {
	return g.callAsECS(ctx, in, role, gatewaySession, op, input, out)
}
