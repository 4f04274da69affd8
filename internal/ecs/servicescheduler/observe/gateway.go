package observe

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// readGateway gathers what gateways bring to the PRIMARY deployment that waits for them, once all its routes are there or have failed.
func readGateway(tx *store.Tx, s *state.Service, definitions map[string]*types.TaskDefinition) *verb.ConnectGateway {
	d := s.Primary()
	if d == nil || !d.Revision.AwaitsGateway() || len(d.Revision.GatewayConnectors) == 0 || definitions[d.ID] == nil {
		return nil
	}
	container, port, found := taskdef.NamedPort(definitions[d.ID], aws.ToString(d.Revision.GatewayConnectors[0].PortName))
	if !found { // a request with such a connector is refused
		return nil
	}
	balancers, brings, settled := gateway.Traffic(tx, d.Revision.GatewayRoutes, container, port)
	if !settled {
		return nil
	}
	return &verb.ConnectGateway{DeploymentID: d.ID, LoadBalancers: balancers, Brings: brings}
}
