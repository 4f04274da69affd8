package service

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connector"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// gatewayConnectors are what connects a service to gateways of its cluster.
type gatewayConnectors struct{ unsaid }

func (gatewayConnectors) rows() []member.Row { return connector.Rows() }

func (gatewayConnectors) names(r Request) (named Named) {
	for i := range r.GatewayConnectors {
		named.Ports = append(named.Ports, Port{Name: r.GatewayConnectors[i].PortName})
		named.Resources = append(named.Resources, Resource{Type: Gateway, ID: "of the cluster"})
	}
	return named
}

func (gatewayConnectors) check(r Request) error { return connector.Check(r.GatewayConnectors) }

func (gatewayConnectors) checkController(r Request, _ types.DeploymentControllerType) error {
	return onlyWithECS("gatewayConnectors", len(r.GatewayConnectors) > 0)
}

// resolve looks for the gateways anew where a request is about the connector, or where there is a deployment anyway: what has been
// associated meanwhile has no effect on other updates (ECS0365). Which updates look is a choice.
func (gatewayConnectors) resolve(in *resolving) (err error) {
	r := in.revision
	r.GatewayConnectors, r.GatewayRoutes = slices.Clone(in.GatewayConnectors), nil
	var keeps []string
	if in.GatewayConnectors == nil {
		r.GatewayConnectors, keeps = in.before.GatewayConnectors, in.before.GatewayRoutes
		if same := r.TaskDefinition == in.before.TaskDefinition && (networkConfiguration{}).same(r, in.before); same && !in.renews {
			r.GatewayRoutes = in.before.GatewayRoutes
			return nil
		}
	}
	connecting := &connector.Connecting{
		InCluster: in.InCluster, ServiceARN: in.service.ARN, Definition: in.definition, Network: r.NetworkConfiguration, Keeps: keeps, Quotas: in.quotas, Now: in.now,
	}
	r.GatewayRoutes, err = connecting.Routes(r.GatewayConnectors)
	in.renews = in.renews || triesAgain(in.before, r.GatewayRoutes)
	return err
}

// triesAgain is whether a route is asked for that had failed when the deployment so far began: a new one is needed for tasks to be its targets.
func triesAgain(before *state.ServiceRevision, routes []string) bool {
	return before.Gateway != nil && slices.ContainsFunc(routes, func(id string) bool { return !slices.Contains(before.Gateway.Routes, id) })
}

func (gatewayConnectors) same(x, y *state.ServiceRevision) bool {
	return connector.Same(x.GatewayConnectors, y.GatewayConnectors) && slices.Equal(x.GatewayRoutes, y.GatewayRoutes)
}

func (gatewayConnectors) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.GatewayConnectors = r.GatewayConnectors
}
