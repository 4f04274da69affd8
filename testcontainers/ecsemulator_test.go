package ecsemulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	ecsemulator "github.com/ecs-emulator/ecs-emulator/testcontainers"
)

const (
	image     = "ecs-emulator/ecs-emulator" // make image
	taskImage = "ecs-emulator/demo"         // make demo-image
)

func TestMain(m *testing.M) {
	// Its image would be pulled, and the tests remove what they start.
	os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
	os.Exit(m.Run())
}

// engine is a client of the engine under test, which has the images. Without them the test is left
// out, or fails if ECS_EMULATOR_REQUIRE_DOCKER=1 says that they have to be there.
func engine(t *testing.T, images ...string) *client.Client {
	t.Helper()
	lack := func(err error) {
		if os.Getenv("ECS_EMULATOR_REQUIRE_DOCKER") == "1" {
			t.Fatalf("ECS_EMULATOR_REQUIRE_DOCKER=1, but %v", err)
		}
		t.Skip(err)
	}
	cli, err := client.New(client.FromEnv)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	if _, err := cli.Ping(t.Context(), client.PingOptions{}); err != nil {
		lack(fmt.Errorf("no Docker engine answers: %w", err))
	}
	for _, image := range images {
		if _, err := cli.ImageInspect(t.Context(), image); err != nil {
			lack(fmt.Errorf("the engine lacks an image, which make testcontainers makes: %w", err))
		}
	}
	return cli
}

// start runs an emulator until the test ends.
func start(t *testing.T, opts ...testcontainers.ContainerCustomizer) (*ecsemulator.Container, string, *ecs.Client) {
	t.Helper()
	emulator, err := ecsemulator.Run(t.Context(), image, opts...)
	testcontainers.CleanupContainer(t, emulator)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := emulator.EndpointURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return emulator, endpoint, ecs.New(ecs.Options{
		Region: "eu-central-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

// runTask registers a task definition with one container and runs it.
func runTask(t *testing.T, client *ecs.Client, image string, ports []types.PortMapping, command ...string) (arn string) {
	t.Helper()
	_, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("job"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("job"), Image: &image, Command: command, PortMappings: ports}},
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := client.RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("job"),
		NetworkConfiguration: &types.NetworkConfiguration{
			AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *run.Tasks[0].TaskArn
}

func TestSimulatedTask(t *testing.T) {
	engine(t, image)
	_, _, client := start(t, ecsemulator.WithFlags("--default-launch-type", "FARGATE", "--account", "123456789012"))
	task := runTask(t, client, "alpine", nil, "sh", "-c", "echo working; exit 3")
	if want := "arn:aws:ecs:eu-central-1:123456789012:task/"; !strings.HasPrefix(task, want) {
		t.Errorf("the task is %s, want %s…: the flags have not reached the emulator", task, want)
	}
	waiter := ecs.NewTasksStoppedWaiter(client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	stopped, err := waiter.WaitForOutput(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{task}}, 2*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if code := stopped.Tasks[0].Containers[0].ExitCode; code == nil || *code != 3 {
		t.Errorf("the exit code is %v, want 3", aws.ToInt32(code))
	}
}

// TestTaskOnDocker has a task as a container beside the emulator's, which a client outside reaches,
// and nothing of which is left.
func TestTaskOnDocker(t *testing.T) {
	cli := engine(t, image, taskImage)
	emulator, endpoint, client := start(t, ecsemulator.WithDockerSocket(), ecsemulator.WithFlags("--default-launch-type", "FARGATE"))
	task := runTask(t, client, taskImage, []types.PortMapping{{ContainerPort: aws.Int32(8080)}}, "serve", "8080", "hello")
	waiter := ecs.NewTasksRunningWaiter(client, func(o *ecs.TasksRunningWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	if err := waiter.Wait(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{task}}, 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if containers := containersOf(t, cli, task); containers == 0 {
		t.Errorf("the engine has no container of %s", task)
	}
	address := addressOf(t, endpoint, task)
	if body := getWithin(t, "http://"+address+"/", 2*time.Minute); body != "hello" {
		t.Errorf("the task answers %q at %s, want hello", body, address)
	}
	if err := emulator.Terminate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if containers := containersOf(t, cli, task); containers != 0 {
		t.Errorf("the engine has %d containers of %s after the emulator's end", containers, task)
	}
}

// containersOf counts the engine's containers of a task.
func containersOf(t *testing.T, cli *client.Client, task string) int {
	t.Helper()
	list, err := cli.ContainerList(t.Context(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+task),
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

// addressOf is the address of a task's one port on the engine's host.
func addressOf(t *testing.T, endpoint, task string) string {
	t.Helper()
	var shown struct {
		Tasks []struct {
			Containers []struct {
				Ports []struct{ Address string }
			}
		}
	}
	if err := json.Unmarshal([]byte(getWithin(t, endpoint+"/_emulator/tasks?task="+task, 2*time.Minute)), &shown); err != nil {
		t.Fatal(err)
	}
	if len(shown.Tasks) != 1 || len(shown.Tasks[0].Containers) != 1 || len(shown.Tasks[0].Containers[0].Ports) != 1 {
		t.Fatalf("the emulator shows %+v, want a task with a port", shown)
	}
	return shown.Tasks[0].Containers[0].Ports[0].Address
}

// getWithin is the body at a URL, which may not answer yet: a task runs before its server listens.
func getWithin(t *testing.T, url string, d time.Duration) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%s does not answer: %v", url, err)
		}
		if err != nil {
			continue
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err == nil && response.StatusCode == http.StatusOK {
			return string(body)
		}
	}
}
