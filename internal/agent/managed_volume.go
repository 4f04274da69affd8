package agent

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
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

// Labels of managed volumes. Each tag of the volume has a label.
const (
	labelVolumeID  = "ecs-emulator.volume-id"
	labelVolumeTag = "ecs-emulator.tag."
)

// managedSource is a volume of the engine that is named after the EBS volume. One that
// does not go with its task is nobody's from the start.
//
// Nothing of the image is copied to it, as nothing is to a file system.
func managedSource(t *state.Task, v *state.ManagedVolume) (volumeSource, error) {
	if v.Configuration.FilesystemType == types.TaskFilesystemTypeNtfs {
		return volumeSource{}, errNotFormatted
	}
	spec := backend.VolumeSpec{Name: managedVolumeName(t), Labels: volumeLabels(t), Shared: !v.GoesWithTask()}
	spec.Labels[labelVolumeID] = t.Placement.VolumeID
	for _, tag := range v.Tags {
		spec.Labels[labelVolumeTag+aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	spec.Labels[labelVolumeTag+"AmazonECSCreated"] = t.ARN
	return volumeSource{volume: spec, mount: backend.Mount{Source: spec.Name, Volume: true, Shared: spec.Shared, Bare: true}}, nil
}

func managedVolumeName(t *state.Task) string { return "ecs-emulator-" + t.Placement.VolumeID }

// writable is where in a managed volume containers that do not run as root may write. ECS
// gives that right to the group of the container's user, here everybody has it.
// Source: ECS developer guide, Amazon EBS volume configuration.
func (v *view) writable(source volumeSource, volume string) volumeSource {
	if slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool { return aws.ToString(d.User) != "" && mounts(&d, volume) }) {
		return source.at("data", 0o777)
	}
	return source
}

// What ECS says of a managed volume that a task cannot have.
// Source: ECS developer guide, status reasons for Amazon EBS volume attachment.
var errNotFormatted = errors.New("ECS timed out while configuring the EBS volume attachment to your Task")

// errRole is of an infrastructure role.
type errRole string

func (role errRole) Error() string {
	return "ECS was unable to assume the configured ECS Infrastructure Role '" + string(role) + "'. " +
		"Please verify that the role being passed has the proper trust relationship with Amazon ECS"
}

// managedFailed is why there is no managed volume.
func managedFailed(err error) string {
	var role errRole
	if errors.Is(err, errNotFormatted) || errors.As(err, &role) {
		return err.Error()
	}
	return "ECS failed to set up the EBS volume. Encountered " + engineText(err)
}

// source is what the engine is asked for, unless ECS would not get as far as that.
func (w *work) source(v *types.Volume) (volumeSource, error) {
	source, err := sourceOf(w.task, v, w.host.VolumeOptions)
	m := managed(w.task, v)
	if m == nil || err != nil {
		return source, err
	}
	if assumes := w.host.agent.AssumesRole; assumes != nil && !assumes(w.task, m.RoleARN()) {
		return volumeSource{}, errRole(m.RoleARN())
	}
	return w.view.writable(source, m.Name), nil
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
	made := slices.ContainsFunc(w.view.volumes, func(v volume) bool { return v.made && managed(w.task, &v.definition) != nil })
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
		w.publication.touch()
	}
}
