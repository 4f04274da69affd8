package service

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

type serviceConnect struct{ unsaid }

// rows: bridge mode is refused by its own name.
func (serviceConnect) rows() []member.Row {
	return slices.Concat(
		member.Act("serviceConnectConfiguration.accessLogConfiguration.format", "serviceConnectConfiguration.accessLogConfiguration.includeQueryParameters"),
		member.Act("serviceConnectConfiguration.containerConfigurations"),
		member.ActInPart("serviceConnectConfiguration.enabled", "in the awsvpc network mode; bridge is refused"),
		member.ActOnly("serviceConnectConfiguration.logConfiguration.logDriver", "awslogs", "the engine's drivers are not asked for a proxy"),
		member.Act(
			"serviceConnectConfiguration.logConfiguration.options",
			"serviceConnectConfiguration.logConfiguration.secretOptions[].name", "serviceConnectConfiguration.logConfiguration.secretOptions[].valueFrom",
		),
		member.Act("serviceConnectConfiguration.namespace"),
		member.Act(
			"serviceConnectConfiguration.services[].clientAliases[].dnsName", "serviceConnectConfiguration.services[].clientAliases[].port",
			"serviceConnectConfiguration.services[].clientAliases[].testTrafficRules.header.name",
			"serviceConnectConfiguration.services[].clientAliases[].testTrafficRules.header.value.exact",
			"serviceConnectConfiguration.services[].discoveryName", "serviceConnectConfiguration.services[].ingressPortOverride",
			"serviceConnectConfiguration.services[].portName",
			"serviceConnectConfiguration.services[].timeout.idleTimeoutSeconds", "serviceConnectConfiguration.services[].timeout.perRequestTimeoutSeconds",
		),
		member.Refuse("serviceConnectConfiguration.services[].tls", "needs AWS Private CA"),
	)
}

func (serviceConnect) names(r Request) (named Named) {
	c := r.ServiceConnectConfiguration
	if !enabled(c) {
		return named
	}
	for _, s := range c.Services {
		if s.PortName != nil {
			named.Ports = append(named.Ports, Port{Name: s.PortName})
		}
	}
	named.Resources = []Resource{{Namespace, aws.ToString(c.Namespace)}}
	return named
}

func (serviceConnect) checkController(r Request, _ types.DeploymentControllerType) error {
	return onlyWithECS("serviceConnectConfiguration", enabled(r.ServiceConnectConfiguration))
}

func (serviceConnect) check(r Request) error { return checkConnect(r.ServiceConnectConfiguration) }

func (serviceConnect) resolve(in *resolving) error {
	connecting := &connecting{resolving: in}
	if in.ServiceConnectConfiguration != nil {
		return connecting.connect(in.revision, in.ServiceConnectConfiguration)
	}
	return connecting.keep(in.revision, in.before)
}

// same reports whether tasks of two revisions have the same of Service Connect, however the namespace is named.
func (serviceConnect) same(x, y *state.ServiceRevision) bool {
	if !enabled(x.ServiceConnectConfiguration) && !enabled(y.ServiceConnectConfiguration) {
		return true
	}
	if x.ConnectNamespace != y.ConnectNamespace {
		return false
	}
	a, b := *x.ServiceConnectConfiguration, *y.ServiceConnectConfiguration
	a.Namespace, b.Namespace = nil, nil
	return reflect.DeepEqual(a, b)
}

func (serviceConnect) showInDeployment(shown *types.Deployment, d *state.Deployment) {
	shown.ServiceConnectConfiguration, shown.ServiceConnectResources = d.Revision.ServiceConnectConfiguration, connectResources(d.Connect)
}

func (serviceConnect) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.ServiceConnectConfiguration = r.ServiceConnectConfiguration
}

// connecting is a service whose Service Connect is held against what there is.
type connecting struct {
	*resolving
	// namespace is the one that is meant, once it is known.
	namespace *servicediscovery.Namespace
}

// enabled reports whether a configuration turns Service Connect on; what else is in one that does not means nothing.
func enabled(c *types.ServiceConnectConfiguration) bool { return c != nil && c.Enabled }

// connect gives a revision its Service Connect configuration, which it may have had before: with the name of the
// namespace where that is the cluster's, and its ARN.
func (in *connecting) connect(r *state.ServiceRevision, asked *types.ServiceConnectConfiguration) error {
	r.ServiceConnectConfiguration = keptConnect(asked)
	if !enabled(asked) {
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

// keep gives a revision the Service Connect configuration of the one before. A namespace that has been deleted does not
// prevent changes of the rest of the service.
func (in *connecting) keep(r, before *state.ServiceRevision) error {
	r.ServiceConnectConfiguration, r.ConnectNamespace = before.ServiceConnectConfiguration, before.ConnectNamespace
	if in.namespace = servicediscovery.FindNamespace(in.Tx, r.ConnectNamespace); in.namespace == nil {
		return nil
	}
	return in.checkServices(r)
}

// keptConnect copies a configuration, as deployments and revisions show it (ECS0301).
func keptConnect(asked *types.ServiceConnectConfiguration) *types.ServiceConnectConfiguration {
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
func (in *connecting) findNamespace(c *types.ServiceConnectConfiguration) error {
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
func (in *connecting) checkLog(c *types.ServiceConnectConfiguration) error {
	err := taskdef.CheckLogConfiguration(in.definition, c.LogConfiguration, in.launchType)
	if refused := new(types.ClientException); errors.As(err, &refused) {
		return kit.InvalidParameter(refused.ErrorMessage())
	}
	return err
}

// checkServices holds what a service offers against its definition and its namespace. The words for what has no
// number are not published.
func (in *connecting) checkServices(r *state.ServiceRevision) error {
	mode := launch.NetworkMode(in.definition, in.launchType)
	if mode != types.NetworkModeAwsvpc && mode != types.NetworkModeBridge {
		// Source: ECS developer guide, Service Connect: host is not supported.
		return kit.InvalidParameter(fmt.Sprintf("Service Connect is not supported with the %s network mode.", mode))
	}
	if taskdef.IsWindows(in.definition) { // issue 5696 of aws/copilot-cli
		return kit.InvalidParameter("Unsupported operating system in task definition. Please choose Linux")
	}
	if r.PlatformVersion == "1.3.0" { // recorded-companions 14.27: 1.4.0 is the first
		return kit.InvalidParameter("Service Connect is not supported with the platform version 1.3.0.")
	}
	ingress, others := map[int32]string{}, endpoint.OthersIn(in.Tx, in.namespace.ARN, in.service.ARN)
	for _, s := range r.ServiceConnectConfiguration.Services {
		if err := in.checkPort(s, ingress); err != nil {
			return err
		}
		name := endpoint.DiscoveryName(s)
		if !endpoint.Free(in.Tx, in.namespace.ARN, name, in.service.ARN) {
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
func (in *connecting) checkPort(s types.ServiceConnectService, ingress map[int32]string) error {
	name := aws.ToString(s.PortName)
	_, mapping := endpoint.Port(in.definition, s)
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
		if other := containerPort(in.definition, port); other != "" {
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
func (in *connecting) checkProtocol(s types.ServiceConnectService, mapping *types.PortMapping) error {
	for _, d := range in.service.Deployments {
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
func (in *connecting) stableConfig(appProtocol string) string {
	if appProtocol == "" {
		appProtocol = "null"
	}
	return "ScServiceStableConfig(applicationProtocol=" + appProtocol + ", transportProtocol=tcp, ecsServiceArn=" + in.service.ARN + ")"
}

// unsupportedConnect names what Service Connect is not built for.
func unsupportedConnect(c *types.ServiceConnectConfiguration, def *types.TaskDefinition, launchType types.LaunchType) (refused []string) {
	switch {
	case !enabled(c):
	case launchType == types.LaunchTypeExternal:
		refused = append(refused, "serviceConnectConfiguration with the EXTERNAL launch type")
	case launch.NetworkMode(def, launchType) == types.NetworkModeBridge:
		refused = append(refused, "serviceConnectConfiguration with the bridge network mode")
	}
	return refused
}

// connectResources shows the services in Cloud Map of a deployment (ECS0301).
func connectResources(c *state.Connect) (shown []types.ServiceConnectServiceResource) {
	if c == nil {
		return nil
	}
	for _, s := range c.Services {
		shown = append(shown, types.ServiceConnectServiceResource{DiscoveryName: &s.DiscoveryName, DiscoveryArn: &s.DiscoveryARN})
	}
	return shown
}
