package agent

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// managed is the volume that ECS makes for a task in place of one of its definition; nil
// where that one is of another kind.
func managed(t *state.Task, v *types.Volume) *state.ManagedVolume {
	if !aws.ToBool(v.ConfiguredAtLaunch) {
		return nil
	}
	return t.Spec.Volume
}

// nextVolumeStatus derives how the managed volume of a task fares, and reports whether that is new. When
// it is there, it is attached as the task gets its network. That both come together is the emulator's own.
func (v *view) nextVolumeStatus(t *state.Task) (changed bool) {
	s := &v.status.Volume
	made := slices.ContainsFunc(v.volumes, func(is volumeState) bool { return is.made && managed(t, &is.definition) != nil })
	if s.Status == "" || v.stop != nil || !made {
		return false
	}
	next := s.Status
	switch {
	case v.sandbox == sandboxRunning:
		next = "ATTACHED"
	case s.Status == "CREATED":
		next = "ATTACHING"
	}
	if next == s.Status {
		return false
	}
	s.Status, s.ID = next, t.Placement.VolumeID
	return true
}
