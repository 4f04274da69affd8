package plan

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Managed is the volume that ECS makes for a task in place of one of its definition; nil
// where that one is of another kind.
func Managed(t *state.Task, v *types.Volume) *state.ManagedVolume {
	if !aws.ToBool(v.ConfiguredAtLaunch) {
		return nil
	}
	return t.Spec.Volume
}

// NextVolumeStatus derives how the managed volume of a task fares, and reports whether that is new. When
// it is there, it is attached as the task gets its network. That both come together is the emulator's own.
func (v *View) NextVolumeStatus(t *state.Task) (changed bool) {
	s := &v.Status.Volume
	made := slices.ContainsFunc(v.Volumes, func(is VolumeState) bool { return is.Made && Managed(t, &is.Definition) != nil })
	if s.Status == "" || v.Stop != nil || !made {
		return false
	}
	next := s.Status
	switch {
	case v.Sandbox == SandboxRunning:
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
