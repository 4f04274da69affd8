package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest/userlogin"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// createSecret makes a secret and returns its ARN.
func (w *world) createSecret(name, value string) string {
	w.Helper()
	client := secretsmanager.NewFromConfig(w.srv.Config())
	made, err := client.CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
	w.must(err)
	return *made.ARN
}

func (w *world) putSecret(id, value string) {
	w.Helper()
	client := secretsmanager.NewFromConfig(w.srv.Config())
	_, err := client.PutSecretValue(w.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, SecretString: &value})
	w.must(err)
}

// registerPrivate registers a definition whose image is pulled with a secret, or without any. The image has no program, so the
// task ends when it has been pulled.
func (w *world) registerPrivate(image, secret string) string {
	w.Helper()
	in := &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("private"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: &image, Command: []string{"/none"}, Memory: aws.Int32(64),
		}},
	}
	if secret != "" {
		in.ContainerDefinitions[0].RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: &secret}
	}
	out, err := w.client.RegisterTaskDefinition(w.Context(), in)
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// ended runs a task on Fargate until it stops.
func (w *world) ended(definition string) types.Task {
	w.Helper()
	id := w.runTask(definition)
	w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	return w.task(id)
}

func TestDockerPullsFromAPrivateRegistry(t *testing.T) {
	for name, c := range map[string]struct {
		open         func(t *testing.T, username, password string) *dockertest.Registry
		withoutLogin string
	}{
		"Basic": {dockertest.NewRegistry, "no basic auth credentials"}, "tokens": {dockertest.NewTokenRegistry, "unauthorized: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testall.Only(t, "the other tests on Docker")
			dockertest.Require(t)
			registry := c.open(t, "team", "hunter2")
			image := registry.Image(t)
			w := start(t, emulator.Options{Engine: "docker", PullBehavior: emulator.PullAlways})
			arn := w.createSecret("registry/login", `{"username":"team","password":"hunter2"}`)
			byARN, byName := w.registerPrivate(image, arn), w.registerPrivate(image, "registry/login")
			starts := func(definition string) {
				t.Helper()
				task := w.ended(definition)
				digest, why := aws.ToString(task.Containers[0].ImageDigest), aws.ToString(task.StoppedReason)
				if digest != registry.Digest() || !strings.HasPrefix(why, "CannotStartContainerError: ") {
					t.Errorf("it has the image %s, and ends with %s", digest, why)
				}
			}
			isRefused := func(definition, why string) {
				t.Helper()
				reason := "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " + image + ": "
				got := aws.ToString(w.ended(definition).StoppedReason)
				if !strings.HasPrefix(got, reason) || !strings.Contains(got, why) || strings.Contains(got, "hunter") {
					t.Errorf("it ends with %s", got)
				}
			}
			starts(byARN)
			starts(byName)
			isRefused(w.registerPrivate(image, ""), c.withoutLogin)

			registry.SetPassword("hunter3")
			isRefused(byARN, "unauthorized: ")
			w.putSecret(arn, `{"username":"team","password":"hunter3"}`)
			starts(byARN)
			starts(byName)
		})
	}
}

// It is not parallel, as it sets the user's login for the whole process.
func TestDockerPullsWithTheUsersOwnLogin(t *testing.T) {
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	registry := dockertest.NewTokenRegistry(t, "team", "hunter2")
	userlogin.Config(t, `{"credHelpers":{"`+registry.Host+`":"test"}}`)
	userlogin.HelperWith(t, "test", registry.Host, "team", "hunter2")
	image, other := registry.Image(t), registry.Image(t)
	w := start(t, emulator.Options{Engine: "docker"})
	if digest := aws.ToString(w.ended(w.registerPrivate(image, "")).Containers[0].ImageDigest); digest != registry.Digest() {
		t.Errorf("it has the image %s", digest)
	}
	w.createSecret("wrong", `{"username":"team","password":"letmein"}`)
	task := w.ended(w.registerPrivate(other, "wrong"))
	if got := aws.ToString(task.StoppedReason); !strings.HasPrefix(got, "CannotPullContainerError: ") {
		t.Errorf("with a login of its own, which is wrong, it ends with %s", got)
	}
}
