package emulator_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// roleKeys is an answer of the credentials endpoint.
type roleKeys struct {
	RoleArn, AccessKeyId, SecretAccessKey, Token string
	Expiration                                   time.Time
}

// withRoles runs a task with a task role and an execution role, in the account
// 999988887777 and the region eu-west-1.
func (w *world) withRoles(engine *calling) (id, address, path string) {
	w.Helper()
	settings := w.srv.Config()
	settings.Region, settings.Credentials = "eu-west-1", credentials.NewStaticCredentialsProvider("999988887777", "secret", "")
	w.client = ecs.NewFromConfig(settings)
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("app"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		TaskRoleArn: aws.String("app"), ExecutionRoleArn: aws.String("execution"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	w.must(err)
	id = w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	return id, w.address(id), engine.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
}

// keys asks for those of a task.
func (w *world) keys(engine *calling, from, path string) (found roleKeys, status int) {
	w.Helper()
	status, body, err := engine.get(w.Context(), from, "http://169.254.170.2"+path)
	w.must(err)
	w.must(json.Unmarshal([]byte(body), &found))
	return found, status
}

// as uses keys of a task.
func (w *world) as(k roleKeys) aws.Config {
	settings := w.srv.Config()
	settings.Region, settings.RetryMaxAttempts = "eu-west-1", 1
	settings.Credentials = credentials.NewStaticCredentialsProvider(k.AccessKeyId, k.SecretAccessKey, k.Token)
	return settings
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// After a reset the log tells again of a role that was not made.
func TestAResetForgetsStrangeRoles(t *testing.T) {
	t.Parallel()
	log := &lockedBuffer{}
	w := start(t, emulator.Options{Backend: newCalling(), Log: slog.New(slog.NewTextHandler(log, nil))})
	in := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::123456789012:role/strange"), RoleSessionName: aws.String("me")}
	for told := 1; told <= 2; told++ {
		for range 2 {
			_, err := sts.NewFromConfig(w.srv.Config()).AssumeRole(t.Context(), in)
			w.must(err)
		}
		if n := strings.Count(log.String(), "the role does not exist"); n != told {
			t.Errorf("the log says %d times that there is no such role, want %d", n, told)
		}
		w.must(w.srv.Reset())
	}
}

func TestATaskActsAsItsRole(t *testing.T) {
	t.Parallel()
	engine, log := newCalling(), &lockedBuffer{}
	w := start(t, emulator.Options{Backend: engine, Log: slog.New(slog.NewTextHandler(log, nil))})
	id, address, path := w.withRoles(engine)
	found, status := w.keys(engine, address, path)
	if status != http.StatusOK || found.RoleArn != "arn:aws:iam::999988887777:role/app" {
		t.Fatalf("%d: %+v", status, found)
	}
	if left := found.Expiration.Sub(w.srv.Clock().Now()); left > 6*time.Hour || left < 6*time.Hour-time.Minute {
		t.Errorf("the keys last %v", left)
	}
	if again, _ := w.keys(engine, address, "/v1/credentials?id="+arn.Name(path)); again != found {
		t.Errorf("version 1 answers %+v, version 2 %+v", again, found)
	}
	me, err := sts.NewFromConfig(w.as(found)).GetCallerIdentity(t.Context(), nil)
	w.must(err)
	if want := "arn:aws:sts::999988887777:assumed-role/app/" + arn.Name(id); *me.Arn != want || *me.Account != "999988887777" ||
		!strings.HasPrefix(*me.UserId, "AROA") || !strings.HasSuffix(*me.UserId, ":"+arn.Name(id)) {
		t.Errorf("it is %s, %s", *me.Arn, *me.UserId)
	}
	tasks, err := ecs.NewFromConfig(w.as(found)).ListTasks(t.Context(), nil)
	w.must(err)
	if len(tasks.TaskArns) != 1 || tasks.TaskArns[0] != id {
		t.Errorf("it lists %q, its own is %s", tasks.TaskArns, id)
	}
	service, err := ecs.NewFromConfig(w.as(found)).CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("app"), DesiredCount: aws.Int32(0),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	w.must(err)
	if by := *service.Service.CreatedBy; by != found.RoleArn {
		t.Errorf("a service is created by %s", by)
	}
	if n := strings.Count(log.String(), "the role does not exist"); n != 1 {
		t.Errorf("the log says %d times that there is no such role:\n%s", n, log)
	}
	if strings.Contains(log.String(), found.SecretAccessKey) || strings.Contains(log.String(), found.Token) {
		t.Error("the log has keys")
	}
}

func TestTheUserIDIsThatOfARoleThatWasMade(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	settings := w.srv.Config()
	settings.Credentials = credentials.NewStaticCredentialsProvider("999988887777", "secret", "")
	made, err := iam.NewFromConfig(settings).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("app"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	w.must(err)
	id, address, path := w.withRoles(engine)
	found, _ := w.keys(engine, address, path)
	me, err := sts.NewFromConfig(w.as(found)).GetCallerIdentity(t.Context(), nil)
	w.must(err)
	if want := *made.Role.RoleId + ":" + arn.Name(id); *me.UserId != want {
		t.Errorf("it is %s, want %s", *me.UserId, want)
	}
}

func TestKeysAreRenewedAndExpire(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	_, address, path := w.withRoles(engine)
	first, _ := w.keys(engine, address, path)
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	if same, _ := w.keys(engine, address, path); same.AccessKeyId != first.AccessKeyId {
		t.Error("keys are renewed before their half life")
	}
	w.must(w.srv.Clock().Advance(61 * time.Minute))
	second, _ := w.keys(engine, address, path)
	if second.AccessKeyId == first.AccessKeyId || second.Token == first.Token {
		t.Error("keys are not renewed")
	}
	for _, k := range []roleKeys{first, second} {
		_, err := sts.NewFromConfig(w.as(k)).GetCallerIdentity(t.Context(), nil)
		w.must(err)
	}
	// Containers have no clock that is advanced, so they are told of less.
	if left := time.Until(second.Expiration); left > 6*time.Hour || left < 5*time.Hour+50*time.Minute {
		t.Errorf("by the clock of containers keys last %v", left)
	}
	w.must(w.srv.Clock().Advance(3 * time.Hour))
	_, err := sts.NewFromConfig(w.as(first)).GetCallerIdentity(t.Context(), nil)
	if code(err) != "ExpiredToken" {
		t.Errorf("STS answers %v", err)
	}
	_, err = ecs.NewFromConfig(w.as(first)).ListTasks(t.Context(), nil)
	if code(err) != "ExpiredTokenException" {
		t.Errorf("ECS answers %v", err)
	}
	_, err = ec2.NewFromConfig(w.as(first)).DescribeVpcs(t.Context(), nil)
	if code(err) != "RequestExpired" {
		t.Errorf("EC2 answers %v", err)
	}
	_, err = ecs.NewFromConfig(w.as(second)).ListTasks(t.Context(), nil)
	w.must(err)
}

func TestKeysEndWithTheTask(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	id, address, path := w.withRoles(engine)
	found, _ := w.keys(engine, address, path)
	_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id})
	w.must(err)
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	_, err = sts.NewFromConfig(w.as(found)).GetCallerIdentity(t.Context(), nil)
	if code(err) != "InvalidClientTokenId" {
		t.Errorf("STS answers %v", err)
	}
	_, err = ecs.NewFromConfig(w.as(found)).ListTasks(t.Context(), nil)
	if code(err) != "UnrecognizedClientException" {
		t.Errorf("ECS answers %v", err)
	}
	if _, status := w.keys(engine, address, path); status != http.StatusBadRequest {
		t.Errorf("its path answers %d", status)
	}
}

func TestAnotherTaskGetsNoKeys(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	_, first, path := w.withRoles(engine)
	_, second, own := w.withRoles(engine)
	if path == own {
		t.Fatal("two tasks have one path")
	}
	for _, c := range []struct {
		from, path string
		want       int
	}{{first, path, 200}, {second, own, 200}, {second, path, 400}, {first, own, 400}, {"10.99.99.99", path, 400}} {
		if _, status := w.keys(engine, c.from, c.path); status != c.want {
			t.Errorf("%s at %s: %d, want %d", c.path, c.from, status, c.want)
		}
	}
}

func TestWithoutATaskRoleThereIsNoPath(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if path := engine.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); path != "" || engine.variable("ECS_CONTAINER_METADATA_URI_V4") == "" {
		t.Errorf("it is told of %q", path)
	}
	// The role of an override counts.
	out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		Overrides: &types.TaskOverride{TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/other")},
	})
	w.must(err)
	id = *out.Tasks[0].TaskArn
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if found, status := w.keys(engine, w.address(id), engine.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")); status != 200 || found.RoleArn != "arn:aws:iam::123456789012:role/other" {
		t.Errorf("%d: %+v", status, found)
	}
}

// The execution role is for what the emulator itself does for a task: no container is told its keys.
func TestTheExecutionRoleActsApart(t *testing.T) {
	t.Parallel()
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	id, address, path := w.withRoles(engine)
	found, _ := w.keys(engine, address, path)
	settings := w.as(found)
	settings.Credentials = w.srv.ExecutionRole(id)
	me, err := sts.NewFromConfig(settings).GetCallerIdentity(t.Context(), nil)
	w.must(err)
	if want := "arn:aws:sts::999988887777:assumed-role/execution/" + arn.Name(id); *me.Arn != want {
		t.Errorf("it is %s, want %s", *me.Arn, want)
	}
	if _, status := w.keys(engine, address, "/v2/credentials/"+w.srv.ExecutionCredentialsID(id)); status != 400 {
		t.Errorf("its keys are answered with %d", status)
	}
	_, err = w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id})
	w.must(err)
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	_, err = sts.NewFromConfig(settings).GetCallerIdentity(t.Context(), nil)
	w.must(err) // what the task has written last is put away
}

// listen serves the endpoint of metadata on a loopback port, as if a task asked.
func (w *world) listen(address string) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = address + ":40000"
		w.srv.Metadata().ServeHTTP(rw, r)
	}))
	w.Cleanup(server.Close)
	return server.URL
}

// An SDK with nothing set but the variable asks again when it is time.
func TestTheSDKFindsAndRenewsCredentials(t *testing.T) {
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	id, address, path := w.withRoles(engine)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", w.listen(address)+path)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", w.srv.URL())
	settings, err := config.LoadDefaultConfig(t.Context())
	w.must(err)
	client := sts.NewFromConfig(settings)
	identify := func() string {
		me, err := client.GetCallerIdentity(t.Context(), nil)
		w.must(err)
		return *me.Arn
	}
	want := "arn:aws:sts::999988887777:assumed-role/app/" + arn.Name(id)
	if got := identify(); got != want {
		t.Errorf("it is %s", got)
	}
	w.must(w.srv.Clock().Advance(7 * time.Hour))
	if _, err := client.GetCallerIdentity(t.Context(), nil); code(err) != "ExpiredToken" {
		t.Errorf("keys that were kept get %v", err)
	}
	settings.Credentials.(*aws.CredentialsCache).Invalidate() // what it does by itself when its own clock comes so far
	if got := identify(); got != want {
		t.Errorf("it is %s", got)
	}
}

func TestTasksGetTheCredentialsOfAProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	w := &world{T: t}
	w.must(os.WriteFile(path, []byte("[profile dev]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = open-sesame\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", path)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_CA_BUNDLE", "")
	engine, log := newCalling(), &lockedBuffer{}
	w = start(t, emulator.Options{Backend: engine, TaskCredentials: "profile:dev", Log: slog.New(slog.NewTextHandler(log, nil))})
	_, address, uri := w.withRoles(engine)
	found, status := w.keys(engine, address, uri)
	if status != http.StatusOK || found.AccessKeyId != "AKIAEXAMPLE" || found.SecretAccessKey != "open-sesame" || found.RoleArn != "arn:aws:iam::999988887777:role/app" {
		t.Errorf("%d: %+v", status, found)
	}
	if said := log.String(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "profile=dev") || strings.Contains(said, "open-sesame") {
		t.Errorf("the log says:\n%s", said)
	}
}
