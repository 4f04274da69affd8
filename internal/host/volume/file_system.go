package volume

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const labelFileSystem = "ecs-emulator.file-system"

// fileSystem is a folder of the engine's host, or a volume that all tasks share which ask
// for that id.
func (o Options) fileSystem(id string) Source {
	if folder := o.FileSystems[id]; folder != "" {
		return o.hostFolder(folder, 0)
	}
	name := "ecs-emulator-" + id
	return Source{
		volume: backend.VolumeSpec{Name: name, Labels: map[string]string{labelFileSystem: id}, Shared: true},
		mount:  backend.Mount{Source: name, Volume: true, Shared: true, Bare: true},
	}
}

// efsSource: the real folder of an access point is known to EFS alone, and who may write
// there. Here it is one of the access point's id, in which everybody may.
func (o Options) efsSource(e *types.EFSVolumeConfiguration) Source {
	root := o.fileSystem(aws.ToString(e.FileSystemId))
	if a := e.AuthorizationConfig; a != nil && aws.ToString(a.AccessPointId) != "" {
		return root.at(*a.AccessPointId, 0o777)
	}
	return root.at(aws.ToString(e.RootDirectory), 0)
}

// s3FilesSource is as EFS, but that all is named by ARNs.
func (o Options) s3FilesSource(s *types.S3FilesVolumeConfiguration) Source {
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
