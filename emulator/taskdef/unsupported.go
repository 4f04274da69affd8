package taskdef

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Unsupported finds the first member of a definition that the emulator can register
// but not give effect to, as a path such as "containerDefinitions[0].secrets". What
// starts tasks must refuse such a definition rather than run less than it says. A
// test knows the class of each member and notices when the SDK gains one.
func Unsupported(def *types.TaskDefinition, launchType types.LaunchType) (member string, found bool) {
	for i := range def.ContainerDefinitions {
		if m := unsupportedContainer(&def.ContainerDefinitions[i], launchType); m != "" {
			return fmt.Sprintf("containerDefinitions[%d].%s", i, m), true
		}
	}
	for i := range def.Volumes {
		if m := unsupportedVolume(&def.Volumes[i]); m != "" {
			return fmt.Sprintf("volumes[%d].%s", i, m), true
		}
	}
	m := unsupportedTask(def)
	return m, m != ""
}

// UnsupportedOverride is Unsupported for the overrides of a task, nil included.
func UnsupportedOverride(o *types.TaskOverride) (member string, found bool) {
	if o == nil {
		return "", false
	}
	for i := range o.ContainerOverrides {
		c := &o.ContainerOverrides[i]
		m := firstSet([]setMember{
			{"environmentFiles", len(c.EnvironmentFiles) > 0},
			{"resourceRequirements", len(c.ResourceRequirements) > 0},
		})
		if m != "" {
			return fmt.Sprintf("containerOverrides[%d].%s", i, m), true
		}
	}
	//lint:ignore SA1019 the member is retired, but clients can still send it
	if len(o.InferenceAcceleratorOverrides) > 0 {
		return "inferenceAcceleratorOverrides", true
	}
	return "", false
}

// setMember is a member that is not supported, and whether it is in use.
type setMember struct {
	name string
	set  bool
}

// firstSet is the name of the first member in use, "" if none is.
func firstSet(members []setMember) string {
	for _, m := range members {
		if m.set {
			return m.name
		}
	}
	return ""
}

func unsupportedContainer(c *types.ContainerDefinition, launchType types.LaunchType) string {
	m := firstSet([]setMember{
		{"secrets", len(c.Secrets) > 0},
		{"environmentFiles", len(c.EnvironmentFiles) > 0},
		{"repositoryCredentials", c.RepositoryCredentials != nil},
		{"firelensConfiguration", c.FirelensConfiguration != nil},
		{"links", len(c.Links) > 0},
		{"resourceRequirements", len(c.ResourceRequirements) > 0},
		{"credentialSpecs", len(c.CredentialSpecs) > 0},
		{"dockerSecurityOptions", len(c.DockerSecurityOptions) > 0},
		{"dnsServers", len(c.DnsServers) > 0},
		{"dnsSearchDomains", len(c.DnsSearchDomains) > 0},
		{"extraHosts", len(c.ExtraHosts) > 0},
		{"hostname", value(c.Hostname) != ""},
		{"disableNetworking", isTrue(c.DisableNetworking)},
		{"linuxParameters.devices", c.LinuxParameters != nil && len(c.LinuxParameters.Devices) > 0},
	})
	if m != "" {
		return m
	}
	for i := range c.PortMappings {
		if value(c.PortMappings[i].ContainerPortRange) != "" {
			return fmt.Sprintf("portMappings[%d].containerPortRange", i)
		}
	}
	return unsupportedLog(c.LogConfiguration, launchType)
}

func unsupportedLog(l *types.LogConfiguration, launchType types.LaunchType) string {
	if l == nil {
		return ""
	}
	local := l.LogDriver == types.LogDriverJsonFile && launchType != types.LaunchTypeFargate
	if l.LogDriver != types.LogDriverAwslogs && !local {
		return "logConfiguration.logDriver"
	}
	if len(l.SecretOptions) > 0 {
		return "logConfiguration.secretOptions"
	}
	return ""
}

func unsupportedVolume(v *types.Volume) string {
	return firstSet([]setMember{
		{"efsVolumeConfiguration", v.EfsVolumeConfiguration != nil},
		{"fsxWindowsFileServerVolumeConfiguration", v.FsxWindowsFileServerVolumeConfiguration != nil},
		{"s3filesVolumeConfiguration", v.S3filesVolumeConfiguration != nil},
		{"dockerVolumeConfiguration", v.DockerVolumeConfiguration != nil},
		{"configuredAtLaunch", isTrue(v.ConfiguredAtLaunch)},
	})
}

// unsupportedTask: of the network modes only awsvpc has an engine behind it, a
// sandbox for each task. A mode that is not given is a bridge.
func unsupportedTask(def *types.TaskDefinition) string {
	return firstSet([]setMember{
		{"proxyConfiguration", def.ProxyConfiguration != nil},
		{"pidMode", def.PidMode != ""},
		{"ipcMode", def.IpcMode != ""},
		{"enableFaultInjection", isTrue(def.EnableFaultInjection)},
		{"runtimePlatform.operatingSystemFamily", isWindows(def)},
		//lint:ignore SA1019 definitions from before the member was retired have it
		{"inferenceAccelerators", len(def.InferenceAccelerators) > 0},
		{"networkMode", def.NetworkMode != types.NetworkModeAwsvpc},
	})
}
