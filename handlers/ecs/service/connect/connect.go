// Package connect holds the Service Connect configuration of a service against the request, the task definition and the namespace.
package connect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Connecting is a service whose Service Connect is held against what there is.
type Connecting struct {
	kit.InCluster
	Definition *types.TaskDefinition
	LaunchType types.LaunchType
	Service    *state.Service // what it becomes; its deployments are those so far
	// namespace is the one that is meant, once it is known.
	namespace *servicediscovery.Namespace
}

// Enabled reports whether a configuration turns Service Connect on; what else is in one that does not means nothing.
func Enabled(c *types.ServiceConnectConfiguration) bool { return c != nil && c.Enabled }

// Connect gives a revision its Service Connect configuration, which it may have had before: with the name of the
// namespace where that is the cluster's, and its ARN.
func (in *Connecting) Connect(r *state.ServiceRevision, asked *types.ServiceConnectConfiguration) error {
	r.ServiceConnectConfiguration = kept(asked)
	if !Enabled(asked) {
		return nil
	}
	if err := in.findNamespace(asked); err != nil {
		return err
	}
	c := r.ServiceConnectConfiguration
	if aws.ToString(c.Namespace) == "" {
		c.Namespace = &in.namespace.Name // recorded: the name, though clusters show the ARN (ECS0301)
	}
	r.ConnectNamespace = in.namespace.ARN
	if err := in.checkLog(c); err != nil {
		return err
	}
	return in.checkServices(r)
}

// Keep gives a revision the Service Connect configuration of the one before. A namespace that has been deleted does not
// prevent changes of the rest of the service.
func (in *Connecting) Keep(r, before *state.ServiceRevision) error {
	r.ServiceConnectConfiguration, r.ConnectNamespace = before.ServiceConnectConfiguration, before.ConnectNamespace
	if in.namespace = servicediscovery.FindNamespace(in.Tx, r.ConnectNamespace); in.namespace == nil {
		return nil
	}
	return in.checkServices(r)
}

// kept copies a configuration, as deployments and revisions show it (ECS0301).
func kept(asked *types.ServiceConnectConfiguration) *types.ServiceConnectConfiguration {
	if asked == nil {
		return nil
	}
	c := *asked
	if c.LogConfiguration != nil {
		l := *c.LogConfiguration
		l.SecretOptions = kit.Listed(l.SecretOptions)
		c.LogConfiguration = &l
	}
	if len(c.Services) == 0 {
		c.Services = nil
	}
	if len(c.ContainerConfigurations) == 0 {
		c.ContainerConfigurations = nil
	}
	return &c
}

// findNamespace takes the namespace that is named, or the cluster's (ECS0300).
func (in *Connecting) findNamespace(c *types.ServiceConnectConfiguration) error {
	ref := aws.ToString(c.Namespace)
	if defaults := in.Cluster.ServiceConnectDefaults; ref == "" && defaults != nil {
		ref = aws.ToString(defaults.Namespace)
	}
	if ref == "" {
		return kit.InvalidParameter("Namespace is missing")
	}
	if in.namespace = endpoint.FindNamespace(in.Tx, in.Scope, ref); in.namespace == nil {
		return kit.NamespaceNotFound(in.Scope, ref)
	}
	return nil
}

// checkLog holds the proxy's log against the launch type, in the words for containers.
func (in *Connecting) checkLog(c *types.ServiceConnectConfiguration) error {
	err := taskdef.CheckLogConfiguration(in.Definition, c.LogConfiguration, in.LaunchType)
	if refused := new(types.ClientException); errors.As(err, &refused) {
		return kit.InvalidParameter(refused.ErrorMessage())
	}
	return err
}

// checkServices holds what a service offers against its definition and its namespace. The words for what has no
// number are not published.
func (in *Connecting) checkServices(r *state.ServiceRevision) error {
	mode := launch.NetworkMode(in.Definition, in.LaunchType)
	if mode != types.NetworkModeAwsvpc && mode != types.NetworkModeBridge {
		// Source: ECS developer guide, Service Connect: host is not supported.
		return kit.InvalidParameter(fmt.Sprintf("Service Connect is not supported with the %s network mode.", mode))
	}
	if taskdef.IsWindows(in.Definition) { // issue 5696 of aws/copilot-cli
		return kit.InvalidParameter("Unsupported operating system in task definition. Please choose Linux")
	}
	if r.PlatformVersion == "1.3.0" { // recorded-companions 14.27: 1.4.0 is the first
		return kit.InvalidParameter("Service Connect is not supported with the platform version 1.3.0.")
	}
	ingress, others := map[int32]string{}, endpoint.OthersIn(in.Tx, in.namespace.ARN, in.Service.ARN)
	for _, s := range r.ServiceConnectConfiguration.Services {
		if err := in.checkPort(s, ingress); err != nil {
			return err
		}
		name := endpoint.DiscoveryName(s)
		if !endpoint.Free(in.Tx, in.namespace.ARN, name, in.Service.ARN) {
			return kit.InvalidParameter("SC service is already used by " + in.namespace.ARN) // ECS0300
		}
		for _, alias := range s.ClientAliases {
			dnsName := endpoint.DNSName(alias, name, in.namespace.Name)
			if taken := others.Taken(dnsName, aws.ToInt32(alias.Port)); taken != nil {
				return kit.InvalidParameter(fmt.Sprintf("The client alias %s:%d is already used by the discovery name %s in the namespace %s",
					dnsName, taken.Port, taken.DiscoveryName, in.namespace.ARN))
			}
		}
	}
	return nil
}

// checkPort holds what is offered at a port against the definition. ingress are the ports at which proxies of the
// service listen, with the names of the port mappings.
func (in *Connecting) checkPort(s types.ServiceConnectService, ingress map[int32]string) error {
	name := aws.ToString(s.PortName)
	_, mapping := endpoint.Port(in.Definition, s)
	if mapping == nil {
		return kit.InvalidParameter("portName(" + name + ") does not refer to any named PortMapping in the container definitions") // ECS0300
	}
	if mapping.Protocol == types.TransportProtocolUdp {
		return kit.InvalidParameter("portName(" + name + ") refers to a PortMapping with the protocol udp, which is not supported by Service Connect")
	}
	if t := s.Timeout; mapping.AppProtocol == "" && t != nil && t.PerRequestTimeoutSeconds != nil {
		return kit.ClientError(fmt.Sprintf("Per request timeout %d can't be set for tcp application.", *t.PerRequestTimeoutSeconds)) // ECS0300
	}
	port := aws.ToInt32(mapping.ContainerPort)
	if override := s.IngressPortOverride; override != nil {
		port = *override
		if other := containerPort(in.Definition, port); other != "" {
			return kit.InvalidParameter(fmt.Sprintf("ingressPortOverride %d of portName(%s) is a container port of the container %s", port, name, other))
		}
	}
	if other := ingress[port]; other != "" {
		return kit.InvalidParameter(fmt.Sprintf("portName(%s) and portName(%s) have the same ingress port %d", other, name, port))
	}
	ingress[port] = name
	return in.checkProtocol(s, mapping)
}

// containerPort is the container that has a port mapped; empty: none.
func containerPort(def *types.TaskDefinition, port int32) string {
	for _, c := range def.ContainerDefinitions {
		if slices.ContainsFunc(c.PortMappings, func(m types.PortMapping) bool { return aws.ToInt32(m.ContainerPort) == port }) {
			return aws.ToString(c.Name)
		}
	}
	return ""
}

// checkProtocol keeps the appProtocol of what is offered already. Source: ECS API reference, PortMapping: it cannot
// change in a service of Service Connect. The protocol cannot, as it has to be tcp.
func (in *Connecting) checkProtocol(s types.ServiceConnectService, mapping *types.PortMapping) error {
	for _, d := range in.Service.Deployments {
		if d.Connect == nil || d.Connect.NamespaceARN != in.namespace.ARN {
			continue
		}
		for _, offered := range d.Connect.Services {
			if offered.DiscoveryName == endpoint.DiscoveryName(s) && offered.Protocol != string(mapping.AppProtocol) {
				return kit.InvalidParameter(fmt.Sprintf("The following config cannot be changed for a SC service. Previous config: %s, current config: %s",
					in.stableConfig(offered.Protocol), in.stableConfig(string(mapping.AppProtocol)))) // ECS0300
			}
		}
	}
	return nil
}

// stableConfig is what cannot change of a service, as ECS prints it.
func (in *Connecting) stableConfig(appProtocol string) string {
	if appProtocol == "" {
		appProtocol = "null"
	}
	return "ScServiceStableConfig(applicationProtocol=" + appProtocol + ", transportProtocol=tcp, ecsServiceArn=" + in.Service.ARN + ")"
}

// Unsupported names what Service Connect is not built for.
func Unsupported(c *types.ServiceConnectConfiguration, def *types.TaskDefinition, launchType types.LaunchType) (refused []string) {
	switch {
	case !Enabled(c):
	case launchType == types.LaunchTypeExternal:
		refused = append(refused, "serviceConnectConfiguration with the EXTERNAL launch type")
	case launch.NetworkMode(def, launchType) == types.NetworkModeBridge:
		refused = append(refused, "serviceConnectConfiguration with the bridge network mode")
	}
	return refused
}

// Resources shows the services in Cloud Map of a deployment (ECS0301).
func Resources(c *state.Connect) (shown []types.ServiceConnectServiceResource) {
	if c == nil {
		return nil
	}
	for _, s := range c.Services {
		shown = append(shown, types.ServiceConnectServiceResource{DiscoveryName: &s.DiscoveryName, DiscoveryArn: &s.DiscoveryARN})
	}
	return shown
}
