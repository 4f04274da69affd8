package emulator_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// requireBoto3 skips where there is no boto3, or fails where there has to be one. It returns
// the path of the Python that has it.
func requireBoto3(t *testing.T) (python string) {
	t.Helper()
	path, err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3, sys; print(sys.executable)").Output()
	if err != nil {
		if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
			t.Fatalf("ECS_EMULATOR_REQUIRE_CLI=1, but python3 has no boto3: %v", err)
		}
		t.Skip("python3 has no boto3: install it to see that it finds a task's credentials and pushes layers")
	}
	return strings.TrimSpace(string(path))
}

var pythonFolder = filepath.Join("..", "testdata", "python")

// putGreeting keeps a parameter where a client is.
func (w *world) putGreeting(settings aws.Config) {
	w.Helper()
	_, err := ssm.NewFromConfig(settings).PutParameter(w.Context(), &ssm.PutParameterInput{
		Name: aws.String("/shop/greeting"), Value: aws.String("hello"), Type: ssmtypes.ParameterTypeString,
	})
	w.must(err)
}

// boto3 takes credentials from the address that the variable names, as those of a container.
func TestBoto3FindsCredentialsOfATask(t *testing.T) {
	t.Parallel()
	requireBoto3(t)
	engine := newCalling()
	w := start(t, emulator.Options{Backend: engine})
	id, address, path := w.withRoles(engine)
	found, _ := w.keys(engine, address, path)
	w.putGreeting(w.as(found))
	cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(pythonFolder, "role.py"), "/shop/greeting")
	cmd.Env = append(boto3Environment(w.srv.URL()), "AWS_CONTAINER_CREDENTIALS_FULL_URI="+w.listen(address)+path)
	output, err := cmd.CombinedOutput()
	if want := boto3Says("999988887777", id); err != nil || string(output) != want {
		t.Errorf("it ends with %v and prints:\n%s\nwant\n%s", err, output, want)
	}
}

// boto3Says is what role.py prints in a task.
func boto3Says(account, id string) string {
	return "as arn:aws:sts::" + account + ":assumed-role/app/" + arn.Name(id) + "\nreads hello\nlists " + id + "\n"
}

// In a container boto3 needs no settings at all, in each network mode.
func TestDockerBoto3ActsAsTheTaskRole(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	python := requireBoto3(t)
	root := exec.CommandContext(t.Context(), "python3", filepath.Join(pythonFolder, "image.py"))
	root.Stderr = os.Stderr
	tar, err := root.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Start(); err != nil {
		t.Fatal(err)
	}
	engine, name := dockertest.Client(t), "ecs-emulator/"+strings.ToLower(dockertest.Owner())+":python"
	made, err := engine.ImageImport(t.Context(), client.ImageImportSource{Source: tar, SourceName: "-"}, name, client.ImageImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, made)
	made.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Wait(); err != nil {
		t.Fatal(err)
	}

	w := start(t, emulator.Options{Engine: "docker", InjectEndpoint: true})
	t.Cleanup(func() { // before the emulator's containers have gone, an image is not removed
		w.srv.Close()
		_, _ = engine.ImageRemove(context.WithoutCancel(t.Context()), name, client.ImageRemoveOptions{Force: true})
	})
	settings := w.srv.Config()
	settings.Credentials = credentials.NewStaticCredentialsProvider("999988887777", "secret", "")
	w.client = ecs.NewFromConfig(settings)
	w.putGreeting(settings)
	_, err = ec2.NewFromConfig(settings).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Medium, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	w.must(err)
	w.eventually("the instance joins the cluster", func() bool {
		list, err := w.client.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{})
		return err == nil && len(list.ContainerInstanceArns) == 1
	})
	for _, mode := range []types.NetworkMode{types.NetworkModeAwsvpc, types.NetworkModeBridge, types.NetworkModeHost} {
		out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("python"), NetworkMode: mode, Cpu: aws.String("512"), Memory: aws.String("1024"), TaskRoleArn: aws.String("app"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: &name, Command: []string{python, "/role.py", "/shop/greeting"},
			}},
		})
		w.must(err)
		run := &ecs.RunTaskInput{TaskDefinition: out.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeEc2}
		if mode == types.NetworkModeAwsvpc {
			run.LaunchType, run.NetworkConfiguration = types.LaunchTypeFargate, network()
		}
		started, err := w.client.RunTask(t.Context(), run)
		w.must(err)
		if len(started.Tasks) != 1 {
			t.Fatalf("%s: no task: %+v", mode, started.Failures)
		}
		id := *started.Tasks[0].TaskArn
		w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
		if got, want := answer(w.srv.URL()+"/_emulator/logs?task="+id), boto3Says("999988887777", id); got != want {
			t.Errorf("%s: it prints:\n%s\nwant\n%s", mode, got, want)
		}
	}
}
