package check

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// referToNamespace has a request name its namespace of Cloud Map, whose ARN may be of any account.
func (r *request) referToNamespace() {
	for _, parent := range []string{"serviceConnectConfiguration", "serviceConnectDefaults"} {
		if n := r.input.member(parent).member("namespace"); n != nil && n.kind == text && arn.Is(n.text) {
			n.text = arn.Name(n.text)
		}
	}
}

// aNamespace is the cluster's where a service names none.
const aNamespace = "check"

// namespaceOf is the name of the namespace that a configuration means; empty: it needs none.
func namespaceOf(c *types.ServiceConnectConfiguration) string {
	if c == nil || !c.Enabled {
		return ""
	}
	return cmp.Or(aws.ToString(c.Namespace), aNamespace)
}

// writeNamespaces makes the namespaces, and the cluster's default one where that is meant.
func (w world) writeNamespaces(tx *store.Tx, c *state.Cluster, now time.Time) {
	for _, name := range w.namespaces {
		n := endpoint.MakeNamespace(tx, scope, name, now)
		if name == aNamespace {
			c.ServiceConnectDefaults = &types.ClusterServiceConnectDefaults{Namespace: &n.ARN}
		}
	}
}

// namePorts gives a stand-in of a definition the port mappings that a service offers.
func namePorts(in *sdk.RegisterTaskDefinitionInput, c *types.ServiceConnectConfiguration) {
	if namespaceOf(c) == "" {
		return
	}
	container := &in.ContainerDefinitions[0]
	for i, s := range c.Services {
		named := func(m types.PortMapping) bool { return aws.ToString(m.Name) == aws.ToString(s.PortName) }
		if !slices.ContainsFunc(container.PortMappings, named) {
			container.PortMappings = append(container.PortMappings, types.PortMapping{
				Name: s.PortName, ContainerPort: aws.Int32(int32(40000 + i)), AppProtocol: types.ApplicationProtocolHttp,
			})
		}
	}
}
