package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// vault is an upstream with parameters, secrets and objects, all of them called hunter2.
type vault struct {
	mu   sync.Mutex
	keys map[string]bool // access keys of requests
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, rest, _ := strings.Cut(credential, "/")
	v.keys[fmt.Sprintf("%s %s", key, strings.Split(rest, "/")[2])] = r.Header.Get("X-Amz-Security-Token") != ""
	v.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch target := r.Header.Get("X-Amz-Target"); {
	case target == "AmazonSSM.GetParameters" && bytes.Contains(body, []byte("/z")):
		fmt.Fprint(w, `{"Parameters":[],"InvalidParameters":["/a","/z"]}`)
	case target == "AmazonSSM.GetParameters":
		fmt.Fprint(w, `{"Parameters":[{"Name":"/p","Value":"hunter2"}],"InvalidParameters":[]}`)
	case target == "secretsmanager.GetSecretValue" && bytes.Contains(body, []byte("gone")):
		w.Header().Set("X-Amzn-Requestid", "req")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`)
	case target == "secretsmanager.GetSecretValue":
		fmt.Fprint(w, `{"SecretString":"{\"k\":\"hunter2\"}"}`)
	case r.URL.Path == "/bucket/a b.env":
		fmt.Fprint(w, "FILE=hunter2")
	case r.URL.Path == "/bucket/endless.env":
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	default:
		w.WriteHeader(http.StatusForbidden)
	}
}

const secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"

// end runs a task until it stops.
func (w *world) end(d types.ContainerDefinition) *types.Task {
	w.Helper()
	d.Name, d.Image, d.Command = aws.String("app"), aws.String("app"), []string{"env"}
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("reads"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/reads"), ContainerDefinitions: []types.ContainerDefinition{d},
	})
	w.must(err)
	id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	task := w.task(id)
	return &task
}

func TestTasksReadSecretsOfTheUpstream(t *testing.T) {
	t.Parallel()
	v := &vault{keys: map[string]bool{}}
	behind := httptest.NewServer(v)
	defer behind.Close()
	var log lockedBuffer
	w := start(t, emulator.Options{
		Upstream: behind.URL, UpstreamFor: []string{"ssm", "secretsmanager"}, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	name := func(s string) *string { return &s }
	task := w.end(types.ContainerDefinition{
		Secrets:          []types.Secret{{Name: name("P"), ValueFrom: name("/p")}, {Name: name("S"), ValueFrom: name(secretARN + "s:k::")}},
		EnvironmentFiles: []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: name("arn:aws:s3:::bucket/a b.env")}},
	})
	if task.StopCode != types.TaskStopCodeEssentialContainerExited {
		t.Errorf("it ends with %s: %s", task.StopCode, aws.ToString(task.StoppedReason))
	}
	for _, service := range []string{"ssm", "secretsmanager", "s3"} {
		if token, asked := v.keys["000000000000 "+service]; !asked || token {
			t.Errorf("%s was not asked with keys of the account: %v", service, v.keys)
		}
	}
	task = w.end(types.ContainerDefinition{Secrets: []types.Secret{{Name: name("S"), ValueFrom: name(secretARN + "gone")}}})
	if want := "failed to fetch secret " + secretARN + "gone from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, " +
		"RequestID: req, ResourceNotFoundException: Secrets Manager can't find the specified secret."; !strings.HasSuffix(aws.ToString(task.StoppedReason), want) {
		t.Errorf("it ends with %s", aws.ToString(task.StoppedReason))
	}
	task = w.end(types.ContainerDefinition{Secrets: []types.Secret{{Name: name("Z"), ValueFrom: name("/z")}, {Name: name("A"), ValueFrom: name("/a")}}})
	if got := aws.ToString(task.StoppedReason); !strings.HasSuffix(got, "invalid ssm parameters: /a,/z") {
		t.Errorf("it ends with %s", got)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log has a value:\n%s", log.String())
	}
	task = w.end(types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: name("arn:aws:s3:::bucket/endless.env")}}})
	if got := aws.ToString(task.StoppedReason); !strings.HasSuffix(got, "call GetObject: the answer has more than 16 MiB") {
		t.Errorf("a file without end: it ends with %s", got)
	}
	behind.Close()
	task = w.end(types.ContainerDefinition{Secrets: []types.Secret{{Name: name("P"), ValueFrom: name("/p")}}})
	if got := aws.ToString(task.StoppedReason); !strings.Contains(got, "StatusCode: 502") || !strings.Contains(got, behind.URL+" does not answer") {
		t.Errorf("without its upstream it ends with %s", got)
	}
}

// A definition that was written for an account of AWS: the ends of its secrets' ARNs are others here.
func TestTasksReadSecretsByARNsOfAWS(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	text := func(s string) *string { return &s }
	secret := func(valueFrom string) types.ContainerDefinition {
		return types.ContainerDefinition{Secrets: []types.Secret{{Name: text("S"), ValueFrom: &valueFrom}}}
	}
	const (
		inUse   = "arn:aws:secretsmanager:us-east-1:000000000000:secret:prod/db-AbCdEf:port::"
		foreign = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"
	)
	for strict, want := range map[bool]string{false: "Essential container in task exited", true: "can't find the specified secret."} {
		w := start(t, emulator.Options{StrictSecrets: strict, Log: slog.New(slog.NewTextHandler(&log, nil))})
		_, err := secretsmanager.NewFromConfig(w.srv.Config()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
			Name: text("prod/db"), SecretString: text(`{"port":5432}`),
		})
		w.must(err)
		for range 2 {
			if got := aws.ToString(w.end(secret(inUse)).StoppedReason); !strings.HasSuffix(got, want) {
				t.Errorf("strict %v: it ends with %s", strict, got)
			}
		}
		got := aws.ToString(w.end(secret(foreign)).StoppedReason)
		if !strings.Contains(got, "api error AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/reads/") ||
			!strings.HasSuffix(got, " on resource: "+foreign+" because no resource-based policy allows the secretsmanager:GetSecretValue action") {
			t.Errorf("strict %v: a secret of another account ends it with %s", strict, got)
		}
		w.end(secret("arn:aws:ssm:us-east-1:444455556666:parameter/p"))
	}
	if got := strings.Count(log.String(), "another suffix"); got != 1 {
		t.Errorf("the log tells %d times that an ARN stands for another one", got)
	}
	for _, flag := range []string{"--account 111122223333", "--account 444455556666"} {
		if !strings.Contains(log.String(), flag) {
			t.Errorf("the log does not name %s:\n%s", flag, log.String())
		}
	}
}

func TestEnvironmentFilesOfAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, content := range map[string]string{"s3/bucket/a/b.env": "A=1", "outside.env": "A=2"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../outside.env", filepath.Join(dir, "s3", "bucket", "link.env")); err != nil {
		t.Fatal(err)
	}
	const failed = "ResourceInitializationError: failed to download env files: "
	w, without := start(t, emulator.Options{S3Dir: filepath.Join(dir, "s3")}), start(t, emulator.Options{})
	for _, c := range []struct {
		name string
		w    *world
		path string
		want string
	}{
		{"there", w, "bucket/a/b.env", "Essential container in task exited"},
		{"not there", w, "bucket/b.env", failed + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 404"},
		{"a folder", w, "bucket/a/../a/b.env", failed + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 404"},
		{"below a file", w, "bucket/a/b.env/c.env", failed + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 404"},
		{"a name that no file can have", w, "bucket/" + strings.Repeat("n", 300) + ".env", failed + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 404"},
		{"by a link", w, "bucket/link.env", failed + "service call has been retried 1 time(s): look for an object: "},
		{"above", w, "../outside.env", failed},
		{"no S3", without, "bucket/a/b.env", failed + "s3://bucket/a/b.env cannot be read, as ecs-emulator has no S3: start it with --s3-dir"},
	} {
		task := c.w.end(types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{{
			Type: types.EnvironmentFileTypeS3, Value: aws.String("arn:aws:s3:::" + c.path),
		}}})
		if got := aws.ToString(task.StoppedReason); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: it ends with %s", c.name, got)
		}
	}
	if _, err := emulator.New(emulator.Options{S3Dir: filepath.Join(dir, "outside.env")}); err == nil || !strings.Contains(err.Error(), "is not a folder") {
		t.Errorf("a file as a folder: %v", err)
	}
}
