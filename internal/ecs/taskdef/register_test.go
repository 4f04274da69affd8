package taskdef

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestRegisterFillsTheDefaultsOfAPlainDefinition(t *testing.T) {
	got := mustRegister(t, webDefinition())
	want := &types.TaskDefinition{
		Family: ptr("web"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: ptr("web"), Image: ptr("nginx:alpine"), Cpu: 0, Memory: ptr[int32](128),
			PortMappings: []types.PortMapping{{
				ContainerPort: ptr[int32](80), HostPort: ptr[int32](0), Protocol: types.TransportProtocolTcp,
			}},
			Essential:      ptr(true),
			Environment:    []types.KeyValuePair{},
			MountPoints:    []types.MountPoint{},
			VolumesFrom:    []types.VolumeFrom{},
			SystemControls: []types.SystemControl{},
		}},
		Volumes:              []types.Volume{},
		PlacementConstraints: []types.TaskDefinitionPlacementConstraint{},
		Compatibilities:      []types.Compatibility{types.CompatibilityExternal, types.CompatibilityEc2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("registered\n%+v\nwant\n%+v", got, want)
	}
}

func TestRegisterEchoesOnlyWhatWasSent(t *testing.T) {
	plain := mustRegister(t, webDefinition())
	if plain.RequiresAttributes != nil || plain.RequiresCompatibilities != nil || plain.NetworkMode != "" ||
		plain.Cpu != nil || plain.Memory != nil || plain.TaskRoleArn != nil || plain.RuntimePlatform != nil {
		t.Fatalf("members appeared that were not sent: %+v", plain)
	}
	in := webDefinition()
	in.RequiresCompatibilities = []types.Compatibility{}
	first(in).Ulimits = []types.Ulimit{}
	first(in).EnvironmentFiles = []types.EnvironmentFile{}
	first(in).Command = []string{}
	first(in).DockerLabels = map[string]string{}
	first(in).LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverJsonFile, SecretOptions: []types.Secret{}}
	def := mustRegister(t, in)
	c := def.ContainerDefinitions[0]
	if def.RequiresCompatibilities == nil || c.Ulimits == nil || c.EnvironmentFiles == nil || c.Command == nil ||
		c.DockerLabels == nil || c.LogConfiguration.SecretOptions == nil {
		t.Fatalf("an empty list that was sent is gone: %+v", c)
	}
	if c.Secrets != nil || c.Links != nil || c.DependsOn != nil {
		t.Fatalf("a list appeared that was not sent: %+v", c)
	}
}

func TestRegisterDefaultsOfNestedMembers(t *testing.T) {
	in := webDefinition()
	c := first(in)
	c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
	c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: ptr(true)}
	c.LinuxParameters = &types.LinuxParameters{Capabilities: &types.KernelCapabilities{Drop: []string{"ALL"}}}
	c.PortMappings[0].Protocol = "sctp"
	in.Volumes = []types.Volume{
		{Name: ptr("scratch")},
		{Name: ptr("efs"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1")}},
		{Name: ptr("task"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}},
		{Name: ptr("shared"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeShared}},
	}
	def := mustRegister(t, in)
	c = &def.ContainerDefinitions[0]
	wantHealth := &types.HealthCheck{
		Command: []string{"CMD", "true"}, Interval: ptr[int32](30), Timeout: ptr[int32](5), Retries: ptr[int32](3),
	}
	if !reflect.DeepEqual(c.HealthCheck, wantHealth) {
		t.Errorf("health check %+v, want %+v", c.HealthCheck, wantHealth)
	}
	wantPolicy := &types.ContainerRestartPolicy{Enabled: ptr(true)}
	if !reflect.DeepEqual(c.RestartPolicy, wantPolicy) {
		t.Errorf("restart policy %+v, want %+v", c.RestartPolicy, wantPolicy)
	}
	if got := c.LinuxParameters.Capabilities; got.Add == nil || len(got.Drop) != 1 {
		t.Errorf("capabilities %+v, want both lists", got)
	}
	if p := c.PortMappings[0].Protocol; p != types.TransportProtocolTcp {
		t.Errorf("unknown protocol became %q, want tcp", p)
	}
	wantVolumes := []types.Volume{
		{Name: ptr("scratch"), Host: &types.HostVolumeProperties{}},
		{Name: ptr("efs"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1"), RootDirectory: ptr("/")}},
		{Name: ptr("task"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeTask}},
		{Name: ptr("shared"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeShared, Autoprovision: ptr(false)}},
	}
	if !reflect.DeepEqual(def.Volumes, wantVolumes) {
		t.Errorf("volumes %+v, want %+v", def.Volumes, wantVolumes)
	}
}

func TestRegisterHostPortFollowsTheNetworkMode(t *testing.T) {
	for mode, want := range map[types.NetworkMode]int32{
		"": 0, types.NetworkModeBridge: 0, types.NetworkModeHost: 80, types.NetworkModeAwsvpc: 80,
	} {
		in := webDefinition()
		in.NetworkMode = mode
		def := mustRegister(t, in)
		if got := *def.ContainerDefinitions[0].PortMappings[0].HostPort; got != want {
			t.Errorf("mode %q: host port %d, want %d", mode, got, want)
		}
	}
	in := webDefinition()
	first(in).PortMappings = []types.PortMapping{{ContainerPortRange: ptr("8000-8100")}}
	p := mustRegister(t, in).ContainerDefinitions[0].PortMappings[0]
	if p.HostPort != nil || p.Protocol != types.TransportProtocolTcp {
		t.Errorf("range got host port %v and protocol %q", p.HostPort, p.Protocol)
	}
}

func TestRegisterNormalisesTheTaskSize(t *testing.T) {
	for _, size := range []struct{ cpu, wantCPU, memory, wantMemory string }{
		{"1024", "1024", "2048", "2048"},
		{"1 vCPU", "1024", "2 GB", "2048"},
		{"1 vcpu", "1024", "2GB", "2048"},
		{".25 vcpu", "256", "0.5 GB", "512"},
		{"0.5vCPU", "512", "1 gb", "1024"},
	} {
		in := webDefinition()
		in.Cpu, in.Memory = ptr(size.cpu), ptr(size.memory)
		def := mustRegister(t, in)
		if *def.Cpu != size.wantCPU || *def.Memory != size.wantMemory {
			t.Errorf("%s, %s became %s, %s", size.cpu, size.memory, *def.Cpu, *def.Memory)
		}
	}
}

func TestRegisterExpandsBareRoleNames(t *testing.T) {
	in := webDefinition()
	in.TaskRoleArn, in.ExecutionRoleArn = ptr("app"), ptr("arn:aws:iam::999999999999:role/path/exec")
	def, err := Register(in, Env{Partition: "aws-cn", Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	if got := *def.TaskRoleArn; got != "arn:aws-cn:iam::123456789012:role/app" {
		t.Errorf("task role %s", got)
	}
	if got := *def.ExecutionRoleArn; got != "arn:aws:iam::999999999999:role/path/exec" {
		t.Errorf("execution role %s", got)
	}
}

func TestRegisterReportsOnlyTheFirstBrokenRule(t *testing.T) {
	in := fargateDefinition()
	in.NetworkMode, in.Cpu = "", nil
	first(in).HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}, Interval: ptr[int32](500)}
	_, err := Register(in, testEnv)
	wantClientException(t, err, "Health check interval must be less than or equal to the maximum allowed value 300 for container 'web'")
	first(in).HealthCheck = nil
	_, err = Register(in, testEnv)
	wantClientException(t, err, "Fargate only supports network mode ‘awsvpc’.")
	in.NetworkMode = types.NetworkModeAwsvpc
	_, err = Register(in, testEnv)
	wantClientException(t, err, "Fargate requires that 'cpu' be defined at the task level.")
}

func TestRegisterSizeLimit(t *testing.T) {
	in := webDefinition()
	first(in).Command = []string{""}
	rest := wire.Size(mustRegister(t, in))
	first(in).Command[0] = strings.Repeat("x", maxEncodedBytes-rest)
	mustRegister(t, in)
	first(in).Command[0] += "x"
	for _, env := range []Env{testEnv, {RequestBytes: 65000}} {
		_, err := Register(in, env)
		wantClientException(t, err, "Actual length: '65537'. Max allowed length is '65536' bytes.")
	}
}

func TestRegisteredDefinitionAsJSON(t *testing.T) {
	in := webDefinition()
	first(in).Command = []string{"say", "\"hi\"\n\x01"}
	first(in).DockerLabels = map[string]string{"a": "1", "b": "ü"}
	first(in).DisableNetworking = ptr(false)
	const want = `{"compatibilities":["EXTERNAL","EC2"],"containerDefinitions":[{"command":["say","\"hi\"\n\u0001"],` +
		`"cpu":0,"disableNetworking":false,"dockerLabels":{"a":"1","b":"ü"},"environment":[],"essential":true,` +
		`"image":"nginx:alpine","memory":128,"mountPoints":[],"name":"web",` +
		`"portMappings":[{"containerPort":80,"hostPort":0,"protocol":"tcp"}],"systemControls":[],"volumesFrom":[]}],` +
		`"family":"web","placementConstraints":[],"requiresAttributes":[{"name":"com.amazonaws.ecs.capability.docker-remote-api.1.18"}],` +
		`"revision":0,"volumes":[]}`
	if got := string(wire.Marshal(mustRegister(t, in))); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func BenchmarkRegister(b *testing.B) {
	for name, in := range map[string]*ecs.RegisterTaskDefinitionInput{
		"web": webDefinition(), "fargate": fargateDefinition(),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Register(in, testEnv); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
