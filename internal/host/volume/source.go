// Package volume says what a volume of a task definition is on a container engine, and obtains it:
// an engine's volume, or a folder of one or of the engine's host. It decides by the definition
// alone, and by a few words about the task that mounts the volume.
package volume

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Options say what of the engine's host tasks may mount.
type Options struct {
	// HostPaths are the paths of which, and below which, volumes may be.
	HostPaths taskdef.HostPaths
	// FileSystems are folders to use as file systems, by id; others are a Docker volume
	// each.
	FileSystems map[string]string
}

// Folders are the folders of the host that tasks have as file systems.
func (o Options) Folders() []string { return slices.Collect(maps.Values(o.FileSystems)) }

// Request is a volume of a task's definition, and what there is to know of the task.
type Request struct {
	Definition *types.Volume
	EngineName string            // of a volume that lives as long as the task
	Labels     map[string]string // of what is made for the task
	// Managed is the volume that ECS makes in place of this one, with its id; nil where this one is
	// of another kind.
	Managed   *state.ManagedVolume
	VolumeID  string
	TaskARN   string // for names of tags and for the words of failures, as the next ones
	Region    string
	OnFargate bool
}

// Source is what the engine is asked for, to have a volume.
type Source struct {
	volume    backend.VolumeSpec // to be made or found; without a name there is none
	mustExist bool               // the volume is not made
	folder    backend.FolderSpec // of the volume or the host, which is what is mounted
	mount     backend.Mount      // what is mounted where no folder is
}

// Obtain asks the engine for it, and returns what containers mount, but for what mount points say.
func (s Source) Obtain(ctx context.Context, engine backend.Storage) (mount backend.Mount, err error) {
	switch {
	case s.mustExist:
		_, err = engine.Volume(ctx, s.volume.Name)
	case s.volume.Name != "":
		err = engine.EnsureVolume(ctx, s.volume)
	}
	if err != nil || s.folder.Path == "" {
		return s.mount, err
	}
	path, err := engine.Folder(ctx, s.folder)
	return backend.Mount{Source: path}, err
}

// Folder is the folder that is mounted, which is there already; without a path there is none.
func (s Source) Folder() backend.FolderSpec {
	folder := s.folder
	folder.Make = 0
	return folder
}

// Source decides what a volume is on the engine. It fails for one that may not be had, for which see
// [Request.Failure].
// Source: ECS API reference, Volume; amazon-ecs-agent for names and scopes.
func (o Options) Source(r Request) (Source, error) {
	v := r.Definition
	if why, denied := o.HostPaths.DeniedVolume(v, o.Folders()...); denied { // the emulator that took it allowed it
		return Source{}, errors.New(why)
	}
	if r.Managed != nil {
		return r.managedSource()
	}
	switch {
	case v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
		return o.hostFolder(*v.Host.SourcePath, 0o755), nil
	case v.DockerVolumeConfiguration != nil:
		return r.dockerSource(v.DockerVolumeConfiguration)
	case v.EfsVolumeConfiguration != nil:
		return o.efsSource(v.EfsVolumeConfiguration), nil
	case v.FsxWindowsFileServerVolumeConfiguration != nil:
		f := v.FsxWindowsFileServerVolumeConfiguration
		return o.fileSystem(aws.ToString(f.FileSystemId)).at(shareFolder(aws.ToString(f.RootDirectory)), 0), nil
	case v.S3filesVolumeConfiguration != nil:
		return o.s3FilesSource(v.S3filesVolumeConfiguration), nil
	}
	return r.taskSource(&types.DockerVolumeConfiguration{}), nil
}

// hostFolder is a path of the engine's host, which is made with the permissions given, if
// any. It is looked for from the outermost folder on that tasks may have: to those that have
// it, what it is in is theirs to replace by a link.
func (o Options) hostFolder(hostPath string, permissions fs.FileMode) Source {
	theirs := append(o.Folders(), o.HostPaths...)
	root, rest, _ := taskdef.HostPaths(theirs).Find(hostPath)
	return Source{mount: backend.Mount{Source: root}}.at(rest, permissions)
}

// dockerSource: a volume that is to be there already, and one that lives as long as the
// task but is to be there already, fail before the engine is asked for it.
// Source: amazon-ecs-agent, for the words.
func (r Request) dockerSource(d *types.DockerVolumeConfiguration) (Source, error) {
	switch {
	case d.Scope != types.ScopeShared && aws.ToBool(d.Autoprovision):
		return Source{}, NotInitialized(r.TaskARN, fmt.Errorf("volume [%s] : task scoped volume could not be autoprovisioned", aws.ToString(r.Definition.Name)))
	case d.Scope != types.ScopeShared:
		return r.taskSource(d), nil
	}
	name := aws.ToString(r.Definition.Name)
	return Source{
		volume: backend.VolumeSpec{
			Name: name, Driver: aws.ToString(d.Driver), Options: d.DriverOpts, Labels: d.Labels, Shared: true,
		},
		mustExist: !aws.ToBool(d.Autoprovision),
		mount:     backend.Mount{Source: name, Volume: true, Shared: true},
	}, nil
}

// taskSource is a volume that lives as long as the task.
func (r Request) taskSource(d *types.DockerVolumeConfiguration) Source {
	spec := backend.VolumeSpec{
		Name: r.EngineName, Driver: aws.ToString(d.Driver), Options: d.DriverOpts, Labels: map[string]string{},
	}
	maps.Copy(spec.Labels, d.Labels)
	maps.Copy(spec.Labels, r.Labels) // they win
	return Source{volume: spec, mount: backend.Mount{Source: spec.Name, Volume: true}}
}

// Bare is the volume without what images have where it is mounted.
func (s Source) Bare() Source {
	s.mount.Bare = true
	return s
}

// at is a folder of a source, or of the folder that this already is. It is made with the permissions given, if any.
func (s Source) at(folder string, permissions fs.FileMode) Source {
	if folder = strings.TrimPrefix(path.Clean("/"+folder), "/"); folder != "" {
		s.folder = backend.FolderSpec{
			Source: s.mount.Source, Volume: s.mount.Volume, Path: path.Join(s.folder.Path, folder), Make: permissions,
		}
	}
	return s
}
