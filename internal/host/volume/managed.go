package volume

import (
	"errors"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Labels of managed volumes. Each tag of the volume has a label.
const (
	labelVolumeID  = "ecs-emulator.volume-id"
	labelVolumeTag = "ecs-emulator.tag."
)

// managedSource is a volume of the engine that is named after the EBS volume. One that
// does not go with its task is shared from the start.
//
// Nothing of the image is copied to it, as nothing is to a file system.
func (r Request) managedSource() (Source, error) {
	v := r.Managed
	if v.Configuration.FilesystemType == types.TaskFilesystemTypeNtfs {
		return Source{}, errNotFormatted
	}
	spec := backend.VolumeSpec{Name: r.managedName(), Labels: maps.Clone(r.Labels), Shared: !v.GoesWithTask()}
	spec.Labels[labelVolumeID] = r.VolumeID
	for _, tag := range v.Tags {
		spec.Labels[labelVolumeTag+aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	spec.Labels[labelVolumeTag+"AmazonECSCreated"] = r.TaskARN
	return Source{volume: spec, mount: backend.Mount{Source: spec.Name, Volume: true, Shared: spec.Shared, Bare: true}}, nil
}

func (r Request) managedName() string { return "ecs-emulator-" + r.VolumeID }

// Writable is the part of a managed volume in which containers that do not run as root may write.
// ECS gives that right to the group of the container's user, here everybody has it.
// Source: ECS developer guide, Amazon EBS volume configuration.
func (s Source) Writable() Source { return s.at("data", 0o777) }

// What ECS says of a managed volume that a task cannot have.
// Source: ECS developer guide, status reasons for Amazon EBS volume attachment.
var errNotFormatted = errors.New("ECS timed out while configuring the EBS volume attachment to your Task")

// RoleError is about an infrastructure role that ECS cannot assume, or that may not make and attach the volume: ECS says the same
// of both.
type RoleError string

func (role RoleError) Error() string {
	return "ECS was unable to assume the configured ECS Infrastructure Role '" + string(role) + "'. " +
		"Please verify that the role being passed has the proper trust relationship with Amazon ECS"
}

// managedFailed is why there is no managed volume.
func managedFailed(err error) string {
	var role RoleError
	if errors.Is(err, errNotFormatted) || errors.As(err, &role) {
		return err.Error()
	}
	return "ECS failed to set up the EBS volume. Encountered " + strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}

// NameWithTask is the engine's name of a volume that is removed with its task; ok is false for
// any other.
func (r Request) NameWithTask() (name string, ok bool) {
	v := r.Definition
	switch d := v.DockerVolumeConfiguration; {
	case r.Managed != nil:
		return r.managedName(), r.Managed.GoesWithTask()
	case v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
		return "", false
	case d != nil:
		return r.EngineName, d.Scope != types.ScopeShared
	}
	return r.EngineName, v.EfsVolumeConfiguration == nil && v.FsxWindowsFileServerVolumeConfiguration == nil && v.S3filesVolumeConfiguration == nil
}
