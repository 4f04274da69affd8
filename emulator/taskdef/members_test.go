//lint:file-ignore SA1019 the retired inference accelerators are part of the answers

package taskdef

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// everydayDefinition uses every member that the emulator gives effect to.
func everydayDefinition() *types.TaskDefinition {
	return &types.TaskDefinition{
		NetworkMode: types.NetworkModeAwsvpc, TaskRoleArn: ptr("app"), ExecutionRoleArn: ptr("exec"),
		Cpu: ptr("256"), Memory: ptr("512"), EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 30},
		RuntimePlatform: &types.RuntimePlatform{OperatingSystemFamily: "LINUX", CpuArchitecture: "ARM64"},
		Volumes: []types.Volume{
			{Name: ptr("scratch"), Host: &types.HostVolumeProperties{}},
			{Name: ptr("data"), Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}},
		},
		EnableFaultInjection: ptr(false),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: ptr("web"), Image: ptr("nginx"), Cpu: 1, Memory: ptr[int32](64), MemoryReservation: ptr[int32](64),
			PortMappings: []types.PortMapping{{ContainerPort: ptr[int32](80), Name: ptr("http"), AppProtocol: "http"}},
			Essential:    ptr(true), EntryPoint: []string{"a"}, Command: []string{"b"}, Environment: env("A=1"),
			User: ptr("1"), WorkingDirectory: ptr("/"), Ulimits: []types.Ulimit{{Name: "nofile"}},
			DockerLabels: map[string]string{"a": "b"},
			LogConfiguration: &types.LogConfiguration{
				LogDriver: "awslogs", Options: map[string]string{"awslogs-datetime-format": "%Y"}, SecretOptions: []types.Secret{},
			},
			HealthCheck: &types.HealthCheck{Command: []string{"CMD", "true"}}, DependsOn: dependsOn("b", "START"),
			StartTimeout: ptr[int32](2), StopTimeout: ptr[int32](2), ReadonlyRootFilesystem: ptr(true), Privileged: ptr(true),
			Interactive: ptr(true), PseudoTerminal: ptr(true), SystemControls: []types.SystemControl{{}},
			MountPoints: []types.MountPoint{{}}, VolumesFrom: []types.VolumeFrom{{}},
			RestartPolicy: &types.ContainerRestartPolicy{Enabled: ptr(true)}, VersionConsistency: "enabled",
			LinuxParameters: &types.LinuxParameters{
				InitProcessEnabled: ptr(true), Capabilities: &types.KernelCapabilities{Add: []string{"SYS_PTRACE"}},
				Tmpfs: []types.Tmpfs{{}}, SharedMemorySize: ptr[int32](1), MaxSwap: ptr[int32](1), Swappiness: ptr[int32](1),
			},
			DisableNetworking: ptr(false), Secrets: []types.Secret{}, Links: []string{},
		}},
	}
}

func TestEverydayDefinitionsAreSupported(t *testing.T) {
	for _, launchType := range types.LaunchType("").Values() {
		if member, found := Unsupported(everydayDefinition(), launchType); found {
			t.Errorf("%s: %s is reported", launchType, member)
		}
	}
}

func TestUnsupportedMembers(t *testing.T) {
	type definition = types.TaskDefinition
	container := func(change func(*types.ContainerDefinition)) func(*definition) {
		return func(def *definition) { change(&def.ContainerDefinitions[0]) }
	}
	volume := func(v types.Volume) func(*definition) {
		return func(def *definition) { def.Volumes[1] = v }
	}
	for member, change := range map[string]func(*definition){
		"containerDefinitions[0].secrets":               container(func(c *types.ContainerDefinition) { c.Secrets = []types.Secret{{}} }),
		"containerDefinitions[0].environmentFiles":      container(func(c *types.ContainerDefinition) { c.EnvironmentFiles = []types.EnvironmentFile{{}} }),
		"containerDefinitions[0].repositoryCredentials": container(func(c *types.ContainerDefinition) { c.RepositoryCredentials = &types.RepositoryCredentials{} }),
		"containerDefinitions[0].firelensConfiguration": container(func(c *types.ContainerDefinition) { c.FirelensConfiguration = &types.FirelensConfiguration{} }),
		"containerDefinitions[0].links":                 container(func(c *types.ContainerDefinition) { c.Links = []string{"b"} }),
		"containerDefinitions[0].resourceRequirements":  container(func(c *types.ContainerDefinition) { c.ResourceRequirements = []types.ResourceRequirement{{}} }),
		"containerDefinitions[0].credentialSpecs":       container(func(c *types.ContainerDefinition) { c.CredentialSpecs = []string{"s"} }),
		"containerDefinitions[0].dockerSecurityOptions": container(func(c *types.ContainerDefinition) { c.DockerSecurityOptions = []string{"s"} }),
		"containerDefinitions[0].dnsServers":            container(func(c *types.ContainerDefinition) { c.DnsServers = []string{"s"} }),
		"containerDefinitions[0].dnsSearchDomains":      container(func(c *types.ContainerDefinition) { c.DnsSearchDomains = []string{"s"} }),
		"containerDefinitions[0].extraHosts":            container(func(c *types.ContainerDefinition) { c.ExtraHosts = []types.HostEntry{{}} }),
		"containerDefinitions[0].hostname":              container(func(c *types.ContainerDefinition) { c.Hostname = ptr("h") }),
		"containerDefinitions[0].disableNetworking":     container(func(c *types.ContainerDefinition) { c.DisableNetworking = ptr(true) }),
		"containerDefinitions[0].linuxParameters.devices": container(func(c *types.ContainerDefinition) {
			c.LinuxParameters.Devices = []types.Device{{}}
		}),
		"containerDefinitions[0].portMappings[1].containerPortRange": container(func(c *types.ContainerDefinition) {
			c.PortMappings = append(c.PortMappings, portRange("80-90"))
		}),
		"containerDefinitions[0].logConfiguration.logDriver":     container(func(c *types.ContainerDefinition) { c.LogConfiguration.LogDriver = "splunk" }),
		"containerDefinitions[0].logConfiguration.secretOptions": container(func(c *types.ContainerDefinition) { c.LogConfiguration.SecretOptions = []types.Secret{{}} }),
		"containerDefinitions[1].secrets": func(def *definition) {
			def.ContainerDefinitions = append(def.ContainerDefinitions, types.ContainerDefinition{Secrets: []types.Secret{{}}})
		},
		"volumes[1].efsVolumeConfiguration": volume(types.Volume{EfsVolumeConfiguration: &types.EFSVolumeConfiguration{}}),
		"volumes[1].fsxWindowsFileServerVolumeConfiguration": volume(types.Volume{
			FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{},
		}),
		"volumes[1].s3filesVolumeConfiguration": volume(types.Volume{S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{}}),
		"volumes[1].dockerVolumeConfiguration":  volume(types.Volume{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}),
		"volumes[1].configuredAtLaunch":         volume(types.Volume{ConfiguredAtLaunch: ptr(true)}),
		"proxyConfiguration":                    func(def *definition) { def.ProxyConfiguration = &types.ProxyConfiguration{} },
		"pidMode":                               func(def *definition) { def.PidMode = "task" },
		"ipcMode":                               func(def *definition) { def.IpcMode = "task" },
		"enableFaultInjection":                  func(def *definition) { def.EnableFaultInjection = ptr(true) },
		"runtimePlatform.operatingSystemFamily": func(def *definition) { def.RuntimePlatform.OperatingSystemFamily = "WINDOWS_SERVER_2022_CORE" },
		"inferenceAccelerators":                 func(def *definition) { def.InferenceAccelerators = []types.InferenceAccelerator{{}} },
		"networkMode":                           func(def *definition) { def.NetworkMode = "" },
	} {
		def := everydayDefinition()
		change(def)
		if got, found := Unsupported(def, types.LaunchTypeEc2); !found || got != member {
			t.Errorf("reported %q, %t; want %q", got, found, member)
		}
	}
}

func TestJSONFileLogsAreSupportedOutsideFargate(t *testing.T) {
	def := everydayDefinition()
	def.ContainerDefinitions[0].LogConfiguration.LogDriver = types.LogDriverJsonFile
	if member, found := Unsupported(def, types.LaunchTypeEc2); found {
		t.Errorf("on EC2 %s is reported", member)
	}
	if _, found := Unsupported(def, types.LaunchTypeFargate); !found {
		t.Error("on Fargate nothing is reported")
	}
}

func TestUnsupportedOverride(t *testing.T) {
	for want, o := range map[string]*types.TaskOverride{
		"":                                       containerOverride(types.ContainerOverride{Command: []string{"a"}, EnvironmentFiles: []types.EnvironmentFile{}}),
		"containerOverrides[0].environmentFiles": containerOverride(types.ContainerOverride{EnvironmentFiles: []types.EnvironmentFile{{}}}),
		"containerOverrides[0].resourceRequirements": containerOverride(types.ContainerOverride{ResourceRequirements: []types.ResourceRequirement{{}}}),
		"inferenceAcceleratorOverrides":              {InferenceAcceleratorOverrides: []types.InferenceAcceleratorOverride{{}}},
	} {
		if got, found := UnsupportedOverride(o); got != want || found != (want != "") {
			t.Errorf("reported %q, %t; want %q", got, found, want)
		}
	}
	if _, found := UnsupportedOverride(nil); found {
		t.Error("no override, but something is reported")
	}
}
