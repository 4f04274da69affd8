package firelens

import (
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// WithRouter is what the containers of a task are with their log router, without which they stay as they are: the router
// has the socket's volume, others start after it, and secrets among their options become variables of the router.
func WithRouter(containers []types.ContainerDefinition) []types.ContainerDefinition {
	at := Router(containers)
	if at < 0 {
		return containers
	}
	all := slices.Clone(containers)
	router := &all[at]
	router.MountPoints = append(slices.Clone(router.MountPoints), types.MountPoint{
		SourceVolume: aws.String(Volume), ContainerPath: aws.String(SocketFolder),
	})
	router.Secrets = slices.Clone(router.Secrets)
	for i := range all {
		c := &all[i]
		if !Uses(c) {
			continue
		}
		c.LogConfiguration = withoutSecrets(c.LogConfiguration, i, router)
		if i != at && len(router.DependsOn)+len(router.VolumesFrom) == 0 && !dependsOn(c, aws.ToString(router.Name)) { // FL-12
			c.DependsOn = append(slices.Clone(c.DependsOn), types.ContainerDependency{
				ContainerName: router.Name, Condition: types.ContainerConditionStart,
			})
		}
	}
	return all
}

func dependsOn(c *types.ContainerDefinition, name string) bool {
	return slices.ContainsFunc(c.DependsOn, func(d types.ContainerDependency) bool { return aws.ToString(d.ContainerName) == name })
}

// withoutSecrets has options name variables in place of secrets. They are variables of the router, told
// apart by the container's place in the task (FL-13).
func withoutSecrets(l *types.LogConfiguration, place int, router *types.ContainerDefinition) *types.LogConfiguration {
	if len(l.SecretOptions) == 0 {
		return l
	}
	changed := types.LogConfiguration{LogDriver: l.LogDriver, Options: maps.Clone(l.Options)}
	if changed.Options == nil {
		changed.Options = map[string]string{}
	}
	for _, secret := range l.SecretOptions {
		option := aws.ToString(secret.Name)
		variable := option + "_" + strconv.Itoa(place)
		router.Secrets = append(router.Secrets, types.Secret{Name: &variable, ValueFrom: secret.ValueFrom})
		changed.Options[option] = "${" + variable + "}"
		if router.FirelensConfiguration.Type == types.FirelensConfigurationTypeFluentd {
			changed.Options[option] = `"#{ENV['` + variable + `']}"`
		}
	}
	return &changed
}
