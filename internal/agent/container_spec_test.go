package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
		if diff := cmp.Diff(append(c.added, c.defined...), environment(d, &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{}}, false)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatTheAgentTellsGoesBeforeTheDefinition(t *testing.T) {
	asked := Options{Variables: func(_ *state.Task, container string) ([]string, error) {
		return []string{"ECS_AGENT_URI=http://agent/" + container}, nil
	}}
	for name, c := range map[string]struct {
		options Options
		mode    types.NetworkMode
		offline bool
		want    []string
	}{
		"on Fargate":               {asked, "", false, []string{"ECS_AGENT_URI=http://agent/web"}},
		"in bridge mode":           {asked, types.NetworkModeBridge, false, []string{"ECS_AGENT_URI=http://agent/web"}},
		"without a network":        {asked, types.NetworkModeNone, false, []string{"ECS_AGENT_URI=http://mine"}},
		"with networking disabled": {asked, types.NetworkModeBridge, true, []string{"ECS_AGENT_URI=http://mine"}},
		"nothing to tell":          {Options{}, "", false, []string{"ECS_AGENT_URI=http://mine"}},
	} {
		web, uri, mine := "web", "ECS_AGENT_URI", "http://mine"
		d := &types.ContainerDefinition{Name: &web, DisableNetworking: &c.offline, Environment: []types.KeyValuePair{{Name: &uri, Value: &mine}}}
		w := &work{host: &host{agent: &Agent{Options: c.options}}, task: &state.Task{
			ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{NetworkMode: c.mode}, Placement: &state.Placement{}}}
		var got []string
		env, err := w.environment(d, false)
		if err != nil {
			t.Error(err)
		}
		for _, v := range env {
			if strings.HasPrefix(v, "ECS_AGENT_URI=") {
				got = append(got, v)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
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
		if diff := cmp.Diff(c.want, endpoints(all, d, &state.Task{Spec: &state.TaskSpec{NetworkMode: c.mode}})); diff != "" {
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
		want        size
	}{
		{"256", "512", containers(128, 128), size{cpu: 256, memory: 512 << 20}},
		{"", "", containers(128, 0, 1), size{shares: 132}},
		{"", "64", containers(1_000_000, 1), size{memory: 64 << 20, shares: 262_144}},
	} {
		if got := newSize(c.cpu, c.memory, c.containers); got != c.want {
			t.Errorf("%q, %q: %+v; want %+v", c.cpu, c.memory, got, c.want)
		}
	}
}

// No container is made without the variables by which it finds its credentials.
func TestAContainerWaitsForItsVariables(t *testing.T) {
	withAgent(t, func(b *bench) {
		asked := 0
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine}},
			Variables: func(*state.Task, string) ([]string, error) {
				if asked++; asked < 3 {
					return nil, awslogstest.ErrDiskFull
				}
				return []string{"TOLD=now"}, nil
			},
		}))
		id := b.run(container("app", "sh", "-c", "env; sleep 100"))
		b.expect("at first", b.task(id).Status.LastStatus, state.Pending)
		b.settleAfter(3 * enginecall.RetryPause)
		b.expect("later", b.task(id).Status.LastStatus, state.Running)
		told := false
		if err := b.agent.Logs(t.Context(), id, "", backend.LogOptions{Write: func(_ time.Time, _ bool, line string) error {
			told = told || line == "TOLD=now"
			return nil
		}}); err != nil || !told {
			t.Errorf("the container is told: %v, %v", told, err)
		}
	})
}
