package taskspec

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/google/go-cmp/cmp"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func TestWhatTheAgentTellsGoesBeforeTheDefinition(t *testing.T) {
	asked := func(_ *state.Task, container string) ([]string, error) {
		return []string{"ECS_AGENT_URI=http://agent/" + container}, nil
	}
	for name, c := range map[string]struct {
		variables func(*state.Task, string) ([]string, error)
		mode      types.NetworkMode
		offline   bool
		want      []string
	}{
		"on Fargate":               {asked, "", false, []string{"ECS_AGENT_URI=http://agent/web"}},
		"in bridge mode":           {asked, types.NetworkModeBridge, false, []string{"ECS_AGENT_URI=http://agent/web"}},
		"without a network":        {asked, types.NetworkModeNone, false, []string{"ECS_AGENT_URI=http://mine"}},
		"with networking disabled": {asked, types.NetworkModeBridge, true, []string{"ECS_AGENT_URI=http://mine"}},
		"nothing to tell":          {nil, "", false, []string{"ECS_AGENT_URI=http://mine"}},
	} {
		web, uri, mine := "web", "ECS_AGENT_URI", "http://mine"
		d := &types.ContainerDefinition{
			Name: &web, DisableNetworking: &c.offline, Environment: []types.KeyValuePair{{Name: &uri, Value: &mine}},
		}
		m := &Maker{Variables: c.variables, Task: &state.Task{
			ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{NetworkMode: c.mode}, Placement: &state.Placement{}}}
		var got []string
		env, err := m.environment(d, false)
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

func TestLabelsOfTheDefinitionReplaceNoneOfTheAgent(t *testing.T) {
	web := "web"
	view := plan.NewView(&state.TaskStatus{Containers: []state.Container{{Name: web}}}, nil, false)
	m := &Maker{View: &view, Task: &state.Task{
		ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
	view.Definitions = []types.ContainerDefinition{
		{Name: &web, DockerLabels: map[string]string{containerlabel.Task: "mine", "team": "blue"}},
	}
	spec, err := m.Container(0, containerinstance.Place{})
	if err != nil {
		t.Fatal(err)
	}
	want := enginename.Labels(m.Task, web)
	want["team"] = "blue"
	if diff := cmp.Diff(want, spec.Labels); diff != "" {
		t.Error(diff)
	}
}

func TestAFluentdRouterRunsAsRoot(t *testing.T) {
	name, uid, mine := "router", "FLUENT_UID", "1000"
	for kind, want := range map[types.FirelensConfigurationType]string{"fluentd": "FLUENT_UID=0", "fluentbit": "FLUENT_UID=1000"} {
		view := plan.NewView(&state.TaskStatus{Containers: []state.Container{{Name: name}}}, nil, false)
		view.Definitions = []types.ContainerDefinition{{
			Name: &name, FirelensConfiguration: &types.FirelensConfiguration{Type: kind}, Environment: []types.KeyValuePair{{Name: &uid, Value: &mine}},
		}}
		m := &Maker{View: &view, Task: &state.Task{ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
		spec, err := m.Container(0, containerinstance.Place{})
		if err != nil {
			t.Fatal(err)
		}
		of := func(v string) bool { return strings.HasPrefix(v, "FLUENT_UID=") }
		if got := slices.DeleteFunc(spec.Env, func(v string) bool { return !of(v) }); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %s", kind, got, want)
		}
	}
}
