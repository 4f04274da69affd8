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

// deriveVolumeStatus derives how the managed volume fares: when it is there, it is attached as
// the task gets its network. That both come together is the emulator's own.
func (w *taskRunner) deriveVolumeStatus() {
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
