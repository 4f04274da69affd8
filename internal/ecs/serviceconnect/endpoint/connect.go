// Package endpoint says what deployments have of Service Connect, and makes and removes it: the services of Cloud Map
// that their tasks are found by, and the endpoints of the namespace that they know. Handlers use it for the deployments
// that users ask for, the scheduler for those that it makes.
package endpoint

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// testHeader leads requests to a revision that is tested, where an alias has no rule of its own
// (recorded-companions 14.28).
const testHeader = "x-amzn-ecs-blue-green-test"

// Connect is what the tasks of a new deployment of a service have: what its revision offers, by the services of Cloud
// Map that [Provide] has made, and the endpoints that the namespace has now. It is nil without Service Connect.
func Connect(tx *store.Tx, serviceARN string, r *state.ServiceRevision, def *types.TaskDefinition) *state.Connect {
	if r.ConnectNamespace == "" {
		return nil
	}
	c := r.ServiceConnectConfiguration
	made := &state.Connect{NamespaceARN: r.ConnectNamespace, Log: c.LogConfiguration, AccessLog: c.AccessLogConfiguration}
	for _, setting := range c.ContainerConfigurations {
		if level, ok := setting.(*types.ServiceConnectContainerConfigurationMemberLogLevel); ok {
			made.Debug = level.Value == types.ServiceConnectContainerLogLevelDebug
		}
	}
	for _, s := range c.Services {
		found := servicediscovery.FindServiceNamed(tx, r.ConnectNamespace, DiscoveryName(s))
		if container, mapping := Port(def, s); found != nil && found.ECSService == serviceARN && mapping != nil {
			made.Services = append(made.Services, offer(s, found, container, mapping))
		}
	}
	made.Endpoints = append(endpoints(tx, r, made), OthersIn(tx, r.ConnectNamespace, serviceARN)...)
	sorting.By(made.Endpoints, func(a, b state.ConnectEndpoint) int { return strings.Compare(a.DiscoveryName, b.DiscoveryName) })
	return made
}

// DiscoveryName is the name of a service of Service Connect in Cloud Map. Source: ECS API reference,
// ServiceConnectService, discoveryName.
func DiscoveryName(s types.ServiceConnectService) string {
	if name := aws.ToString(s.DiscoveryName); name != "" {
		return name
	}
	return aws.ToString(s.PortName)
}

// Port finds the port mapping that a service of Service Connect names, and its container; nil: there is none.
func Port(def *types.TaskDefinition, s types.ServiceConnectService) (container string, mapping *types.PortMapping) {
	if def == nil {
		return "", nil
	}
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		for j := range c.PortMappings {
			if m := &c.PortMappings[j]; aws.ToString(m.Name) == aws.ToString(s.PortName) && m.ContainerPort != nil {
				return aws.ToString(c.Name), m
			}
		}
	}
	return "", nil
}

func offer(s types.ServiceConnectService, found *servicediscovery.Service, container string, m *types.PortMapping) state.ConnectService {
	offered := state.ConnectService{
		PortName: aws.ToString(s.PortName), DiscoveryName: found.Name, DiscoveryARN: found.ARN,
		Container: container, ContainerPort: uint16(aws.ToInt32(m.ContainerPort)), IngressPort: uint16(aws.ToInt32(s.IngressPortOverride)),
		Protocol: string(m.AppProtocol),
	}
	if s.Timeout != nil {
		offered.IdleSeconds, offered.RequestSeconds = s.Timeout.IdleTimeoutSeconds, s.Timeout.PerRequestTimeoutSeconds
	}
	return offered
}

// endpoints are those by which clients reach what a deployment offers.
func endpoints(tx *store.Tx, r *state.ServiceRevision, c *state.Connect) (list []state.ConnectEndpoint) {
	namespace := servicediscovery.FindNamespace(tx, c.NamespaceARN)
	if namespace == nil {
		return nil
	}
	for _, offered := range c.Services {
		at := slices.IndexFunc(r.ServiceConnectConfiguration.Services, func(s types.ServiceConnectService) bool { return DiscoveryName(s) == offered.DiscoveryName })
		for _, alias := range r.ServiceConnectConfiguration.Services[at].ClientAliases {
			e := state.ConnectEndpoint{
				DiscoveryName: offered.DiscoveryName, DiscoveryARN: offered.DiscoveryARN,
				DNSName: DNSName(alias, offered.DiscoveryName, namespace.Name), Port: uint16(aws.ToInt32(alias.Port)),
				Protocol: offered.Protocol, IdleSeconds: offered.IdleSeconds, RequestSeconds: offered.RequestSeconds,
			}
			e.TestHeader, e.TestValue = testRule(alias)
			list = append(list, e)
		}
	}
	return list
}

// DNSName is the name of an alias. Source: ECS API reference, ServiceConnectClientAlias, dnsName.
func DNSName(alias types.ServiceConnectClientAlias, discoveryName, namespace string) string {
	if name := aws.ToString(alias.DnsName); name != "" {
		return name
	}
	return discoveryName + "." + namespace
}

// testRule is the header that leads requests to a revision that is tested, and the value that it needs; empty is any.
func testRule(alias types.ServiceConnectClientAlias) (header, value string) {
	if alias.TestTrafficRules == nil || alias.TestTrafficRules.Header == nil {
		return testHeader, ""
	}
	rule := alias.TestTrafficRules.Header
	if rule.Value != nil {
		value = aws.ToString(rule.Value.Exact)
	}
	return aws.ToString(rule.Name), value
}

// Others are endpoints by which other services of ECS are reached.
type Others []state.ConnectEndpoint

// OthersIn are the endpoints that a namespace has of other services of ECS than one: of each those of its PRIMARY
// deployment, and of older ones those that the newer ones lack. It reads all services of the namespace.
func OthersIn(tx *store.Tx, namespaceARN, than string) (list Others) {
	known := map[string]bool{}
	for _, discovered := range servicediscovery.NamespaceServices(tx, namespaceARN) {
		if discovered.ECSService == "" || discovered.ECSService == than || known[discovered.ECSService] {
			continue
		}
		known[discovered.ECSService] = true
		s := state.FindService(tx, discovered.ECSService)
		if s == nil || s.Status() != state.ServiceActive {
			continue
		}
		var own []state.ConnectEndpoint
		for _, d := range s.ListedDeployments() {
			if d.Connect == nil || d.Connect.NamespaceARN != namespaceARN {
				continue
			}
			newer := len(own)
			for _, e := range endpoints(tx, d.Revision, d.Connect) {
				if !slices.ContainsFunc(own[:newer], func(n state.ConnectEndpoint) bool { return n.DiscoveryARN == e.DiscoveryARN }) {
					own = append(own, e)
				}
			}
		}
		list = append(list, own...)
	}
	return list
}

// Taken returns the endpoint that has a name and port, or nil. Source: ECS API reference, ServiceConnectService,
// clientAliases.
func (o Others) Taken(dnsName string, port int32) *state.ConnectEndpoint {
	for i := range o {
		if o[i].DNSName == dnsName && int32(o[i].Port) == port {
			return &o[i]
		}
	}
	return nil
}
