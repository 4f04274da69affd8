package gateway

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
)

// DescribeGatewayRoute shows a route. That one which is not there is an InvalidParameterException is a choice: the operation has no
// error of its own for it.
//
// Source: ECS API reference, DescribeGatewayRoute.
func (a *API) DescribeGatewayRoute(ctx context.Context, in *sdk.DescribeGatewayRouteInput) (*sdk.DescribeGatewayRouteOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	parsed, ok := arn.Parse(aws.ToString(in.GatewayRouteArn))
	if !ok || parsed.Type != "gateway-route" || len(parsed.Resource) != 2 {
		return nil, kit.InvalidParameter("The gateway route ARN provided is invalid.")
	}
	if err := kit.CheckRegion(scope, parsed); err != nil {
		return nil, err
	}
	r := gateway.FindRoute(tx, *in.GatewayRouteArn)
	if r == nil || r.Scope != scope {
		return nil, kit.InvalidParameter("The specified gateway route was not found: " + *in.GatewayRouteArn)
	}
	v := composition.ReadRoute(tx, r, a.Now())
	return &sdk.DescribeGatewayRouteOutput{GatewayRoute: &types.GatewayRoute{
		GatewayRouteArn: &r.ARN, ServiceArn: &r.ServiceARN, ServiceContainerPortName: &r.PortName, ServiceUrl: aws.String("https://" + composition.Host(r)),
		Status: v.Status(), Resources: &types.GatewayRouteResourcesMemberHostSharedAlb{Value: []types.GatewayRouteAlbResources{resources(tx, &v)}},
	}}, nil
}

// id is the ARN or ID of a resource, nil while there is none.
func id(v *composition.View, k gateway.Kind) *string {
	text := v.ID(k)
	return kit.Optional(&text)
}

func resources(tx *store.Tx, v *composition.View) types.GatewayRouteAlbResources {
	shown := types.GatewayRouteAlbResources{
		AcmCertificateArn: id(v, gateway.Certificate), ListenerArn: id(v, gateway.Listener), ListenerRuleArn: id(v, gateway.Rule),
		LoadBalancerArn: id(v, gateway.LoadBalancer), TestListenerRuleArns: []string{},
	}
	if rule := v.ID(gateway.TestRule); rule != "" {
		shown.TestListenerRuleArns = []string{rule}
	}
	if group := v.ID(gateway.ServiceGroup); group != "" {
		shown.ServiceSecurityGroupArn = aws.String(composition.GroupARN(v.Scope, group))
	}
	for _, group := range v.BalancerGroups() {
		shown.LoadBalancerSecurityGroups = append(shown.LoadBalancerSecurityGroups, types.GatewayRouteLoadBalancerSecurityGroup{
			Arn: aws.String(composition.GroupARN(v.Scope, group)), RuleArns: composition.GroupRuleARNs(tx, v.Scope, group),
		})
	}
	return shown
}

// ListGatewayRoutes lists routes by their ARN. What it refuses: ECS0392.
//
// Source: ECS API reference, ListGatewayRoutes.
func (a *API) ListGatewayRoutes(ctx context.Context, in *sdk.ListGatewayRoutesInput) (*sdk.ListGatewayRoutesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	gatewayARN, clusterARN, err := filters(scope, in.Gateway, in.Cluster)
	if err != nil {
		return nil, err
	}
	service, port := aws.ToString(in.Service), aws.ToString(in.ServiceContainerPortName)
	var list []types.GatewayRouteSummary
	for _, r := range gateway.Routes(tx, scope) {
		if !is(gatewayARN, r.GatewayARN) || !is(clusterARN, r.ClusterARN) || !is(port, r.PortName) || !isService(service, r.ServiceARN) {
			continue
		}
		v := composition.ReadRoute(tx, r, a.Now())
		if status := v.Status(); passes(in.Status, status) {
			list = append(list, types.GatewayRouteSummary{
				ClusterArn: &r.ClusterARN, GatewayArn: &r.GatewayARN, GatewayRouteArn: &r.ARN, ServiceArn: &r.ServiceARN, ServiceContainerPortName: &r.PortName, Status: status,
			})
		}
	}
	list, next, err := kit.Page(list, func(s types.GatewayRouteSummary) string { return *s.GatewayRouteArn }, kit.PageQuery{
		Operation: "ListGatewayRoutes", Scope: scope, Filters: append([]string{gatewayARN, clusterARN, service, port}, texts(in.Status)...),
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListGatewayRoutesOutput{GatewayRoutes: kit.Listed(list), NextToken: next}, err
}

// isService is whether a service is the one of an ARN, or has the name, in any cluster.
func isService(ref, serviceARN string) bool {
	return is(ref, serviceARN) || !strings.Contains(ref, ":") && arn.Name(serviceARN) == ref
}

// Pages of load balancers (ECS0361.4).
const (
	balancersOfPage     = 10
	mostBalancersOfPage = 20
)

// DescribeGatewayResources shows the load balancers of a gateway, in the order in which they were made, and who uses each.
//
// Source: ECS API reference, DescribeGatewayResources.
func (a *API) DescribeGatewayResources(ctx context.Context, in *sdk.DescribeGatewayResourcesInput) (*sdk.DescribeGatewayResourcesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	g, err := find(tx, scope, in.Gateway)
	if err != nil {
		return nil, err
	}
	type balancer struct {
		key string
		types.ElbGatewayResources
	}
	var list []balancer
	for n, owner := range gateway.Balancers(tx, g) {
		v := composition.Read(tx, owner, a.Now())
		shown := types.ElbGatewayResources{LoadBalancerArn: id(&v, gateway.LoadBalancer), ListenerArn: id(&v, gateway.Listener), SecurityGroup: id(&v, gateway.BalancerGroup), GatewayRouteArns: []string{}}
		for _, r := range gateway.RoutesOfBalancer(tx, owner) {
			shown.GatewayRouteArns = append(shown.GatewayRouteArns, r.ARN)
		}
		list = append(list, balancer{fmt.Sprintf("%04d", n), shown})
	}
	list, next, err := kit.Page(list, func(b balancer) string { return b.key }, kit.PageQuery{
		Operation: "DescribeGatewayResources", Scope: scope, Filters: []string{g.Token}, Size: kit.Sized(in.MaxResults),
		Default: balancersOfPage, Most: mostBalancersOfPage, Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	page := []types.ElbGatewayResources{}
	for _, b := range list {
		page = append(page, b.ElbGatewayResources)
	}
	return &sdk.DescribeGatewayResourcesOutput{NextToken: next, GatewayResources: &types.GatewayResources{
		GatewayArn: &g.ARN, Resources: &types.GatewayInfrastructureResourcesMemberHostSharedAlb{Value: page},
	}}, nil
}
