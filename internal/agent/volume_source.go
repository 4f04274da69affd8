package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// VolumeOptions say what of the engine's host tasks may mount.
type VolumeOptions struct {
	// HostPaths are the paths of which, and below which, volumes may be.
	HostPaths taskdef.HostPaths
	// FileSystems are folders to use as file systems, by id; others are a Docker volume
	// each.
	FileSystems map[string]string
}

// folders are those of the host that tasks have as file systems.
func (o VolumeOptions) folders() []string { return slices.Collect(maps.Values(o.FileSystems)) }

// volumeSource is what the engine is asked for, to have a volume of a task.
type volumeSource struct {
	volume    backend.VolumeSpec // to be made or found; without a name there is none
	mustExist bool               // the volume is not made
	folder    backend.FolderSpec // of the volume or the host, which is what is mounted
	mount     backend.Mount      // what is mounted where no folder is
}

// sourceOf decides what a volume of a task is on the engine.
// Source: ECS API reference, Volume; amazon-ecs-agent for names and scopes.
func sourceOf(t *state.Task, v *types.Volume, o VolumeOptions) (volumeSource, error) {
	name := aws.ToString(v.Name)
	if why, denied := o.HostPaths.DeniedVolume(v, o.folders()...); denied { // the emulator that took it allowed it
		return volumeSource{}, errors.New(why)
	}
	if m := managed(t, v); m != nil {
		return managedSource(t, m)
	}
	switch {
	case v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
		return o.hostFolder(*v.Host.SourcePath, 0o755), nil
	case v.DockerVolumeConfiguration != nil:
		return dockerSource(t, name, v.DockerVolumeConfiguration)
	case v.EfsVolumeConfiguration != nil:
		return o.efsSource(v.EfsVolumeConfiguration), nil
	case v.FsxWindowsFileServerVolumeConfiguration != nil:
		f := v.FsxWindowsFileServerVolumeConfiguration
		return o.fileSystem(aws.ToString(f.FileSystemId)).at(shareFolder(aws.ToString(f.RootDirectory)), 0), nil
	case v.S3filesVolumeConfiguration != nil:
		return o.s3FilesSource(v.S3filesVolumeConfiguration), nil
	}
	return taskSource(t, name, &types.DockerVolumeConfiguration{}), nil
}

// hostFolder is a path of the engine's host, which is made with the permissions given, if
// any. It is looked for from the outermost folder on that tasks may have: to those that have
// it, what it is in is theirs to replace by a link.
func (o VolumeOptions) hostFolder(hostPath string, permissions fs.FileMode) volumeSource {
	theirs := append(o.folders(), o.HostPaths...)
	root, rest, _ := taskdef.HostPaths(theirs).Find(hostPath)
	return volumeSource{mount: backend.Mount{Source: root}}.at(rest, permissions)
}

// dockerSource: a volume that is to be there already, and one that lives as long as the
// task but is to be there already, fail before the engine is asked for it.
// Source: amazon-ecs-agent, for the words.
func dockerSource(t *state.Task, name string, d *types.DockerVolumeConfiguration) (volumeSource, error) {
	switch {
	case d.Scope != types.ScopeShared && aws.ToBool(d.Autoprovision):
		return volumeSource{}, fmt.Errorf("%svolume [%s] : task scoped volume could not be autoprovisioned", notInitialized(t), name)
	case d.Scope != types.ScopeShared:
		return taskSource(t, name, d), nil
	}
	return volumeSource{
		volume: backend.VolumeSpec{
			Name: name, Driver: aws.ToString(d.Driver), Options: d.DriverOpts, Labels: d.Labels, Shared: true,
		},
		mustExist: !aws.ToBool(d.Autoprovision),
		mount:     backend.Mount{Source: name, Volume: true, Shared: true},
	}, nil
}

// taskSource is a volume that lives as long as the task.
func taskSource(t *state.Task, name string, d *types.DockerVolumeConfiguration) volumeSource {
	spec := backend.VolumeSpec{
		Name: volumeName(t, name), Driver: aws.ToString(d.Driver), Options: d.DriverOpts, Labels: map[string]string{},
	}
	maps.Copy(spec.Labels, d.Labels)
	maps.Copy(spec.Labels, volumeLabels(t)) // they win
	return volumeSource{volume: spec, mount: backend.Mount{Source: spec.Name, Volume: true}}
}

// labelFileSystem says of which file system a volume is.
const labelFileSystem = "ecs-emulator.file-system"

// fileSystem is a folder of the engine's host, or a volume that all tasks share which ask
// for that id.
func (o VolumeOptions) fileSystem(id string) volumeSource {
	if folder := o.FileSystems[id]; folder != "" {
		return o.hostFolder(folder, 0)
	}
	name := "ecs-emulator-" + id
	return volumeSource{
		volume: backend.VolumeSpec{Name: name, Labels: map[string]string{labelFileSystem: id}, Shared: true},
		mount:  backend.Mount{Source: name, Volume: true, Shared: true, Bare: true},
	}
}

// efsSource: the real folder of an access point is known to EFS alone, and who may write
// there. Here it is one of the access point's id, in which everybody may.
func (o VolumeOptions) efsSource(e *types.EFSVolumeConfiguration) volumeSource {
	root := o.fileSystem(aws.ToString(e.FileSystemId))
	if a := e.AuthorizationConfig; a != nil && aws.ToString(a.AccessPointId) != "" {
		return root.at(*a.AccessPointId, 0o777)
	}
	return root.at(aws.ToString(e.RootDirectory), 0)
}

// s3FilesSource is as EFS, but that all is named by ARNs.
func (o VolumeOptions) s3FilesSource(s *types.S3FilesVolumeConfiguration) volumeSource {
	root := o.fileSystem(arn.Name(aws.ToString(s.FileSystemArn)))
	if point := aws.ToString(s.AccessPointArn); point != "" {
		return root.at(arn.Name(point), 0o777)
	}
	return root.at(aws.ToString(s.RootDirectory), 0)
}

// shareFolder is the folder of a Windows path in a file system: the share that each has
// is its root. Source: FSx for Windows File Server user guide, file shares.
func shareFolder(rootDirectory string) string {
	folder := strings.Trim(strings.ReplaceAll(rootDirectory, `\`, "/"), "/")
	if share, rest, _ := strings.Cut(folder, "/"); strings.EqualFold(share, "share") {
		return rest
	}
	return folder
}

// at is a folder of a source, or of the folder that this already is. It is made with the permissions given, if any.
func (s volumeSource) at(folder string, permissions fs.FileMode) volumeSource {
	if folder = strings.TrimPrefix(path.Clean("/"+folder), "/"); folder != "" {
		s.folder = backend.FolderSpec{
			Source: s.mount.Source, Volume: s.mount.Volume, Path: path.Join(s.folder.Path, folder), Make: permissions,
		}
	}
	return s
}
