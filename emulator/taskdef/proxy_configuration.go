package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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
	return nil
}
