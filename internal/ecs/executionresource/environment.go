// Package executionresource reads what the containers of a task refer to, with the task's execution
// role: secrets, parameters, environment files, and logins of registries. ECS calls them execution
// resources.
package executionresource

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

type Resources struct {
	Files, Secrets []types.KeyValuePair // variables
	LogOptions     map[string]string
	Registry       *backend.RegistryAuth // nil if it has none
	RouterFile     []byte                // of a log router, with more configuration
	image          string                // for which the login is
}

func Refers(d *types.ContainerDefinition) bool {
	return d.RepositoryCredentials != nil || len(d.Secrets) > 0 || len(d.EnvironmentFiles) > 0 || len(secretOptions(d)) > 0 ||
		taskdef.RouterObject(d.FirelensConfiguration) != ""
}

func secretOptions(d *types.ContainerDefinition) []types.Secret {
	if d.LogConfiguration == nil {
		return nil
	}
	return d.LogConfiguration.SecretOptions
}

// With is a definition with what the container refers to in its environment and in
// the options of its log driver. Files give way to the environment, which gives way to
// secrets. Source: ECS API reference, ContainerDefinition.environmentFiles; amazon-ecs-agent.
func (r Resources) With(d *types.ContainerDefinition) *types.ContainerDefinition {
	full := *d
	full.Environment = over(r.Secrets, over(d.Environment, r.Files))
	if len(r.LogOptions) > 0 {
		log := *d.LogConfiguration
		log.Options = maps.Clone(log.Options)
		if log.Options == nil {
			log.Options = map[string]string{}
		}
		maps.Copy(log.Options, r.LogOptions)
		full.LogConfiguration = &log
	}
	return &full
}
