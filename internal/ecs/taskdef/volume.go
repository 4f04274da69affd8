package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func checkVolumes(def *types.TaskDefinition) error {
	configuredAtLaunch := 0
	for i := range def.Volumes {
		v := &def.Volumes[i]
		name := value(v.Name)
		if name == "" {
			// Source: cloudformation-coverage-roadmap issue 632.
			return refuse("volume.name should not be null or empty.")
		}
		if !validName(name) {
			return refuse("volume.name contains invalid characters.")
		}
		if volumeNamed(def.Volumes[:i], name) != nil {
			// By analogy with container names; no source.
			return refuse("Volume names must be unique within a task definition.")
		}
		if volumeKinds(v) > 1 {
			return refuse("When the volume parameter is specified, only one volume configuration type should be used.") // ECS0302
		}
		if isTrue(v.ConfiguredAtLaunch) {
			configuredAtLaunch++
		}
		if err := checkVolumeConfiguration(v); err != nil {
			return err
		}
	}
	if configuredAtLaunch > 1 {
		// Wording without a source.
		return refuse("Only one volume can be configured at launch.")
	}
	return nil
}

// volumeKinds counts the configurations of a volume, which exclude each other. An
// empty host says nothing and goes with any of them.
func volumeKinds(v *types.Volume) int {
	n := 0
	for _, set := range [...]bool{
		v.Host != nil && value(v.Host.SourcePath) != "",
		v.DockerVolumeConfiguration != nil,
		v.EfsVolumeConfiguration != nil,
		v.FsxWindowsFileServerVolumeConfiguration != nil,
		v.S3filesVolumeConfiguration != nil,
		isTrue(v.ConfiguredAtLaunch),
	} {
		if set {
			n++
		}
	}
	return n
}

func checkVolumeConfiguration(v *types.Volume) error {
	if h := v.Host; h != nil && h.SourcePath != nil && strings.TrimSpace(*h.SourcePath) == "" {
		return refuse("host.sourcePath should not be blank.") // ECS0190; one that is left out is none
	}
	if d := v.DockerVolumeConfiguration; d != nil {
		return checkDockerVolume(d)
	}
	if e := v.EfsVolumeConfiguration; e != nil {
		return checkEFSVolume(e)
	}
	if f := v.FsxWindowsFileServerVolumeConfiguration; f != nil {
		return checkFSxVolume(f)
	}
	if s := v.S3filesVolumeConfiguration; s != nil {
		return checkS3FilesVolume(s)
	}
	return nil
}

// checkDockerVolume: a volume of scope task cannot be told not to be made. One that is
// told to be made is accepted, and fails when a task starts.
// Source: field reports from 2018 to 2023; amazon-ecs-agent.
func checkDockerVolume(d *types.DockerVolumeConfiguration) error {
	if err := checkEnum("scope", d.Scope, d.Scope.Values()); err != nil {
		return err
	}
	if d.Scope != types.ScopeShared && d.Autoprovision != nil && !*d.Autoprovision {
		return refuse("When 'scope' parameter is 'task', 'autoprovision' must either not be specified or set to 'True'.")
	}
	return nil
}

func checkEFSVolume(e *types.EFSVolumeConfiguration) error {
	if value(e.FileSystemId) == "" {
		// Wording without a source.
		return refuse("efsVolumeConfiguration.fileSystemId should not be null or empty.")
	}
	if err := checkEnum("transitEncryption", e.TransitEncryption, e.TransitEncryption.Values()); err != nil {
		return err
	}
	encrypted := e.TransitEncryption == types.EFSTransitEncryptionEnabled
	if a := e.AuthorizationConfig; a != nil {
		if err := checkEnum("iam", a.Iam, a.Iam.Values()); err != nil {
			return err
		}
		hasAccessPoint := value(a.AccessPointId) != ""
		switch {
		case hasAccessPoint && !isRootDirectory(e.RootDirectory):
			return refuse(`When using an EFS access point, the root directory must either be set to "/" or be omitted.`)
		case a.Iam == types.EFSAuthorizationConfigIAMEnabled && !encrypted:
			return refuse("EFS IAM authorization requires TransitEncryption to be enabled.")
		case hasAccessPoint && !encrypted:
			// In the words of AWS Batch, which has ECS's for the other two.
			return refuse("EFS IAM access point requires TransitEncryption to be enabled.")
		}
	}
	if e.TransitEncryptionPort != nil && !encrypted {
		return refuse("TransitEncryptionPort requires that TransitEncryption is enabled.")
	}
	return checkTransitPort(e.TransitEncryptionPort)
}

// checkTransitPort has the words of AWS Batch.
func checkTransitPort(port *int32) error {
	if p := value(port); p < 0 || p > maxPort {
		return refuse("TransitEncryptionPort must be a valid port number.")
	}
	return nil
}

// isRootDirectory tells whether a directory is the root or not given at all.
func isRootDirectory(dir *string) bool {
	d := value(dir)
	return d == "" || d == "/"
}

// checkFSxVolume: all members are required. The wording has no source.
func checkFSxVolume(f *types.FSxWindowsFileServerVolumeConfiguration) error {
	const member = "fsxWindowsFileServerVolumeConfiguration."
	if value(f.FileSystemId) == "" {
		return refuse(member + "fileSystemId should not be null or empty.")
	}
	if value(f.RootDirectory) == "" {
		return refuse(member + "rootDirectory should not be null or empty.")
	}
	a := f.AuthorizationConfig
	if a == nil || value(a.CredentialsParameter) == "" || value(a.Domain) == "" {
		return refuse(member + "authorizationConfig should not be null or empty.")
	}
	return nil
}

// checkS3FilesVolume follows the rules of EFS; the wording has no source.
func checkS3FilesVolume(s *types.S3FilesVolumeConfiguration) error {
	if value(s.FileSystemArn) == "" {
		return refuse("s3filesVolumeConfiguration.fileSystemArn should not be null or empty.")
	}
	if value(s.AccessPointArn) != "" && !isRootDirectory(s.RootDirectory) {
		return refuse(`When using an S3 Files access point, the root directory must either be set to "/" or be omitted.`)
	}
	return checkTransitPort(s.TransitEncryptionPort)
}

func volumeNamed(volumes []types.Volume, name string) *types.Volume {
	for i := range volumes {
		if value(volumes[i].Name) == name {
			return &volumes[i]
		}
	}
	return nil
}

// fillVolume sets what ECS answers for members of a volume that were not sent.
// Source: field reports; ECS API reference, DockerVolumeConfiguration.
func fillVolume(v *types.Volume) {
	if volumeKinds(v) == 0 && v.Host == nil {
		v.Host = &types.HostVolumeProperties{}
	}
	if e := v.EfsVolumeConfiguration; e != nil && value(e.RootDirectory) == "" {
		root := "/"
		e.RootDirectory = &root
	}
	if d := v.DockerVolumeConfiguration; d != nil {
		if d.Scope == "" {
			d.Scope = types.ScopeTask
		}
		if d.Scope == types.ScopeShared && d.Autoprovision == nil {
			d.Autoprovision = new(bool)
		}
	}
}
