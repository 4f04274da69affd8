package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func checkProxyConfiguration(def *types.TaskDefinition) error {
	p := def.ProxyConfiguration
	if p == nil {
		return nil
	}
	if err := checkEnum("type", p.Type, p.Type.Values()); err != nil {
		return err
	}
	if name := value(p.ContainerName); containerNamed(def.ContainerDefinitions, name) == nil {
		return refuse("Proxy container [%s] does not exist.", name)
	}
	if def.NetworkMode != types.NetworkModeAwsvpc {
		return refuse("APPMESH proxy configuration is only supported in networkMode=awsvpc")
	}
	// ECS0190 for the first; the others are required as well, and their words are by analogy.
	// Source: ECS API reference, ProxyConfiguration.properties.
	for _, required := range [...]struct{ property, what string }{
		{"ProxyIngressPort", "Ingress port"}, {"ProxyEgressPort", "Egress port"}, {"AppPorts", "App ports"},
	} {
		if !slices.ContainsFunc(p.Properties, func(pair types.KeyValuePair) bool { return value(pair.Name) == required.property }) {
			return refuse("%s not found", required.what)
		}
	}
	return nil
}
