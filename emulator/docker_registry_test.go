package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// The image has no program, so the task ends when it has been pulled.
func TestDockerPullsFromAPrivateRegistry(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	registry := dockertest.NewRegistry(t, "me", "hunter2")
	w := start(t, emulator.Options{Engine: "docker"})
	run := func(name, secret string) types.Task {
		made, err := secretsmanager.NewFromConfig(w.srv.Config()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &secret})
		w.must(err)
		out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: &name, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String(registry.Image(t)), Command: []string{"/none"},
				RepositoryCredentials: &types.RepositoryCredentials{CredentialsParameter: made.ARN},
			}},
		})
		w.must(err)
		id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
		w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
		return w.task(id)
	}
	if task := run("wrong", `{"username":"me","password":"hunter"}`); !strings.HasPrefix(aws.ToString(task.StoppedReason), "CannotPullContainerError: ") {
		t.Errorf("with a wrong password it ends with %s", aws.ToString(task.StoppedReason))
	}
	task := run("right", `{"username":"me","password":"hunter2"}`)
	if digest := aws.ToString(task.Containers[0].ImageDigest); digest != registry.Digest() || !strings.HasPrefix(aws.ToString(task.StoppedReason), "CannotStartContainerError: ") {
		t.Errorf("it has the image %s, and ends with %s", digest, aws.ToString(task.StoppedReason))
	}
}
