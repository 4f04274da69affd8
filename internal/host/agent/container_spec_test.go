package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/google/go-cmp/cmp"
)

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
		w := &taskRunner{host: &host{agent: &Agent{Options: c.options}}, task: &state.Task{
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

func TestLabelsOfTheDefinitionReplaceNoneOfTheAgent(t *testing.T) {
	web := "web"
	w := &taskRunner{host: &host{agent: &Agent{}}, task: &state.Task{
		ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
	w.view = plan.NewView(&state.TaskStatus{Containers: []state.Container{{Name: web}}}, nil, false)
	w.view.Definitions = []types.ContainerDefinition{{Name: &web, DockerLabels: map[string]string{containerlabel.Task: "mine", "team": "blue"}}}
	spec, err := w.containerSpec(0)
	if err != nil {
		t.Fatal(err)
	}
	want := enginename.Labels(w.task, web)
	want["team"] = "blue"
	if diff := cmp.Diff(want, spec.Labels); diff != "" {
		t.Error(diff)
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
