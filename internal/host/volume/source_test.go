package volume

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/google/go-cmp/cmp"
)

// request is what there is to know of a task on a container instance, or on Fargate.
func request(v *types.Volume, onFargate bool) Request {
	return Request{
		Definition: v, EngineName: "ecs-web-1-data", Labels: map[string]string{"task": "1"}, TaskARN: "arn", Region: "us-east-1", OnFargate: onFargate,
	}
}

func efs(change func(*types.EFSVolumeConfiguration)) types.Volume {
	e := &types.EFSVolumeConfiguration{FileSystemId: aws.String("fs-1"), RootDirectory: aws.String("/")}
	change(e)
	return types.Volume{EfsVolumeConfiguration: e}
}

func hostVolume(path string) types.Volume {
	return types.Volume{Host: &types.HostVolumeProperties{SourcePath: &path}}
}

func fsx(folder string) types.Volume {
	return types.Volume{FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
		FileSystemId: aws.String("fs-1"), RootDirectory: &folder,
	}}
}

// TestWhatAVolumeMounts holds each kind of volume to what is asked for and mounted.
func TestWhatAVolumeMounts(t *testing.T) {
	options := Options{HostPaths: taskdef.HostPaths{"/srv", "/srv/deep", "/run/app.sock", "/exports/host"}, FileSystems: map[string]string{
		"fs-2": "/exports", "fs-3": "/srv/efs", "fs-4": "/exports/inner",
	}}
	in := func(id, folder string) types.Volume {
		return efs(func(e *types.EFSVolumeConfiguration) { e.FileSystemId, e.RootDirectory = &id, &folder })
	}
	whole := backend.Mount{Source: "ecs-emulator-fs-1", Volume: true, Shared: true, Bare: true}
	inFileSystem := func(folder string) backend.FolderSpec {
		return backend.FolderSpec{Source: "ecs-emulator-fs-1", Volume: true, Path: folder}
	}
	for name, c := range map[string]struct {
		volume types.Volume
		mount  backend.Mount
		folder backend.FolderSpec // instead
	}{
		"a host path that is allowed": {hostVolume("/run/app.sock"), backend.Mount{Source: "/run/app.sock"}, backend.FolderSpec{}},
		"one below":                   {hostVolume("/srv/a/../b/"), backend.Mount{}, backend.FolderSpec{Source: "/srv", Path: "b", Make: 0o755}},
		"one below two":               {hostVolume("/srv/deep/b"), backend.Mount{}, backend.FolderSpec{Source: "/srv", Path: "deep/b", Make: 0o755}},
		"a file system":               {efs(func(*types.EFSVolumeConfiguration) {}), whole, backend.FolderSpec{}},
		"a folder of it":              {efs(func(e *types.EFSVolumeConfiguration) { e.RootDirectory = aws.String("/a/../b/") }), backend.Mount{}, inFileSystem("b")},
		"a folder of a folder of the host": {efs(func(e *types.EFSVolumeConfiguration) {
			e.FileSystemId, e.RootDirectory = aws.String("fs-2"), aws.String("/b")
		}), backend.Mount{}, backend.FolderSpec{Source: "/exports", Path: "b"}},
		"a folder of the host":            {efs(func(e *types.EFSVolumeConfiguration) { e.FileSystemId = aws.String("fs-2") }), backend.Mount{Source: "/exports"}, backend.FolderSpec{}},
		"a file system below a host path": {in("fs-3", "/"), backend.Mount{}, backend.FolderSpec{Source: "/srv", Path: "efs"}},
		"a folder of that":                {in("fs-3", "/a/../../b"), backend.Mount{}, backend.FolderSpec{Source: "/srv", Path: "efs/b"}},
		"a file system below another one": {in("fs-4", "/"), backend.Mount{}, backend.FolderSpec{Source: "/exports", Path: "inner"}},
		"a host path below a file system": {hostVolume("/exports/host/a"), backend.Mount{}, backend.FolderSpec{Source: "/exports", Path: "host/a", Make: 0o755}},
		"an access point": {efs(func(e *types.EFSVolumeConfiguration) {
			e.AuthorizationConfig = &types.EFSAuthorizationConfig{AccessPointId: aws.String("fsap-1")}
		}), backend.Mount{}, backend.FolderSpec{Source: "ecs-emulator-fs-1", Volume: true, Path: "fsap-1", Make: 0o777}},
		"the share of a Windows file system": {fsx(`\Share`), whole, backend.FolderSpec{}},
		"a folder of the share":              {fsx(`share\data\web`), backend.Mount{}, inFileSystem("data/web")},
		"S3 Files": {types.Volume{S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{
			FileSystemArn: aws.String("arn:aws:s3files:us-east-1:000000000000:file-system/fs-1"), RootDirectory: aws.String("/b"),
		}}, backend.Mount{}, inFileSystem("b")},
		"an access point of S3 Files": {types.Volume{S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{
			FileSystemArn:  aws.String("arn:aws:s3files:us-east-1:000000000000:file-system/fs-1"),
			AccessPointArn: aws.String("arn:aws:s3files:us-east-1:000000000000:file-system/fs-1/access-point/fsap-1"),
		}}, backend.Mount{}, backend.FolderSpec{Source: "ecs-emulator-fs-1", Volume: true, Path: "fsap-1", Make: 0o777}},
	} {
		got, err := options.Source(request(&c.volume, true))
		if err != nil || got.mustExist {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		mount := got.mount
		if got.folder.Path != "" {
			mount = backend.Mount{}
		}
		if diff := cmp.Diff(c.mount, mount) + cmp.Diff(c.folder, got.folder); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		shared := mount.Volume || got.folder.Volume
		if got.volume.Shared != shared || (got.volume.Name != "") != shared {
			t.Errorf("%s asks for volume %+v", name, got.volume)
		}
	}
}

func TestDockerVolumes(t *testing.T) {
	docker := func(d types.DockerVolumeConfiguration) *types.Volume {
		d.Driver, d.DriverOpts, d.Labels = aws.String("local"), map[string]string{"o": "size=1m"}, map[string]string{"team": "blue", "task": "me"}
		return &types.Volume{Name: aws.String("cache"), DockerVolumeConfiguration: &d}
	}
	own, err := Options{}.Source(request(docker(types.DockerVolumeConfiguration{Scope: types.ScopeTask}), false))
	if v := own.volume; err != nil || v.Name != "ecs-web-1-data" || v.Shared || v.Driver != "local" || v.Options["o"] != "size=1m" ||
		v.Labels["team"] != "blue" || v.Labels["task"] != "1" {
		t.Errorf("of scope task: %+v, %v", v, err)
	}
	for _, autoprovision := range []bool{true, false} {
		shared, err := Options{}.Source(request(docker(types.DockerVolumeConfiguration{Scope: types.ScopeShared, Autoprovision: &autoprovision}), false))
		if v := shared.volume; err != nil || v.Name != "cache" || !v.Shared || v.Driver != "local" || v.Labels["team"] != "blue" || shared.mustExist == autoprovision {
			t.Errorf("shared, with autoprovision %t: %+v, %v", autoprovision, shared, err)
		}
	}
	const why = "volume [cache] : task scoped volume could not be autoprovisioned"
	_, err = Options{}.Source(request(docker(types.DockerVolumeConfiguration{Scope: types.ScopeTask, Autoprovision: aws.Bool(true)}), false))
	if err == nil || err.Error() != "resource cannot be initialized for task arn: "+why {
		t.Errorf("of scope task with autoprovision: %v", err)
	}
}

func TestHostPathsThatAreNotAllowed(t *testing.T) {
	for _, path := range []string{"/", "/etc", "/srvs", "/srv/../etc", "srv", "C:\\srv"} {
		v := hostVolume(path)
		if got, err := (Options{HostPaths: taskdef.HostPaths{"/srv"}}).Source(request(&v, false)); err == nil {
			t.Errorf("%s gives %+v", path, got)
		}
	}
}

// A data directory may be older than the flags.
func TestADeviceThatIsNotAllowed(t *testing.T) {
	v := types.Volume{Name: aws.String("v"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{
		DriverOpts: map[string]string{"type": "none", "o": "bind", "device": "/etc"},
	}}
	if got, err := (Options{HostPaths: taskdef.HostPaths{"/srv"}}).Source(request(&v, false)); err == nil {
		t.Errorf("it is %+v", got)
	}
}
