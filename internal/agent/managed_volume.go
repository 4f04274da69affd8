package agent

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// managed is the volume that ECS makes for a task in place of one of its definition; nil
// where that one is of another kind.
func managed(t *state.Task, v *types.Volume) *state.ManagedVolume {
	if !aws.ToBool(v.ConfiguredAtLaunch) {
		return nil
	}
	return t.Spec.Volume
}

// runsAsUser reports whether a container that mounts a volume does not run as root.
func (v *view) runsAsUser(volume string) bool {
	return slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool { return aws.ToString(d.User) != "" && mounts(&d, volume) })
}

// provisions reports whether the task has something of its own, for which it waits in
// PROVISIONING and which it gives back in DEPROVISIONING.
func (v *view) provisions() bool { return !v.plain || v.status.Volume.Status != "" }

// lacksVolume reports whether the task still waits for its managed volume.
func (v *view) lacksVolume() bool {
	return v.status.Volume.Status == "CREATED" || v.status.Volume.Status == "ATTACHING"
}

// settleVolume derives how the managed volume fares: when it is there, it is attached as
// the task gets its network. That both come together is the emulator's own.
func (w *work) settleVolume() {
	s := &w.view.status.Volume
	made := slices.ContainsFunc(w.view.volumes, func(v volumeState) bool { return v.made && managed(w.task, &v.definition) != nil })
	if s.Status == "" || w.view.stop != nil || !made {
		return
	}
	next := s.Status
	switch {
	case w.view.sandbox == sandboxRunning:
		next = "ATTACHED"
	case s.Status == "CREATED":
		next = "ATTACHING"
	}
	if next != s.Status {
		s.Status, s.ID = next, w.task.Placement.VolumeID
		w.publication.Touch()
	}
}
