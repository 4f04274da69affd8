package agent

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskspec"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/google/go-cmp/cmp"
)

func secret(name, valueFrom string) types.Secret {
	return types.Secret{Name: &name, ValueFrom: &valueFrom}
}

func variable(name, value string) types.KeyValuePair {
	return types.KeyValuePair{Name: &name, Value: &value}
}

func environmentFile(path string) types.EnvironmentFile {
	return types.EnvironmentFile{Type: types.EnvironmentFileTypeS3, Value: aws.String("arn:aws:s3:::" + path)}
}

const (
	anSSM  = "arn:aws:ssm:eu-west-1:000000000000:parameter"
	aStore = "arn:aws:secretsmanager:us-west-2:000000000000:secret:db-AbCdEf"
)

// run has a container with all that one can refer to; its environment is what is asked for.
func TestWhatGoesBeforeWhat(t *testing.T) {
	s := &executionresourcetest.Source{
		Params:  map[string]string{"us-east-1 /token": "from a parameter", "eu-west-1 " + anSSM + "/far": "from far"},
		Secrets: map[string]string{aStore: `{"user":"u","n":1}`, aStore + " AWSPREVIOUS": "before"},
		Objects: map[string]string{
			"bucket a/one.env": "IN_ONE=1\nIN_ONE=once more\nIN_BOTH=1\nIN_DEFINITION=1\nTOKEN=1\nAWS_REGION=mars",
			"bucket two.env":   "IN_BOTH=2\nIN_TWO=2",
		},
	}
	d := types.ContainerDefinition{
		Name: aws.String("app"), Environment: []types.KeyValuePair{variable("IN_DEFINITION", "d"), variable("FAR", "d")},
		EnvironmentFiles: []types.EnvironmentFile{environmentFile("bucket/a/one.env"), environmentFile("bucket/two.env")},
		Secrets: []types.Secret{
			secret("TOKEN", "/token"), secret("AGAIN", "/token"), secret("FAR", anSSM+"/far"),
			secret("DB_USER", aStore+":user::"), secret("DB", aStore), secret("BEFORE", aStore+"::AWSPREVIOUS:"),
		},
		LogConfiguration: &types.LogConfiguration{
			LogDriver: types.LogDriverSplunk, Options: map[string]string{"splunk-url": "u"},
			SecretOptions: []types.Secret{secret("splunk-token", "/token")},
		},
	}
	view := plan.NewView(&state.TaskStatus{Containers: make([]state.Container, 1)}, nil, false)
	view.Definitions = []types.ContainerDefinition{d}
	m := &taskspec.Maker{View: &view, Task: &state.Task{ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
	var err error
	if view.Resources.Of, err = executionresource.Read(t.Context(), s, m.Task, view.Definitions); err != nil {
		t.Fatal(err)
	}
	spec, err := m.Container(0, containerinstance.Place{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range spec.Env {
		name, value, _ := strings.Cut(v, "=")
		if _, twice := got[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		got[name] = value
	}
	want := map[string]string{
		"IN_ONE": "once more", "IN_BOTH": "1", "IN_TWO": "2", "IN_DEFINITION": "d", "TOKEN": "from a parameter", "AGAIN": "from a parameter",
		"FAR": "from far", "DB_USER": "u", "DB": `{"user":"u","n":1}`, "BEFORE": "before", "AWS_REGION": "mars", "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the environment (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"splunk-url": "u", "splunk-token": "from a parameter"}, spec.Log.Options); diff != "" {
		t.Errorf("options of the log driver (-want +got):\n%s", diff)
	}
	if len(d.LogConfiguration.Options) != 1 || len(view.Definitions[0].Environment) != 2 {
		t.Error("the definition itself has got values")
	}
	slices.Sort(s.Asked)
	if diff := cmp.Diff([]string{
		"eu-west-1 " + anSSM + "/far", "s3 bucket a/one.env", "s3 bucket two.env", "us-east-1 /token", "us-west-2 " + aStore, "us-west-2 " + aStore + " AWSPREVIOUS",
	}, s.Asked); diff != "" {
		t.Errorf("what was asked for (-want +got):\n%s", diff)
	}
}

// withSecrets is a bench whose agent has a shelf.
func withSecrets(t *testing.T, s *executionresourcetest.Source, story func(b *bench)) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.runAgent(New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine}}, Secrets: s}))
		story(b)
	})
}

func TestSecretsAreReadOnce(t *testing.T) {
	s := &executionresourcetest.Source{Params: map[string]string{"us-east-1 /token": "hunter2"}}
	withSecrets(t, s, func(b *bench) {
		app := container("app", "sh", "-c", "env; sleep 61; exit 1")
		app.Secrets = []types.Secret{secret("TOKEN", "/token")}
		app.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.run(app)
		b.settleAfter(62 * time.Second)
		b.expect("restarts", b.task(id).Status.Containers[0].Restarts, 1)
		b.expect("what was asked for", s.Asked, []string{"us-east-1 /token"})
		told := 0
		count := backend.LogOptions{Write: func(_ time.Time, _ bool, line string) error {
			if line == "TOKEN=hunter2" {
				told++
			}
			return nil
		}}
		if err := b.agent.Logs(t.Context(), id, "", count); err != nil || told != 2 {
			t.Errorf("the container and the one that restarts tell it %d times, %v", told, err)
		}
		if row, err := json.Marshal(b.task(id)); err != nil || strings.Contains(string(row), "hunter2") {
			t.Errorf("the row has the value: %s %v", row, err)
		}
	})
}

func TestATaskWithoutItsSecretDoesNotStart(t *testing.T) {
	withSecrets(t, &executionresourcetest.Source{}, func(b *bench) {
		first, app := container("first", "sleep", "100"), container("app", "sleep", "100")
		app.Essential = aws.Bool(false)
		app.Secrets = []types.Secret{secret("TOKEN", "/gone")}
		id := b.run(first, app)
		row := state.FindTask(b.store.Read(), id)
		if row.Status.LastStatus != state.Stopped || row.Stop.Code != types.TaskStopCodeTaskFailedToStart ||
			!strings.HasSuffix(row.Stop.Reason, "invalid ssm parameters: /gone") || !row.Status.StartedAt.IsZero() {
			t.Errorf("the task is %s: %+v", row.Status.LastStatus, row.Stop)
		}
		for _, c := range row.Status.Containers {
			if c.ExitCode != nil || c.Reason != "" || !c.StartedAt.IsZero() {
				t.Errorf("container %+v", c)
			}
		}
	})
}

// A task that is told to stop while its secrets are read does not wait for them, and nothing
// has gone wrong.
func TestATaskStopsWhileItsSecretsAreRead(t *testing.T) {
	withAgent(t, func(b *bench) {
		var log bytes.Buffer
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
			Hosts: []HostOptions{{Engine: b.engine}}, Secrets: &executionresourcetest.Source{Hangs: true},
		}))
		app := container("app", "sleep", "100")
		app.Secrets = []types.Secret{secret("TOKEN", "/t")}
		id := b.run(app)
		if got := b.task(id).Status.LastStatus; got != state.Pending {
			t.Fatalf("it is %s", got)
		}
		b.stopTask(id)
		if got := b.task(id).Status.LastStatus; got != state.Stopped {
			t.Errorf("it is %s", got)
		}
		b.stop()
		b.expect("the log", log.String(), "")
	})
}

func TestSecretsThatNoServiceAnswersFor(t *testing.T) {
	withSecrets(t, &executionresourcetest.Source{Hangs: true}, func(b *bench) {
		app := container("app", "sleep", "100")
		app.Secrets = []types.Secret{secret("TOKEN", "/t")}
		id := b.run(app)
		b.settleAfter(resourceTimeout + 2*time.Second)
		if row := state.FindTask(b.store.Read(), id); row.Stop == nil || row.Stop.Reason != "ResourceInitializationError: there was no answer within 30s" {
			t.Errorf("it is %s: %+v", row.Status.LastStatus, row.Stop)
		}
	})
}
