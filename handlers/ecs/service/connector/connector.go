// Package connector holds the gateway connectors of CreateService and UpdateService against the gateways that there are, and makes the
// routes that they ask for.
package connector

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Rows say what becomes of the members.
func Rows() []member.Row {
	rows := member.Act(
		"gatewayConnectors[].filters.accessTypes", "gatewayConnectors[].healthCheck.healthCheckIntervalSeconds", "gatewayConnectors[].healthCheck.healthCheckPath",
		"gatewayConnectors[].healthCheck.healthCheckPort", "gatewayConnectors[].healthCheck.healthCheckProtocol", "gatewayConnectors[].healthCheck.healthCheckTimeoutSeconds",
		"gatewayConnectors[].healthCheck.healthyThresholdCount", "gatewayConnectors[].healthCheck.matcher.httpCode", "gatewayConnectors[].healthCheck.unhealthyThresholdCount",
		"gatewayConnectors[].portName",
	)
	return append(rows, member.Refuse("gatewayConnectors[].healthCheck.matcher.grpcCode", "the target groups of gateways speak HTTP/1.1")...)
}

// mostPort is the last port.
const mostPort = 65535

// Bounds of what is no number. Source: as for bounds, and Matcher.
const (
	mostPath            = 1024
	firstCode, lastCode = 200, 499
)

// isMatcher is whether a text says which codes are healthy.
func isMatcher(text string) bool {
	_, err := balancer.NewMatcher(text, firstCode, lastCode)
	return err == nil
}

// What a health check has if nothing is said, in seconds. Source: as for bounds.
const (
	defaultInterval = 30
	defaultTimeout  = 5
)

// bounds of a health check. Source: ELBv2 API reference, CreateTargetGroup.
var bounds = []struct {
	name        string
	least, most int32
	of          func(*types.GatewayConnectorHealthCheck) *int32
}{
	{"healthCheckIntervalSeconds", 5, 300, func(h *types.GatewayConnectorHealthCheck) *int32 { return h.HealthCheckIntervalSeconds }},
	{"healthCheckTimeoutSeconds", 2, 120, func(h *types.GatewayConnectorHealthCheck) *int32 { return h.HealthCheckTimeoutSeconds }},
	{"healthyThresholdCount", 2, 10, func(h *types.GatewayConnectorHealthCheck) *int32 { return h.HealthyThresholdCount }},
	{"unhealthyThresholdCount", 2, 10, func(h *types.GatewayConnectorHealthCheck) *int32 { return h.UnhealthyThresholdCount }},
	{"healthCheckPort", 1, mostPort, func(h *types.GatewayConnectorHealthCheck) *int32 { return h.HealthCheckPort }},
}

// Check is what the request alone tells. The words are choices.
func Check(list []types.GatewayConnector) error {
	if len(list) > 1 { // Source: ECS API reference, CreateService
		return kit.InvalidParameter("gatewayConnectors can have at most 1 items.")
	}
	for _, c := range list {
		if aws.ToString(c.PortName) == "" {
			return kit.InvalidParameter("portName of a gateway connector can not be empty.")
		}
		if f := c.Filters; f != nil {
			for _, t := range f.AccessTypes {
				if t != types.AccessTypePublic && t != types.AccessTypePrivate {
					return kit.InvalidParameter("accessTypes should be one of [PUBLIC,PRIVATE]")
				}
			}
		}
		if err := checkHealthCheck(c.HealthCheck); err != nil {
			return err
		}
	}
	return nil
}

func checkHealthCheck(h *types.GatewayConnectorHealthCheck) error {
	if h == nil {
		return nil
	}
	for _, b := range bounds {
		if n := b.of(h); n != nil && (*n < b.least || *n > b.most) {
			return kit.InvalidParameter(fmt.Sprintf("%s should be between %d and %d", b.name, b.least, b.most))
		}
	}
	interval, timeout := int32(defaultInterval), int32(defaultTimeout)
	if h.HealthCheckIntervalSeconds != nil {
		interval = *h.HealthCheckIntervalSeconds
	}
	if h.HealthCheckTimeoutSeconds != nil {
		timeout = *h.HealthCheckTimeoutSeconds
	}
	switch {
	case interval <= timeout:
		return kit.InvalidParameter(fmt.Sprintf("Health check timeout '%d' must be smaller than the interval '%d'", timeout, interval))
	case h.HealthCheckPath != nil && (!strings.HasPrefix(*h.HealthCheckPath, "/") || len(*h.HealthCheckPath) > mostPath):
		return kit.InvalidParameter(fmt.Sprintf("healthCheckPath should begin with a slash and have at most %d characters", mostPath))
	case h.Matcher != nil && h.Matcher.HttpCode != nil && !isMatcher(*h.Matcher.HttpCode):
		return kit.InvalidParameter(fmt.Sprintf("matcher.httpCode should be a list of codes or ranges of codes between %d and %d", firstCode, lastCode))
	case h.HealthCheckProtocol != "" && h.HealthCheckProtocol != types.GatewayConnectorHealthCheckProtocolHttp && h.HealthCheckProtocol != types.GatewayConnectorHealthCheckProtocolHttps:
		return kit.InvalidParameter("healthCheckProtocol should be one of [HTTP,HTTPS]")
	}
	return nil
}

// Same reports whether services connect in one way.
func Same(x, y []types.GatewayConnector) bool {
	return reflect.DeepEqual(kit.Listed(x), kit.Listed(y))
}

// Connecting is a service that is to be connected.
type Connecting struct {
	kit.InCluster
	ServiceARN string
	Definition *types.TaskDefinition
	Network    *types.NetworkConfiguration
	Keeps      []string // the routes so far, where the request says nothing of connectors
	Quotas     quota.Quotas
	Now        time.Time
}

// Routes are the ARNs of the routes that connectors make, by gateway: one for each compatible gateway of the cluster (ECS0365). A route
// that the service has stays.
func (c *Connecting) Routes(connectors []types.GatewayConnector) (routes []string, err error) {
	for i := range connectors {
		port, err := c.port(&connectors[i])
		if err != nil {
			return nil, err
		}
		compatible, vpc, err := c.compatible(&connectors[i])
		if err != nil {
			return nil, err
		}
		for _, g := range compatible {
			r, err := c.route(g)
			if err != nil {
				return nil, err
			}
			r.VPC = vpc
			r.Ask(&connectors[i], port, c.Now)
			gateway.PutRoute(c.Tx, r)
			routes = append(routes, r.ARN)
		}
	}
	return routes, nil
}

// port is the container port of the name that a connector has.
func (c *Connecting) port(connector *types.GatewayConnector) (int32, error) {
	if c.Definition.NetworkMode != types.NetworkModeAwsvpc {
		return 0, kit.InvalidParameter("gatewayConnectors are only supported for task definitions with the network mode awsvpc.")
	}
	_, port, found := taskdef.NamedPort(c.Definition, *connector.PortName)
	if !found {
		return 0, kit.InvalidParameter("The task definition has no port mapping with the name " + *connector.PortName + ".")
	}
	return port, nil
}

// route is a copy of the route of a gateway to the service, or a new one.
func (c *Connecting) route(g *gateway.Gateway) (*gateway.Route, error) {
	for _, there := range gateway.RoutesOfService(c.Tx, c.ServiceARN) {
		if there.GatewayARN == g.ARN && composition.IsUsed(c.Tx, there) {
			r := *there
			return &r, nil
		}
	}
	token := arn.NewID()
	r := &gateway.Route{
		ARN: gateway.RouteARN(c.Scope, g.Name, token), Scope: c.Scope, Token: token, GatewayARN: g.ARN, ServiceARN: c.ServiceARN, ClusterARN: c.Cluster.ARN,
		CreatedAt: c.Now,
	}
	most, bound := c.Quotas.Of(quota.GatewayRoutes)
	if !bound {
		most = gateway.MostOfBalancer
	}
	if !gateway.Assign(c.Tx, g, r, most) { // its words are a choice
		return nil, kit.InvalidParameter(fmt.Sprintf("The load balancers of gateway %s have no room for a further service: maxAlbCount is %d.", g.Name, g.Asked.MaxBalancers))
	}
	return r, nil
}

// compatible are the gateways of the cluster that a connector fits, and the VPC of the service. Gateways of other VPCs are left out first,
// then other access types, then gateways that lack a zone (ECS0365). The words of the last refusal, and how the others go on, are
// choices.
func (c *Connecting) compatible(connector *types.GatewayConnector) (list []*gateway.Gateway, vpc string, err error) {
	zones := map[string]bool{}
	for _, id := range c.Network.AwsvpcConfiguration.Subnets {
		if s := ec2network.FindSubnet(c.Tx, c.Scope, id); s != nil {
			vpc, zones[s.Zone] = s.VPC, true
		}
	}
	name := c.Cluster.Name
	for _, sift := range []struct {
		fits   func(g *gateway.Gateway) bool
		refuse string
	}{
		{func(*gateway.Gateway) bool { return true }, "gatewayConnectors were specified but no gateways are associated with cluster " + name},
		{func(g *gateway.Gateway) bool { return g.VPC == vpc }, "Cluster " + name + " has associated gateways but none are in the service's VPC " + vpc},
		{func(g *gateway.Gateway) bool { return admits(connector.Filters, g.AccessType()) }, "none of the gateways associated with cluster match the access types of the gateway connector"},
		{func(g *gateway.Gateway) bool { return c.covers(g, zones) }, "none of the gateways associated with cluster cover all Availability Zones of the service"},
	} {
		if list == nil {
			list = gateway.Usable(c.Tx, c.Cluster.ARN, c.Keeps)
		}
		kept := []*gateway.Gateway{}
		for _, g := range list {
			if sift.fits(g) {
				kept = append(kept, g)
			}
		}
		if list = kept; len(list) == 0 {
			return nil, "", kit.InvalidParameter(sift.refuse)
		}
	}
	return list, vpc, nil
}

func admits(f *types.GatewayConnectorFilters, t types.AccessType) bool {
	if f == nil || len(f.AccessTypes) == 0 {
		return true
	}
	return slices.Contains(f.AccessTypes, t)
}

// covers is whether a gateway has a subnet in each zone.
func (c *Connecting) covers(g *gateway.Gateway, zones map[string]bool) bool {
	has := map[string]bool{}
	for _, id := range g.Asked.Subnets {
		if s := ec2network.FindSubnet(c.Tx, c.Scope, id); s != nil {
			has[s.Zone] = true
		}
	}
	for zone := range zones {
		if !has[zone] {
			return false
		}
	}
	return true
}
