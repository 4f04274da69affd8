//lint:file-ignore SA1019 the retired inference accelerators are part of the answers

package taskdef

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// everydayDefinition uses what a definition for Fargate may have here.
func everydayDefinition() *types.TaskDefinition {
	return &types.TaskDefinition{
		NetworkMode: types.NetworkModeAwsvpc, TaskRoleArn: ptr("app"), ExecutionRoleArn: ptr("exec"),
		Cpu: ptr("256"), Memory: ptr("512"), EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 30},
		RuntimePlatform: &types.RuntimePlatform{OperatingSystemFamily: "LINUX", CpuArchitecture: "ARM64"},
		Volumes: []types.Volume{
			{Name: ptr("scratch"), Host: &types.HostVolumeProperties{}},
			{Name: ptr("data"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1"), TransitEncryption: "ENABLED"}},
		},
		EnableFaultInjection: ptr(false),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: ptr("web"), Image: ptr("nginx"), Cpu: 1, Memory: ptr[int32](64), MemoryReservation: ptr[int32](64),
			PortMappings: []types.PortMapping{{ContainerPort: ptr[int32](80), Name: ptr("http"), AppProtocol: "http"}, portRange("8000-8009")},
			Essential:    ptr(true), EntryPoint: []string{"a"}, Command: []string{"b"}, Environment: env("A=1"),
			User: ptr("1"), WorkingDirectory: ptr("/"), Ulimits: []types.Ulimit{{Name: "nofile"}},
			DockerLabels: map[string]string{"a": "b"},
			LogConfiguration: &types.LogConfiguration{
				LogDriver: "awslogs", Options: map[string]string{"awslogs-datetime-format": "%Y"}, SecretOptions: []types.Secret{},
			},
			HealthCheck: &types.HealthCheck{Command: []string{"CMD", "true"}}, DependsOn: dependsOn("b", "START"),
			StartTimeout: ptr[int32](2), StopTimeout: ptr[int32](2), ReadonlyRootFilesystem: ptr(true), Privileged: ptr(false),
			Interactive: ptr(true), PseudoTerminal: ptr(true), SystemControls: []types.SystemControl{{}},
			MountPoints: []types.MountPoint{{}}, VolumesFrom: []types.VolumeFrom{{}},
			RestartPolicy: &types.ContainerRestartPolicy{Enabled: ptr(true)}, VersionConsistency: "enabled",
			LinuxParameters: &types.LinuxParameters{
				InitProcessEnabled: ptr(true), Capabilities: &types.KernelCapabilities{Add: []string{"SYS_PTRACE"}},
				Tmpfs: []types.Tmpfs{{}},
			},
			DisableNetworking: ptr(false), Secrets: []types.Secret{}, Links: []string{},
			CredentialSpecs: []string{"credentialspecdomainless:arn"},
		}},
		ProxyConfiguration: &types.ProxyConfiguration{ContainerName: ptr("web")},
	}
}

// TestEveryMemberHasARow fails when the SDK gains a member without a row here: it
// would be taken without effect and without a warning.
func TestEveryMemberHasARow(t *testing.T) {
	for _, gaps := range [][]string{
		registered.Gaps(),
		onInstances.Gaps(),
		member.NewPlan[ecs.RegisterTaskDefinitionInput](Members...).Gaps(),
		member.NewPlan[types.TaskOverride](OverrideMembers...).Gaps(),
	} {
		for _, gap := range gaps {
			t.Error(gap)
		}
	}
}

func TestEverydayDefinitionsAreSupported(t *testing.T) {
	if paths := Unsupported(everydayDefinition(), types.LaunchTypeFargate); paths != nil {
		t.Errorf("%v are reported", paths)
	}
}

// TestDefinitionsForContainerInstances has what Fargate does not take, and looks for what
// no container instance here does.
func TestDefinitionsForContainerInstances(t *testing.T) {
	def := everydayDefinition()
	def.NetworkMode = types.NetworkModeBridge
	def.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: ptr("attribute:rack == r1")}}
	c := &def.ContainerDefinitions[0]
	c.LogConfiguration.LogDriver = types.LogDriverJsonFile
	c.ResourceRequirements = []types.ResourceRequirement{{Type: "GPU", Value: ptr("1")}}
	if paths := Unsupported(def, types.LaunchTypeFargate); !slices.Equal(paths, []string{
		"containerDefinitions[0].logConfiguration.logDriver json-file", "containerDefinitions[0].resourceRequirements",
		"networkMode bridge", "placementConstraints",
	}) {
		t.Errorf("Fargate: %q", paths)
	}
	def.Volumes = []types.Volume{
		{Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}},
		{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeShared}},
		{FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{FileSystemId: ptr("fs-1")}},
		{EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1")}},
		{ConfiguredAtLaunch: ptr(true)},
	}
	c.Hostname, c.DnsServers, c.DnsSearchDomains = ptr("h"), []string{"10.0.0.2"}, []string{"local"}
	c.ExtraHosts = []types.HostEntry{{Hostname: ptr("db"), IpAddress: ptr("10.0.0.3")}}
	c.DockerSecurityOptions, c.Privileged = []string{"no-new-privileges"}, ptr(true)
	c.LinuxParameters.Devices = []types.Device{{HostPath: ptr("/dev/null")}}
	c.LinuxParameters.SharedMemorySize, c.LinuxParameters.MaxSwap = ptr[int32](8), ptr[int32](8)
	def.PidMode, def.IpcMode = types.PidModeHost, types.IpcModeTask
	for _, launchType := range []types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeExternal} {
		if paths := Unsupported(def, launchType); paths != nil {
			t.Errorf("%s: %v are reported", launchType, paths)
		}
	}
	for member, change := range map[string]func(*types.TaskDefinition, *types.ContainerDefinition){
		"containerDefinitions[0].logConfiguration.logDriver logentries": func(_ *types.TaskDefinition, c *types.ContainerDefinition) {
			c.LogConfiguration.LogDriver = "logentries"
		},
		"containerDefinitions[0].resourceRequirements[0].type InferenceAccelerator": func(_ *types.TaskDefinition, c *types.ContainerDefinition) {
			c.ResourceRequirements[0].Type = "InferenceAccelerator"
		},
		"containerDefinitions[0].resourceRequirements[0].value ALL": func(_ *types.TaskDefinition, c *types.ContainerDefinition) {
			c.ResourceRequirements[0].Value = ptr("ALL")
		},
	} {
		def := everydayDefinition()
		def.ContainerDefinitions[0].ResourceRequirements = []types.ResourceRequirement{{Type: "GPU", Value: ptr("1")}}
		change(def, &def.ContainerDefinitions[0])
		if got := Unsupported(def, types.LaunchTypeEc2); !slices.Equal(got, []string{member}) {
			t.Errorf("reported %q; want %q", got, member)
		}
	}
}

// TestHostNameInHostMode: such a container has that of its container instance, unless it has
// no network.
func TestHostNameInHostMode(t *testing.T) {
	def := everydayDefinition()
	c := &def.ContainerDefinitions[0]
	c.Hostname, c.DnsServers = ptr("h"), []string{"10.0.0.2"}
	for mode, want := range map[types.NetworkMode]string{
		"": "", "bridge": "", "none": "", "host": "containerDefinitions[0].hostname in networkMode host",
	} {
		def.NetworkMode = mode
		if got := strings.Join(Unsupported(def, types.LaunchTypeEc2), ", "); got != want {
			t.Errorf("in mode %q: %q is reported", mode, got)
		}
	}
	def.NetworkMode, c.DisableNetworking = "host", ptr(true)
	if got := Unsupported(def, types.LaunchTypeEc2); got != nil {
		t.Errorf("without network: %q is reported", got)
	}
}

// TestHostRights: SYS_PTRACE, which the everyday definition adds, reaches no process of the host.
func TestHostRights(t *testing.T) {
	def := everydayDefinition()
	if why, found := HostRights(def); found {
		t.Errorf("%s is reported", why)
	}
	with := func(c types.ContainerDefinition) *types.TaskDefinition {
		changed := *def
		changed.ContainerDefinitions = append(slices.Clone(def.ContainerDefinitions), c)
		return &changed
	}
	for want, c := range map[string]types.ContainerDefinition{
		"containerDefinitions[1].privileged gives a container all rights ": {Privileged: ptr(true)},
		"containerDefinitions[1].linuxParameters.capabilities.add SYS_MODULE gives a container rights ": {
			LinuxParameters: &types.LinuxParameters{Capabilities: &types.KernelCapabilities{Add: []string{"NET_ADMIN", "SYS_MODULE"}}},
		},
	} {
		if why, found := HostRights(with(c)); !found || !strings.HasPrefix(why, want) {
			t.Errorf("%q, %t", why, found)
		}
	}
	dropped := types.KernelCapabilities{Drop: []string{"ALL"}}
	if why, found := HostRights(with(types.ContainerDefinition{LinuxParameters: &types.LinuxParameters{Capabilities: &dropped}})); found {
		t.Errorf("%s is reported", why)
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
		"containerDefinitions[0].links":                 container(func(c *types.ContainerDefinition) { c.Links = []string{"b"} }),
		"containerDefinitions[0].resourceRequirements":  container(func(c *types.ContainerDefinition) { c.ResourceRequirements = []types.ResourceRequirement{{}} }),
		"containerDefinitions[0].dockerSecurityOptions": container(func(c *types.ContainerDefinition) { c.DockerSecurityOptions = []string{"s"} }),
		"containerDefinitions[0].dnsServers":            container(func(c *types.ContainerDefinition) { c.DnsServers = []string{"s"} }),
		"containerDefinitions[0].dnsSearchDomains":      container(func(c *types.ContainerDefinition) { c.DnsSearchDomains = []string{"s"} }),
		"containerDefinitions[0].extraHosts":            container(func(c *types.ContainerDefinition) { c.ExtraHosts = []types.HostEntry{{}} }),
		"containerDefinitions[0].hostname":              container(func(c *types.ContainerDefinition) { c.Hostname = ptr("h") }),
		"containerDefinitions[0].disableNetworking":     container(func(c *types.ContainerDefinition) { c.DisableNetworking = ptr(true) }),
		"containerDefinitions[0].linuxParameters.devices": container(func(c *types.ContainerDefinition) {
			c.LinuxParameters.Devices = []types.Device{{}}
		}),
		"containerDefinitions[0].logConfiguration.logDriver syslog": container(func(c *types.ContainerDefinition) { c.LogConfiguration.LogDriver = "syslog" }),
		"containerDefinitions[1].privileged": func(def *definition) {
			def.ContainerDefinitions = append(def.ContainerDefinitions, types.ContainerDefinition{Privileged: ptr(true)})
		},
		"volumes[1].fsxWindowsFileServerVolumeConfiguration": volume(types.Volume{
			FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{},
		}),
		"volumes[1].dockerVolumeConfiguration": volume(types.Volume{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}),
		"pidMode host":                         func(def *definition) { def.PidMode = "host" },
		"ipcMode":                              func(def *definition) { def.IpcMode = "task" },
		"enableFaultInjection":                 func(def *definition) { def.EnableFaultInjection = ptr(true) },
		"runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE": func(def *definition) { def.RuntimePlatform.OperatingSystemFamily = "WINDOWS_SERVER_2022_CORE" },
		"inferenceAccelerators":              func(def *definition) { def.InferenceAccelerators = []types.InferenceAccelerator{{}} },
		"networkMode host":                   func(def *definition) { def.NetworkMode = "host" },
		"placementConstraints":               func(def *definition) { def.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{}} },
		"containerDefinitions[0].privileged": container(func(c *types.ContainerDefinition) { c.Privileged = ptr(true) }),
		"volumes[1].host.sourcePath":         volume(types.Volume{Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}}),
	} {
		def := everydayDefinition()
		change(def)
		if got := Unsupported(def, types.LaunchTypeFargate); !slices.Equal(got, []string{member}) {
			t.Errorf("reported %q; want %q", got, member)
		}
	}
}

// TestAWSRefusesInTheWordsOfTheTable registers a definition for Fargate with each member
// that the tables say ECS refuses itself.
func TestAWSRefusesInTheWordsOfTheTable(t *testing.T) {
	type request = ecs.RegisterTaskDefinitionInput
	linux := func(l types.LinuxParameters) func(*request) {
		return func(in *request) { first(in).LinuxParameters = &l }
	}
	volume := func(v types.Volume) func(*request) {
		v.Name = ptr("v")
		return func(in *request) { in.Volumes = []types.Volume{v} }
	}
	examples := map[string]func(*request){
		"disableNetworking":     func(in *request) { first(in).DisableNetworking = ptr(true) },
		"dnsSearchDomains":      func(in *request) { first(in).DnsSearchDomains = []string{"local"} },
		"dnsServers":            func(in *request) { first(in).DnsServers = []string{"1.1.1.1"} },
		"dockerSecurityOptions": func(in *request) { first(in).DockerSecurityOptions = []string{"no-new-privileges"} },
		"extraHosts": func(in *request) {
			first(in).ExtraHosts = []types.HostEntry{{Hostname: ptr("a"), IpAddress: ptr("1.1.1.1")}}
		},
		"hostname":   func(in *request) { first(in).Hostname = ptr("a") },
		"links":      func(in *request) { first(in).Links = []string{"web"} },
		"privileged": func(in *request) { first(in).Privileged = ptr(true) },
		"resourceRequirements": func(in *request) {
			first(in).ResourceRequirements = []types.ResourceRequirement{{Type: "GPU", Value: ptr("1")}}
		},
		"linuxParameters.devices":          linux(types.LinuxParameters{Devices: []types.Device{{HostPath: ptr("/dev/null")}}}),
		"linuxParameters.maxSwap":          linux(types.LinuxParameters{MaxSwap: ptr[int32](1)}),
		"linuxParameters.sharedMemorySize": linux(types.LinuxParameters{SharedMemorySize: ptr[int32](1)}),
		"linuxParameters.swappiness":       linux(types.LinuxParameters{Swappiness: ptr[int32](1)}),
		"inferenceAccelerators": func(in *request) {
			in.InferenceAccelerators = []types.InferenceAccelerator{{DeviceName: ptr("a"), DeviceType: ptr("b")}}
		},
		"ipcMode": func(in *request) { in.IpcMode = "task" },
		"placementConstraints": func(in *request) {
			in.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: ptr("attribute:a == b")}}
		},
		"dockerVolumeConfiguration": volume(types.Volume{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}),
		"fsxWindowsFileServerVolumeConfiguration": volume(types.Volume{FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
			FileSystemId: ptr("fs-1"), RootDirectory: ptr("/"),
			AuthorizationConfig: &types.FSxWindowsFileServerAuthorizationConfig{CredentialsParameter: ptr("p"), Domain: ptr("d")},
		}}),
		"host.sourcePath": volume(types.Volume{Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}}),
	}
	for _, table := range Members {
		for _, row := range table.Rows {
			if row.Words == "" {
				continue
			}
			change := examples[row.Path]
			if change == nil {
				t.Errorf("%s has no example", row.Path)
				continue
			}
			in := fargateDefinition()
			change(in)
			_, err := Register(in, testEnv)
			if refused := new(types.ClientException); !errors.As(err, &refused) || *refused.Message != row.Words {
				t.Errorf("%s: %v, want %s", row.Path, err, row.Words)
			}
		}
	}
}
