package connector

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Connections are the routes that lead to the tasks of a revision, as it shows them (ECS0366).
func Connections(tx *store.Tx, r *state.ServiceRevision) (list []types.GatewayConnection) {
	for _, id := range r.GatewayRoutes {
		route := gateway.FindRoute(tx, id)
		if route == nil {
			continue
		}
		v := composition.ReadRoute(tx, route, route.UpdatedAt)
		c := types.GatewayConnection{
			GatewayArn: &route.GatewayARN, GatewayRouteArn: &route.ARN, PortName: &route.PortName, ServiceUrl: aws.String("https://" + composition.Host(route)), Status: v.Status(),
			Resources: &types.GatewayConnectionResourcesMemberHostSharedAlb{Value: []types.GatewayConnectionAlbResources{resources(&v)}},
		}
		if v.Gateway != nil {
			c.AccessType = v.Gateway.AccessType()
		}
		list = append(list, c)
	}
	return list
}

func resources(v *composition.View) types.GatewayConnectionAlbResources {
	id := func(k gateway.Kind) *string {
		text := v.ID(k)
		return kit.Optional(&text)
	}
	shown := types.GatewayConnectionAlbResources{
		AcmCertificateArn: id(gateway.Certificate), TargetGroupArn: id(gateway.TargetGroup), AlternateTargetGroupArn: id(gateway.AlternateTargetGroup),
		ListenerArn: id(gateway.Listener), ListenerRuleArn: id(gateway.Rule), TestListenerRuleArn: id(gateway.TestRule), LoadBalancerArn: id(gateway.LoadBalancer),
	}
	for _, group := range v.BalancerGroups() {
		shown.LoadBalancerSecurityGroupArns = append(shown.LoadBalancerSecurityGroupArns, composition.GroupARN(v.Scope, group))
	}
	return shown
}
