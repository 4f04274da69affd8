package containerspec

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

func TestTheDefinitionsEnvironmentWins(t *testing.T) {
	for _, c := range []struct{ defined, added []string }{
		{nil, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"STAGE=prod"}, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_REGION=mars"}, []string{"AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_DEFAULT_REGION=mars"}, []string{"AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_EXECUTION_ENV="}, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1"}},
		{[]string{"ECS_CONTAINER_METADATA_URI_V4=http://localhost:8080"}, []string{
			"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
	} {
		d := &types.ContainerDefinition{}
		for _, entry := range c.defined {
			name, value, _ := strings.Cut(entry, "=")
			d.Environment = append(d.Environment, types.KeyValuePair{Name: &name, Value: &value})
		}
		if diff := cmp.Diff(append(c.added, c.defined...), Environment(d, &state.Task{ARN: "arn:aws:ecs:us-east-1:000000000000:task/c/1", Spec: &state.TaskSpec{}, Placement: &state.Placement{}}, false)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestEndpointsInTheEnvironment(t *testing.T) {
	all := []string{"AWS_ENDPOINT_URL_ECS=http://here", "AWS_ENDPOINT_URL_EC2=http://here"}
	for name, c := range map[string]struct {
		mode    types.NetworkMode
		offline bool
		defined []string
		want    []string
	}{
		"on Fargate":                  {types.NetworkModeAwsvpc, false, nil, all},
		"on an instance":              {types.NetworkModeBridge, false, []string{"STAGE=prod"}, all},
		"in host mode":                {types.NetworkModeHost, false, nil, all},
		"without a network":           {types.NetworkModeNone, false, nil, nil},
		"with networking disabled":    {types.NetworkModeBridge, true, nil, nil},
		"one is defined":              {types.NetworkModeAwsvpc, false, []string{"AWS_ENDPOINT_URL_ECS=http://there"}, all[1:]},
		"one is defined to be empty":  {types.NetworkModeAwsvpc, false, []string{"AWS_ENDPOINT_URL_EC2="}, all[:1]},
		"one for all is defined":      {types.NetworkModeAwsvpc, false, []string{"AWS_ENDPOINT_URL=http://there"}, nil},
		"they are not to be heeded":   {types.NetworkModeAwsvpc, false, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, nil},
		"one of a service not served": {types.NetworkModeAwsvpc, false, []string{"AWS_ENDPOINT_URL_S3=http://there"}, all},
	} {
		d := &types.ContainerDefinition{DisableNetworking: &c.offline}
		for _, entry := range c.defined {
			name, value, _ := strings.Cut(entry, "=")
			d.Environment = append(d.Environment, types.KeyValuePair{Name: &name, Value: &value})
		}
		if diff := cmp.Diff(c.want, Endpoints(all, d, &state.Task{Spec: &state.TaskSpec{NetworkMode: c.mode}})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSecurityOptions(t *testing.T) {
	all := []string{"no-new-privileges", "seccomp=unconfined", "apparmor:web", "label:type:web_t", "label=disable", "credentialspec:file://web.json", "systempaths=unconfined", "no-new-privileges:true"}
	want := []string{"no-new-privileges", "apparmor:web", "label:type:web_t", "label=disable", "no-new-privileges:true"}
	if diff := cmp.Diff(want, securityOptions(all)); diff != "" {
		t.Error(diff)
	}
}

// What a process on Fargate was recorded to see; elsewhere the engine decides.
func TestOpenFiles(t *testing.T) {
	files := backend.Ulimit{Name: "nofile", Soft: 65_535, Hard: 65_535, Optional: true}
	own := types.Ulimit{Name: "nofile", SoftLimit: 1024, HardLimit: 4096}
	for name, c := range map[string]struct {
		defined []types.Ulimit
		fargate bool
		want    []backend.Ulimit
	}{
		"of Fargate":                      {nil, true, []backend.Ulimit{files}},
		"beside another limit":            {[]types.Ulimit{{Name: "core"}}, true, []backend.Ulimit{files, {Name: "core"}}},
		"of the definition":               {[]types.Ulimit{own}, true, []backend.Ulimit{{Name: "nofile", Soft: 1024, Hard: 4096}}},
		"of the engine":                   {nil, false, nil},
		"of the definition, on instances": {[]types.Ulimit{own}, false, []backend.Ulimit{{Name: "nofile", Soft: 1024, Hard: 4096}}},
	} {
		if diff := cmp.Diff(c.want, ulimits(&types.ContainerDefinition{Ulimits: c.defined}, c.fargate)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A task without CPU of its own weighs as much as its containers.
func TestSharesOfATask(t *testing.T) {
	containers := func(cpu ...int32) (list []types.ContainerDefinition) {
		for _, c := range cpu {
			list = append(list, types.ContainerDefinition{Cpu: c})
		}
		return list
	}
	for _, c := range []struct {
		cpu, memory string
		containers  []types.ContainerDefinition
		want        Size
	}{
		{"256", "512", containers(128, 128), Size{CPU: 256, Memory: 512 << 20}},
		{"", "", containers(128, 0, 1), Size{Shares: 132}},
		{"", "64", containers(1_000_000, 1), Size{Memory: 64 << 20, Shares: 262_144}},
	} {
		if got := NewSize(c.cpu, c.memory, c.containers); got != c.want {
			t.Errorf("%q, %q: %+v; want %+v", c.cpu, c.memory, got, c.want)
		}
	}
}

func TestControlsOfTheInstance(t *testing.T) {
	const somaxconn, semaphores, queues = "net.core.somaxconn", "kernel.sem", "fs.mqueue.msg_max"
	for _, test := range []struct {
		network types.NetworkMode
		ipc     types.IpcMode
		refused map[string]bool
	}{
		{types.NetworkModeBridge, "", nil},
		{types.NetworkModeAwsvpc, types.IpcModeTask, nil},
		{types.NetworkModeHost, "", map[string]bool{somaxconn: true}},
		{types.NetworkModeBridge, types.IpcModeHost, map[string]bool{semaphores: true, queues: true}},
	} {
		for _, name := range []string{somaxconn, semaphores, queues} {
			d := types.ContainerDefinition{SystemControls: []types.SystemControl{{Namespace: aws.String(name), Value: aws.String("1")}}}
			if err := RefuseControls(&d, test.network, test.ipc); (err != nil) != test.refused[name] {
				t.Errorf("%s in network mode %s and ipcMode %q: %v", name, test.network, test.ipc, err)
			}
		}
	}
}

func TestTheEnvironmentOfALink(t *testing.T) {
	port := func(n int32, protocol types.TransportProtocol) types.PortMapping {
		return types.PortMapping{ContainerPort: &n, Protocol: protocol}
	}
	l := Linked{Alias: "data-base", Definition: &types.ContainerDefinition{
		PortMappings: []types.PortMapping{port(8080, "udp"), {ContainerPortRange: aws.String("90-91")}, port(5432, "")},
		Environment:  []types.KeyValuePair{{Name: aws.String("USER"), Value: aws.String("shop")}},
	}}
	want := []string{
		"DATA_BASE_PORT=tcp://10.0.0.2:5432",
		"DATA_BASE_PORT_5432_TCP=tcp://10.0.0.2:5432", "DATA_BASE_PORT_5432_TCP_ADDR=10.0.0.2", "DATA_BASE_PORT_5432_TCP_PORT=5432", "DATA_BASE_PORT_5432_TCP_PROTO=tcp",
		"DATA_BASE_PORT_8080_UDP=udp://10.0.0.2:8080", "DATA_BASE_PORT_8080_UDP_ADDR=10.0.0.2", "DATA_BASE_PORT_8080_UDP_PORT=8080", "DATA_BASE_PORT_8080_UDP_PROTO=udp",
		"DATA_BASE_NAME=/ecs-web-1/data-base", "DATA_BASE_ENV_USER=shop",
	}
	if diff := cmp.Diff(want, l.environment("ecs-web-1", netip.MustParseAddr("10.0.0.2"))); diff != "" {
		t.Error(diff)
	}
	own := []string{"DATA_BASE_NAME=mine", "DATA=yours"}
	if diff := cmp.Diff(append(own, "B=2"), WithoutReplacing(own, []string{"DATA_BASE_NAME=x", "B=2"})); diff != "" {
		t.Error(diff)
	}
}

// AWS's own template of the OpenTelemetry collector has a program alone.
func TestAHealthCheckIsAProgramUnlessItSaysOtherwise(t *testing.T) {
	for _, c := range []struct{ given, want []string }{
		{[]string{"/healthcheck"}, []string{"CMD", "/healthcheck"}},
		{[]string{"curl", "-f", "http://localhost/"}, []string{"CMD", "curl", "-f", "http://localhost/"}},
		{[]string{"CMD", "true"}, []string{"CMD", "true"}},
		{[]string{"CMD-SHELL", "exit 0"}, []string{"CMD-SHELL", "exit 0"}},
		{[]string{"NONE"}, []string{"NONE"}},
	} {
		spec := Container(&types.ContainerDefinition{HealthCheck: &types.HealthCheck{Command: c.given}}, true)
		if diff := cmp.Diff(c.want, spec.Health.Test); diff != "" {
			t.Error(diff)
		}
	}
}
