package ecs_test

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTasksShowWhetherCommandsMayBeExecuted: the role is the definition's, or the override's.
func TestTasksShowWhetherCommandsMayBeExecuted(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	in := runInput("role")
	in.EnableExecuteCommand = true
	ran := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in)).Tasks[0]
	in = runInput("web")
	in.EnableExecuteCommand = true
	in.Overrides = &types.TaskOverride{TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app")}
	other := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in)).Tasks[0]
	s.shop(t)
	s.bridge(t, "bridged")
	started := must[*sdk.StartTaskOutput](t)(s.StartTask(ctx, &sdk.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("bridged"), EnableExecuteCommand: true, Overrides: in.Overrides,
		ContainerInstances: []string{*s.registerInstance(t, nil).ContainerInstanceArn},
	})).Tasks[0]
	seen := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Tasks: []string{*ran.TaskArn, *other.TaskArn}})).Tasks
	for _, task := range append(seen, ran, other, started) {
		agents := task.Containers[0].ManagedAgents
		if !task.EnableExecuteCommand || len(agents) != 1 || agents[0].Name != "ExecuteCommandAgent" || *agents[0].LastStatus != "PENDING" || agents[0].LastStartedAt != nil {
			t.Errorf("enabled: %t; managed agents: %v", task.EnableExecuteCommand, agents)
		}
	}
}

// execTask runs a task with the containers app and sidecar, in which commands may be executed, and says
// that they run.
func (s *server) execTask(t *testing.T) types.Task {
	t.Helper()
	s.fargate(t, "pair", func(in *sdk.RegisterTaskDefinitionInput) {
		in.TaskRoleArn = aws.String("arn:aws:iam::123456789012:role/app")
		sidecar := in.ContainerDefinitions[0]
		sidecar.Name = aws.String("sidecar")
		in.ContainerDefinitions = append(in.ContainerDefinitions, sidecar)
	})
	in := runInput("pair")
	in.EnableExecuteCommand = true
	task := s.run(t, in)[0]
	s.agentSays(t, *task.TaskArn, func(status *state.TaskStatus) {
		for i := range status.Containers {
			c := &status.Containers[i]
			c.Phase, c.RuntimeID = state.ContainerRunning, state.FindTask(s.store.Read(), *task.TaskArn).RuntimeID(c)
			c.ExecAgent = state.ManagedAgent{Status: state.Running}
		}
		status.LastStatus = state.Running
	})
	return task
}

// execute is a request for a shell.
func execute(task *string, container string) *sdk.ExecuteCommandInput {
	in := &sdk.ExecuteCommandInput{Task: task, Command: aws.String("sh"), Interactive: true}
	if container != "" {
		in.Container = &container
	}
	return in
}

func TestExecuteCommandAnswers(t *testing.T) {
	s := newServer(t)
	task := s.execTask(t)
	out := must[*sdk.ExecuteCommandOutput](t)(s.ExecuteCommand(ctx, execute(task.TaskArn, "sidecar")))
	id := aws.ToString(out.Session.SessionId)
	if !regexp.MustCompile(`^ecs-execute-command-[a-z0-9]{26}$`).MatchString(id) {
		t.Errorf("the session is %q", id)
	}
	if want := strings.Replace(s.url, "http:", "ws:", 1) + "/v1/data-channel/" + id + "?role=publish_subscribe"; aws.ToString(out.Session.StreamUrl) != want {
		t.Errorf("the stream is at %q, want %q", aws.ToString(out.Session.StreamUrl), want)
	}
	if token, err := base64.StdEncoding.DecodeString(aws.ToString(out.Session.TokenValue)); err != nil || len(token) != 32 {
		t.Errorf("the token is %q", aws.ToString(out.Session.TokenValue))
	}
	if out.Session = nil; aws.ToString(out.ClusterArn) != *task.ClusterArn || aws.ToString(out.TaskArn) != *task.TaskArn || !out.Interactive ||
		aws.ToString(out.ContainerName) != "sidecar" || aws.ToString(out.ContainerArn) != *task.Containers[1].ContainerArn {
		t.Errorf("the rest is %+v", out)
	}
	first := must[*sdk.ExecuteCommandOutput](t)(s.ExecuteCommand(ctx, execute(task.TaskArn, "app"))).Session
	second := must[*sdk.ExecuteCommandOutput](t)(s.ExecuteCommand(ctx, execute(task.TaskArn, "app"))).Session
	if *first.SessionId == *second.SessionId || *first.TokenValue == *second.TokenValue {
		t.Error("two sessions have the same id or token")
	}
}

// TestExecuteCommandRefusals has the texts of spec/tasks.md E.12, and the emulator's where there are none.
func TestExecuteCommandRefusals(t *testing.T) {
	s := newServer(t)
	task := s.execTask(t)
	in := runInput("pair")
	plain := s.run(t, in)[0]
	s.agentSays(t, *plain.TaskArn, func(status *state.TaskStatus) {
		for i := range status.Containers {
			status.Containers[i].Phase = state.ContainerRunning
		}
	})
	in.EnableExecuteCommand = true
	pending := s.run(t, in)[0]
	const agent = "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. " +
		"Wait and try again or run a new task with execute command enabled and try again."
	for _, c := range []struct {
		what, code, text string
		in               *sdk.ExecuteCommandInput
	}{
		{"no cluster", "ClusterNotFoundException", "Cluster not found.", &sdk.ExecuteCommandInput{Cluster: aws.String("none"), Task: task.TaskArn, Command: aws.String("sh"), Interactive: true}},
		{"not interactive", "InvalidParameterException", "Interactive is the only mode supported currently.", &sdk.ExecuteCommandInput{Task: task.TaskArn, Command: aws.String("sh")}},
		{"no id", "InvalidParameterException", "task length should be one of [32,36]", execute(aws.String("abc"), "app")},
		{"no task", "InvalidParameterException", "The referenced task was not found.", execute(aws.String(strings.Repeat("a", 32)), "app")},
		{"no container named", "InvalidParameterException", "The task has 2 containers: set container to one of app, sidecar.", execute(task.TaskArn, "")},
		{"no such container", "InvalidParameterException", "The task has no container web: set container to one of app, sidecar.", execute(task.TaskArn, "web")},
		{"not enabled", "InvalidParameterException", agent, execute(plain.TaskArn, "app")},
		{"not running", "InvalidParameterException", agent, execute(pending.TaskArn, "app")},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := s.ExecuteCommand(ctx, c.in)
			refused(t, err, c.code, c.text)
		})
	}
}

// TestExecuteCommandOnInstancesRegisteredByHand cannot reach their agents.
func TestExecuteCommandOnInstancesRegisteredByHand(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.bridge(t, "bridged")
	task := must[*sdk.StartTaskOutput](t)(s.StartTask(ctx, &sdk.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("bridged"), EnableExecuteCommand: true,
		Overrides:          &types.TaskOverride{TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app")},
		ContainerInstances: []string{*s.registerInstance(t, nil).ContainerInstanceArn},
	})).Tasks[0]
	s.agentSays(t, *task.TaskArn, func(status *state.TaskStatus) {
		status.LastStatus, status.Containers[0].Phase = state.Running, state.ContainerRunning
	})
	in := execute(task.TaskArn, "")
	in.Cluster = aws.String("shop")
	_, err := s.ExecuteCommand(ctx, in)
	refused(t, err, "TargetNotConnectedException", "The execute command failed due to an internal error. Try again later.")
}

// TestAContainerHasAThousandSessions: those of another container do not count.
func TestAContainerHasAThousandSessions(t *testing.T) {
	s := newServer(t)
	task := s.execTask(t)
	for range 1000 {
		session, err := s.sessions.Open(ctx, *task.TaskArn, "app", backend.ExecSpec{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = session.Close() }()
	}
	_, err := s.ExecuteCommand(ctx, execute(task.TaskArn, "app"))
	refused(t, err, "ClientException", "Unable to start new execute sessions because the maximum session limit of 1000 has been reached.")
	must[*sdk.ExecuteCommandOutput](t)(s.ExecuteCommand(ctx, execute(task.TaskArn, "sidecar")))
}

// TestExecuteCommandAsksForTaskAndCluster: a caller without permission for one of them gets no session, and learns nothing of
// tasks that are not there. The only container of a task counts as named.
func TestExecuteCommandAsksForTaskAndCluster(t *testing.T) {
	s := newServer(t)
	task := s.execTask(t)
	s.fargate(t, "web")
	single := s.run(t, runInput("web"))[0]
	none := testScope.Task("default", strings.Repeat("a", 32))
	for _, c := range []struct {
		in   *sdk.ExecuteCommandInput
		keys map[string]string
	}{
		{execute(task.TaskArn, "app"), map[string]string{"ecs:container-name": "app"}},
		{execute(aws.String(path.Base(*task.TaskArn)), "app"), map[string]string{"ecs:container-name": "app"}},
		{execute(task.TaskArn, ""), nil},
		{execute(single.TaskArn, ""), map[string]string{"ecs:container-name": "app"}},
		{execute(&none, ""), nil},
		{execute(&none, "web"), map[string]string{"ecs:container-name": "web"}},
	} {
		resource := *c.in.Task
		if !strings.HasPrefix(resource, "arn:") {
			resource = testScope.Task("default", resource)
		}
		keys := awsapi.Keys{"ecs:cluster": policy.Is(*task.ClusterArn), "ecs:task": policy.Is(resource)}
		for name, text := range c.keys {
			keys[name] = policy.Is(text)
		}
		want := []awsapi.Access{
			{Action: "ecs:ExecuteCommand", Resource: resource, Keys: keys}, {Action: "ecs:ExecuteCommand", Resource: *task.ClusterArn, Keys: keys},
		}
		for denied := range want {
			var asked []awsapi.Access
			api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}}) // without sessions: it must not come so far
			h := httptest.NewServer(api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), Authorize: apitest.Each(func(_ context.Context, _ awsapi.Call, wants awsapi.Access) error {
				asked = append(asked, wants)
				if len(asked) == denied+1 {
					return &awsapi.Error{Code: "AccessDeniedException", Message: "not you"}
				}
				return nil
			})}))
			_, err := clientOf(h.URL, testRegion, testAccount).ExecuteCommand(ctx, c.in)
			h.Close()
			refused(t, err, "AccessDeniedException", "not you")
			if !reflect.DeepEqual(asked, want[:denied+1]) {
				t.Errorf("asked %v\nwant  %v", asked, want[:denied+1])
			}
		}
	}
}

// TestServicesShowWhetherCommandsMayBeExecuted turns it off and on, without a deployment.
func TestServicesShowWhetherCommandsMayBeExecuted(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	in := serviceInput("web", "role")
	in.EnableExecuteCommand = true
	if !s.create(t, in).EnableExecuteCommand {
		t.Error("the answer of CreateService does not show it")
	}
	for _, enable := range []bool{false, true} {
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), EnableExecuteCommand: &enable}))
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(1)}))
		if seen := s.describe(t, "web"); seen.EnableExecuteCommand != enable || len(seen.Deployments) != 1 {
			t.Errorf("%t, with %d deployments; want %t", seen.EnableExecuteCommand, len(seen.Deployments), enable)
		}
	}
}

// TestExecuteCommandAsksTheAgent: one that does not run, and one that cannot be reached.
func TestExecuteCommandAsksTheAgent(t *testing.T) {
	s := newServer(t)
	task := s.execTask(t)
	for code, agent := range map[string]state.ManagedAgent{
		"InvalidParameterException":   {Status: state.Stopped},
		"TargetNotConnectedException": {Status: state.Running, Disconnected: true},
	} {
		s.agentSays(t, *task.TaskArn, func(status *state.TaskStatus) { status.Containers[0].ExecAgent = agent })
		_, err := s.ExecuteCommand(ctx, execute(task.TaskArn, "app"))
		if e := smithy.APIError(nil); !errors.As(err, &e) || e.ErrorCode() != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}
