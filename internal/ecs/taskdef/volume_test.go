package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func volumes(list ...types.Volume) func(*request) {
	return func(in *request) { in.Volumes = list }
}

func efs(change func(*types.EFSVolumeConfiguration)) func(*request) {
	e := &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1"), AuthorizationConfig: &types.EFSAuthorizationConfig{}}
	change(e)
	return volumes(types.Volume{Name: ptr("v"), EfsVolumeConfiguration: e})
}

func TestVolumeRefusals(t *testing.T) {
	launch := types.Volume{Name: ptr("ebs"), ConfiguredAtLaunch: ptr(true)}
	docker := func(d types.DockerVolumeConfiguration) func(*request) {
		return volumes(types.Volume{Name: ptr("v"), DockerVolumeConfiguration: &d})
	}
	fsx := func(f types.FSxWindowsFileServerVolumeConfiguration) func(*request) {
		return volumes(types.Volume{Name: ptr("v"), FsxWindowsFileServerVolumeConfiguration: &f})
	}
	s3files := func(s types.S3FilesVolumeConfiguration) func(*request) {
		return volumes(types.Volume{Name: ptr("v"), S3filesVolumeConfiguration: &s})
	}
	testRefusals(t, webDefinition, []refusal{
		{"no name", volumes(types.Volume{}), "volume.name should not be null or empty."},
		{"name characters", volumes(types.Volume{Name: ptr("/tmp")}), "volume.name contains invalid characters."},
		{"name length", volumes(types.Volume{Name: ptr(strings.Repeat("v", 256))}), "volume.name contains invalid characters."},
		{"name twice", volumes(types.Volume{Name: ptr("v")}, types.Volume{Name: ptr("v")}), "Volume names must be unique within a task definition."},
		{"two kinds", volumes(types.Volume{
			Name: ptr("v"), Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}, ConfiguredAtLaunch: ptr(true),
		}), "When the volume parameter is specified, only one volume configuration type should be used."},
		{"blank host path", volumes(types.Volume{Name: ptr("v"), Host: &types.HostVolumeProperties{SourcePath: ptr(" ")}}), "host.sourcePath should not be blank."},
		{"two configured at launch", volumes(launch, types.Volume{Name: ptr("b"), ConfiguredAtLaunch: ptr(true)}), "Only one volume can be configured at launch."},
		{"configured at launch, not mounted", volumes(launch), "Volumes [ebs] are not referenced by any of the containers"},
		{"docker scope", docker(types.DockerVolumeConfiguration{Scope: "host"}), "scope should be one of [task,shared]"},
		{"docker autoprovision", docker(types.DockerVolumeConfiguration{Autoprovision: ptr(false)}),
			"When 'scope' parameter is 'task', 'autoprovision' must either not be specified or set to 'True'."},
		{"efs without id", efs(func(e *types.EFSVolumeConfiguration) { e.FileSystemId = nil }), "efsVolumeConfiguration.fileSystemId should not be null or empty."},
		{"efs encryption", efs(func(e *types.EFSVolumeConfiguration) { e.TransitEncryption = "ON" }), "transitEncryption should be one of [ENABLED,DISABLED]"},
		{"efs iam value", efs(func(e *types.EFSVolumeConfiguration) { e.AuthorizationConfig.Iam = "ON" }), "iam should be one of [ENABLED,DISABLED]"},
		{"efs access point and directory", efs(func(e *types.EFSVolumeConfiguration) {
			e.AuthorizationConfig.AccessPointId, e.RootDirectory = ptr("fsap-1"), ptr("/data")
		}), `When using an EFS access point, the root directory must either be set to "/" or be omitted.`},
		{"efs iam without encryption", efs(func(e *types.EFSVolumeConfiguration) {
			e.AuthorizationConfig.Iam = types.EFSAuthorizationConfigIAMEnabled
		}), "EFS IAM authorization requires TransitEncryption to be enabled."},
		{"efs access point without encryption", efs(func(e *types.EFSVolumeConfiguration) {
			e.AuthorizationConfig.AccessPointId = ptr("fsap-1")
		}), "EFS IAM access point requires TransitEncryption to be enabled."},
		{"efs port without encryption", efs(func(e *types.EFSVolumeConfiguration) { e.TransitEncryptionPort = ptr[int32](2049) }),
			"TransitEncryptionPort requires that TransitEncryption is enabled."},
		{"efs port range", efs(func(e *types.EFSVolumeConfiguration) {
			e.TransitEncryption, e.TransitEncryptionPort = types.EFSTransitEncryptionEnabled, ptr[int32](65536)
		}), "TransitEncryptionPort must be a valid port number."},
		{"fsx without id", fsx(types.FSxWindowsFileServerVolumeConfiguration{}), "fsxWindowsFileServerVolumeConfiguration.fileSystemId should not be null or empty."},
		{"fsx without directory", fsx(types.FSxWindowsFileServerVolumeConfiguration{FileSystemId: ptr("fs-1")}),
			"fsxWindowsFileServerVolumeConfiguration.rootDirectory should not be null or empty."},
		{"fsx without authorization", fsx(types.FSxWindowsFileServerVolumeConfiguration{FileSystemId: ptr("fs-1"), RootDirectory: ptr("d")}),
			"fsxWindowsFileServerVolumeConfiguration.authorizationConfig should not be null or empty."},
		{"s3 files without arn", s3files(types.S3FilesVolumeConfiguration{}), "s3filesVolumeConfiguration.fileSystemArn should not be null or empty."},
		{"s3 files access point and directory", s3files(types.S3FilesVolumeConfiguration{
			FileSystemArn: ptr("arn"), AccessPointArn: ptr("arn"), RootDirectory: ptr("/data"),
		}), `When using an S3 Files access point, the root directory must either be set to "/" or be omitted.`},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"efs with everything": efs(func(e *types.EFSVolumeConfiguration) {
			e.TransitEncryption, e.TransitEncryptionPort = types.EFSTransitEncryptionEnabled, ptr[int32](2049)
			e.AuthorizationConfig = &types.EFSAuthorizationConfig{AccessPointId: ptr("fsap-1"), Iam: types.EFSAuthorizationConfigIAMEnabled}
			e.RootDirectory = ptr("/")
		}),
		"host path":                volumes(types.Volume{Name: ptr("v"), Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}}),
		"task and autoprovision":   docker(types.DockerVolumeConfiguration{Scope: types.ScopeTask, Autoprovision: ptr(true)}),
		"shared and autoprovision": docker(types.DockerVolumeConfiguration{Scope: types.ScopeShared, Autoprovision: ptr(true)}),
		"empty host beside efs": func(in *request) {
			efs(func(*types.EFSVolumeConfiguration) {})(in)
			in.Volumes[0].Host = &types.HostVolumeProperties{}
		},
	})
}

func TestMountRefusals(t *testing.T) {
	withVolume := func() *request { in := webDefinition(); volumes(types.Volume{Name: ptr("v")})(in); return in }
	mount := func(volume, path *string) func(*request) {
		return func(in *request) {
			first(in).MountPoints = []types.MountPoint{{SourceVolume: volume, ContainerPath: path}}
		}
	}
	from := func(source string) func(*request) {
		return func(in *request) { first(in).VolumesFrom = []types.VolumeFrom{{SourceContainer: &source}} }
	}
	testRefusals(t, withVolume, []refusal{
		{"unknown volume", mount(ptr("w"), ptr("/w")), "Unknown volume 'w'."},
		{"no volume", mount(nil, ptr("/w")), "Unknown volume 'null'."},
		{"empty volume", mount(ptr(""), ptr("/w")), "Unknown volume ''."},
		{"no path", mount(ptr("v"), nil), "Mount point of volume 'v' for container 'web' requires a container path."},
		{"volumes from unknown", from("db"), "Invalid 'volumesFrom' setting. Unknown container: 'db'."},
		{"volumes from itself", from("web"), "Container 'web' cannot mount volumes from itself."},
	})
	testAccepted(t, withVolume, map[string]func(*request){
		"mount":        mount(ptr("v"), ptr("/v")),
		"volumes from": func(in *request) { addContainer(in, "db"); from("db")(in) },
		"configured at launch": func(in *request) {
			in.Volumes[0].ConfiguredAtLaunch = ptr(true)
			mount(ptr("v"), ptr("/v"))(in)
		},
	})
}
