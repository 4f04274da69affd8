package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/google/go-cmp/cmp"
)

// shelf is a source of secrets that keeps them in memory.
type shelf struct {
	parameters, secrets, objects map[string]string // by region and name or ARN, by ARN, stage and version; by bucket and key
	echoes                       bool              // parameters that there are not have their name as their value
	hangs                        bool              // until nobody waits any more
	roleless                     bool              // the task has no execution role

	mu    sync.Mutex
	asked []string
}

func (s *shelf) ask(ctx context.Context, what string) error {
	s.mu.Lock()
	s.asked = append(s.asked, what)
	s.mu.Unlock()
	if s.hangs {
		<-ctx.Done()
	}
	if s.roleless {
		return fmt.Errorf("make the keys of a role: %w", ErrNoExecutionRole)
	}
	return ctx.Err()
}

func (s *shelf) Parameters(ctx context.Context, _ *state.Task, region string, names []string) (map[string]string, []string, error) {
	if err := s.ask(ctx, region+" "+strings.Join(names, " ")); err != nil {
		return nil, nil, err
	}
	values := map[string]string{}
	var invalid []string
	for _, name := range names {
		value, found := s.parameters[region+" "+name]
		if s.echoes {
			value, found = "echo of "+name, true
		}
		if !found {
			invalid = append(invalid, name)
		}
		values[name] = value
	}
	return values, invalid, nil
}

func (s *shelf) Secret(ctx context.Context, _ *state.Task, region, id, version, stage string) (SecretValue, error) {
	if err := s.ask(ctx, strings.TrimRight(region+" "+id+" "+stage+" "+version, " ")); err != nil {
		return SecretValue{}, err
	}
	value, found := s.secrets[strings.TrimRight(id+" "+stage+" "+version, " ")]
	if !found {
		return SecretValue{}, &apiclient.Error{
			Service: "Secrets Manager", Operation: "GetSecretValue", Status: 400, RequestID: "r",
			Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret.", Modelled: true,
		}
	}
	return SecretValue{Text: value, Binary: value == "\x00"}, nil
}

func (s *shelf) Object(ctx context.Context, _ *state.Task, bucket, key string) ([]byte, error) {
	if err := s.ask(ctx, "s3 "+bucket+" "+key); err != nil {
		return nil, err
	}
	content, found := s.objects[bucket+" "+key]
	if !found {
		return nil, &apiclient.Error{Service: "S3", Operation: "HeadObject", Status: 404, RequestID: "r", Code: "NotFound", Message: "Not Found"}
	}
	return []byte(content), nil
}

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

func TestParseSecret(t *testing.T) {
	for from, want := range map[string]secretReference{
		"/a/b":                   {region: "us-east-1", parameter: "/a/b", name: "/a/b"},
		"a:3":                    {region: "us-east-1", parameter: "a:3", name: "a:3"},
		anSSM + "/a/b":           {region: "eu-west-1", parameter: anSSM + "/a/b", name: "/a/b"},
		anSSM + "/a":             {region: "eu-west-1", parameter: anSSM + "/a", name: "a"},
		aStore:                   {region: "us-west-2", secret: aStore},
		aStore + ":key::":        {region: "us-west-2", secret: aStore, key: "key"},
		aStore + ":::v":          {region: "us-west-2", secret: aStore, version: "v"},
		aStore + "::AWSPENDING:": {region: "us-west-2", secret: aStore, stage: "AWSPENDING"},
	} {
		if got, err := parseSecret(from, scope); err != nil || got != want {
			t.Errorf("%s: %+v %v", from, got, err)
		}
	}
	for _, from := range []string{aStore + ":key", aStore + ":key:", aStore + ":a:b:c:d", strings.TrimSuffix(aStore, ":db-AbCdEf")} {
		if got, err := parseSecret(from, scope); err == nil {
			t.Errorf("%s: %+v", from, got)
		}
	}
}

func TestParseEnvironmentFile(t *testing.T) {
	const content = "# comment\nA=1\r\n\nB=a=b #c\n C = \"d\" \nEMPTY=\n=none\nword\nexport X=1\n#D=1\nLAST=end"
	var got []string
	for _, v := range parseEnvironmentFile([]byte(content)) {
		got = append(got, *v.Name+"="+*v.Value)
	}
	if diff := cmp.Diff([]string{"A=1", "B=a=b #c", ` C = "d" `, "export X=1", "LAST=end"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An environment file may be anything that somebody has called so. Its lines are not compared each
// with each, which goes on for minutes after the task has been given up.
func TestALongEnvironmentFile(t *testing.T) {
	const lines = 100_000
	var content strings.Builder
	for i := range lines {
		fmt.Fprintf(&content, "V%d=1\n", i)
	}
	r := &reading{source: &shelf{objects: map[string]string{"bucket a.env": content.String()}}, task: &state.Task{}}
	began := time.Now()
	got, err := r.files(t.Context(), []types.EnvironmentFile{{Value: aws.String("arn:aws:s3:::bucket/a.env")}})
	if err != nil || len(got) != lines {
		t.Fatalf("%d variables, %v", len(got), err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

// run has a container with all that one can refer to; its environment is what is asked for.
func TestWhatGoesBeforeWhat(t *testing.T) {
	s := &shelf{
		parameters: map[string]string{"us-east-1 /token": "from a parameter", "eu-west-1 " + anSSM + "/far": "from far"},
		secrets:    map[string]string{aStore: `{"user":"u","n":1}`, aStore + " AWSPREVIOUS": "before"},
		objects: map[string]string{
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
	w := &work{host: &host{agent: &Agent{}}, task: &state.Task{ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
	w.view = newView(&state.TaskStatus{}, nil, false)
	w.view.definitions = []types.ContainerDefinition{d}
	var err error
	if w.view.resources.of, err = readAll(t.Context(), s, w.task, w.view.definitions); err != nil {
		t.Fatal(err)
	}
	spec, err := w.containerSpec(0)
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
	if len(d.LogConfiguration.Options) != 1 || len(w.view.definitions[0].Environment) != 2 {
		t.Error("the definition itself has got values")
	}
	slices.Sort(s.asked)
	if diff := cmp.Diff([]string{
		"eu-west-1 " + anSSM + "/far", "s3 bucket a/one.env", "s3 bucket two.env", "us-east-1 /token", "us-west-2 " + aStore, "us-west-2 " + aStore + " AWSPREVIOUS",
	}, s.asked); diff != "" {
		t.Errorf("what was asked for (-want +got):\n%s", diff)
	}
}

func TestWhyATaskCannotHaveWhatItRefersTo(t *testing.T) {
	s := &shelf{secrets: map[string]string{aStore: `{"n":1}`, aStore + " TEXT": "hunter2", aStore + " BINARY": "\x00"}}
	const (
		begin = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret"
		tried = "service call has been retried 1 time(s): "
		agent = "Fetching secret data from AWS Secrets Manager in region us-west-2: "
	)
	gone := strings.Replace(aStore, ":db-", ":gone-", 1)
	for _, c := range []struct {
		name      string
		container types.ContainerDefinition
		fargate   string
		ec2       string
	}{
		{"no parameter", types.ContainerDefinition{Secrets: []types.Secret{secret("A", "/gone"), secret("B", "also")}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: /gone,also",
			"Fetching secret data from SSM Parameter Store in us-east-1: invalid parameters: /gone,also"},
		{"no parameter of an ARN", types.ContainerDefinition{Secrets: []types.Secret{secret("A", anSSM+"/my/gone")}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: /my/gone",
			"Fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /my/gone"},
		{"no secret", types.ContainerDefinition{Secrets: []types.Secret{secret("A", gone+":key::")}},
			begin + " from asm: " + tried + "failed to fetch secret " + gone + " from secrets manager: operation error Secrets Manager: GetSecretValue, " +
				"https response error StatusCode: 400, RequestID: r, ResourceNotFoundException: Secrets Manager can't find the specified secret.",
			agent + "secret " + gone + ": ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		{"no key", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":user::")}},
			begin + " from asm: " + tried + "retrieved secret from Secrets Manager did not contain json key user",
			agent + "retrieved secret from Secrets Manager did not contain json key user"},
		{"no reference", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":key")}},
			begin + " from asm: " + tried + "trying to retrieve secret with value " + aStore + ":key from ASM: " + errSecretARN.Error(),
			agent + "trying to retrieve secret with value " + aStore + ":key from ASM: " + errSecretARN.Error()},
		{"no JSON", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":key:TEXT:")}},
			begin + " from asm: " + tried + "secret " + aStore + " is no JSON object", ""},
		{"binary", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+"::BINARY:")}},
			begin + " from asm: " + tried + "secret " + aStore + " is binary, and only text can be in an environment", ""},
		{"of a log driver", types.ContainerDefinition{LogConfiguration: &types.LogConfiguration{LogDriver: "splunk", SecretOptions: []types.Secret{secret("splunk-token", "t")}}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: t", ""},
		{"no file", types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.env")}},
			"ResourceInitializationError: failed to download env files: " + tried + "operation error S3: HeadObject, https response error StatusCode: 404, RequestID: r, api error NotFound: Not Found",
			"Unable to download env file with key k.env from bucket b, error: NotFound: Not Found"},
		{"file of another name", types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.txt")}},
			"ResourceInitializationError: failed to download env files: " + tried + "the name of an environment file ends in .env, and k.txt does not", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{}}
			_, err := readAll(t.Context(), s, of, []types.ContainerDefinition{c.container})
			if err == nil {
				t.Fatal("it can")
			}
			if got := resourceFailed(of, err); got != c.fargate {
				t.Errorf("on Fargate:\n%s\nwant\n%s", got, c.fargate)
			}
			of.Placement.ContainerInstance = "i"
			_, err = readAll(t.Context(), s, of, []types.ContainerDefinition{c.container})
			if err == nil {
				t.Fatal("on EC2 it can")
			}
			if got := resourceFailed(of, err); c.ec2 != "" && got != c.ec2 || strings.Contains(got, "hunter2") {
				t.Errorf("on EC2:\n%s\nwant\n%s", got, c.ec2)
			}
		})
	}
}

// A database's secret, as RDS and CDK write it, has its port as a number.
func TestAValueOfASecretThatIsNoText(t *testing.T) {
	s := &shelf{secrets: map[string]string{aStore: `{"port":5432,"ssl":true,"replica":null,"user":"web","ratio":0.5}`}}
	keys := map[string]string{"port": "5432", "ssl": "true", "replica": "<nil>", "user": "web", "ratio": "0.5"}
	for where, instance := range map[string]string{"Fargate": "", "a container instance": "i"} {
		of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{ContainerInstance: instance}}
		for key, want := range keys {
			read, err := readAll(t.Context(), s, of, []types.ContainerDefinition{{Secrets: []types.Secret{secret("A", aStore+":"+key+"::")}}})
			if err != nil {
				t.Errorf("on %s %s cannot be read: %v", where, key, err)
			} else if got := *read[""].secrets[0].Value; got != want {
				t.Errorf("on %s %s is %s, want %s", where, key, got, want)
			}
		}
	}
}

// withSecrets is a bench whose agent has a shelf.
func withSecrets(t *testing.T, s *shelf, story func(b *bench)) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.runAgent(New(Options{Store: b.store, Clock: b.clock, Log: b.agent.Log, Hosts: []HostOptions{{Engine: b.engine}}, Secrets: s}))
		story(b)
	})
}

func TestSecretsAreReadOnce(t *testing.T) {
	s := &shelf{parameters: map[string]string{"us-east-1 /token": "hunter2"}}
	withSecrets(t, s, func(b *bench) {
		app := container("app", "sh", "-c", "env; sleep 61; exit 1")
		app.Secrets = []types.Secret{secret("TOKEN", "/token")}
		app.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.run(app)
		b.settleAfter(62 * time.Second)
		b.expect("restarts", b.task(id).Status.Containers[0].Restarts, 1)
		b.expect("what was asked for", s.asked, []string{"us-east-1 /token"})
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
	withSecrets(t, &shelf{}, func(b *bench) {
		first, app := container("first", "sleep", "100"), container("app", "sleep", "100")
		app.Essential = aws.Bool(false)
		app.Secrets = []types.Secret{secret("TOKEN", "/gone")}
		id := b.run(first, app)
		row := b.store.Read().Task(id)
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
			Hosts: []HostOptions{{Engine: b.engine}}, Secrets: &shelf{hangs: true},
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

func TestSecretsThatNobodyAnswersFor(t *testing.T) {
	withSecrets(t, &shelf{hangs: true}, func(b *bench) {
		app := container("app", "sleep", "100")
		app.Secrets = []types.Secret{secret("TOKEN", "/t")}
		id := b.run(app)
		b.settleAfter(resourceTimeout + 2*time.Second)
		if row := b.store.Read().Task(id); row.Stop == nil || row.Stop.Reason != "ResourceInitializationError: there was no answer within 30s" {
			t.Errorf("it is %s: %+v", row.Status.LastStatus, row.Stop)
		}
	})
}

// On a container instance a task without an execution role has nothing that it refers to.
func TestNothingIsReadWithoutAnExecutionRole(t *testing.T) {
	of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{ContainerInstance: "i"}}
	for want, c := range map[string]types.ContainerDefinition{
		"Environment file resource: unable to find execution role credentials": {EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.env")}},
		"Asm resource: unable to find execution role credentials":              privateContainer("app", aStore),
	} {
		_, err := readAll(t.Context(), &shelf{roleless: true}, of, []types.ContainerDefinition{c})
		if err == nil || resourceFailed(of, err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
