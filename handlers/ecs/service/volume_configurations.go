package service

import (
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// volumeConfigurations are the volumes that tasks get. They have been held against the definition by then.
type volumeConfigurations struct{ unsaid }

func (volumeConfigurations) rows() []member.Row { return member.Act("volumeConfigurations[].name") }

// shownVolumes are the volumes asked for, or the ones so far.
func shownVolumes(r Request, before *state.ServiceRevision) []types.ServiceVolumeConfiguration {
	if r.VolumeConfigurations == nil {
		return before.VolumeConfigurations
	}
	return launch.ShownVolumeConfigurations(r.VolumeConfigurations)
}

// checkController: task sets have no volumes of their own. Source: ECS API reference, CreateTaskSet.
func (volumeConfigurations) checkController(r Request, _ types.DeploymentControllerType) error {
	return onlyWithECS("volumeConfigurations", len(r.VolumeConfigurations) > 0)
}

func (volumeConfigurations) resolve(in *resolving) error {
	in.revision.VolumeConfigurations = shownVolumes(in.Request, in.before)
	return nil
}

func (volumeConfigurations) same(x, y *state.ServiceRevision) bool {
	return reflect.DeepEqual(x.VolumeConfigurations, y.VolumeConfigurations)
}

func (volumeConfigurations) showInDeployment(shown *types.Deployment, d *state.Deployment) {
	shown.VolumeConfigurations = d.Revision.VolumeConfigurations
}

func (volumeConfigurations) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.VolumeConfigurations = r.VolumeConfigurations
}
