package taskspec

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// socketSource is the volume for the log router's socket. A task whose router cannot be configured does not get as far as
// that. A router that does not run as root may make its socket there.
func (m *Maker) socketSource(source volume.Source) (volume.Source, error) {
	if _, err := firelens.NewConfiguration(m.Router, m.View.Definitions); err != nil {
		if options := (*firelens.OptionsError)(nil); errors.As(err, &options) && !m.Router.OnFargate {
			err = volume.NotInitialized(m.Task.ARN, err)
		}
		return volume.Source{}, err
	}
	source = source.Bare()
	if m.View.RunsAsUser(firelens.Volume) {
		source = source.Writable()
	}
	return source, nil
}

// addLogRouter is what FireLens adds to a container: to the log router its configuration, and to those that use it the log
// driver, and the variables with which they find it in a network that they share. On a bridge that is not known yet.
func (m *Maker) addLogRouter(spec *backend.ContainerSpec, d *types.ContainerDefinition) error {
	socket := m.View.SocketOfRouter()
	if d.FirelensConfiguration != nil {
		c, err := firelens.NewConfiguration(m.Router, m.View.Definitions)
		if err != nil {
			return err
		}
		spec.Files = c.Files(m.View.Resources.Of[aws.ToString(d.Name)].RouterFile)
		spec.Router = c.Router(socket)
		if d.FirelensConfiguration.Type == types.FirelensConfigurationTypeFluentd {
			// An image of Fluentd runs as that user, who has to make the socket. Source: amazon-ecs-agent, docker_task_engine.
			spec.Env = containerspec.Replacing(spec.Env, []string{"FLUENT_UID=0"})
		}
	}
	if !firelens.Uses(d) {
		return nil
	}
	spec.Log = firelens.Log(d, m.Task.ARN, socket)
	if m.Router.NetworkMode == types.NetworkModeAwsvpc {
		spec.Env = containerspec.Replacing(spec.Env, firelens.Variables("127.0.0.1"))
	}
	return nil
}
