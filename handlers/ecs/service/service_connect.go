package service

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connect"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
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
	if !connect.Enabled(c) {
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
	return onlyWithECS("serviceConnectConfiguration", connect.Enabled(r.ServiceConnectConfiguration))
}

func (serviceConnect) check(r Request) error { return connect.Check(r.ServiceConnectConfiguration) }

func (serviceConnect) resolve(in *resolving) error {
	connecting := &connect.Connecting{InCluster: in.InCluster, Definition: in.definition, LaunchType: in.launchType, Service: in.service}
	if in.ServiceConnectConfiguration != nil {
		return connecting.Connect(in.revision, in.ServiceConnectConfiguration)
	}
	return connecting.Keep(in.revision, in.before)
}

// same reports whether tasks of two revisions have the same of Service Connect, however the namespace is named.
func (serviceConnect) same(x, y *state.ServiceRevision) bool {
	if !connect.Enabled(x.ServiceConnectConfiguration) && !connect.Enabled(y.ServiceConnectConfiguration) {
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
	shown.ServiceConnectConfiguration, shown.ServiceConnectResources = d.Revision.ServiceConnectConfiguration, connect.Resources(d.Connect)
}

func (serviceConnect) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.ServiceConnectConfiguration = r.ServiceConnectConfiguration
}
