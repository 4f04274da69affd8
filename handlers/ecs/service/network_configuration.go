package service

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// networkConfiguration is where network interfaces of tasks are. It has been held against the definition by then.
type networkConfiguration struct{ unsaid }

func (networkConfiguration) resolve(in *resolving) error {
	if in.revision.NetworkConfiguration == nil {
		return nil
	}
	_, err := in.launches.Network(in.Tx, in.Scope, in.revision.NetworkConfiguration.AwsvpcConfiguration)
	return err
}

func (networkConfiguration) same(x, y *state.ServiceRevision) bool {
	return launch.SameNetwork(x.NetworkConfiguration, y.NetworkConfiguration)
}

func (networkConfiguration) showInService(s *types.Service, r *state.ServiceRevision) {
	s.NetworkConfiguration = r.NetworkConfiguration
}

func (networkConfiguration) showInDeployment(shown *types.Deployment, d *state.Deployment) {
	shown.NetworkConfiguration = d.Revision.NetworkConfiguration
}

func (networkConfiguration) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.NetworkConfiguration = r.NetworkConfiguration
}
