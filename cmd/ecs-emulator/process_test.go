package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// TestMain is the command itself when the environment says so: what happens when
// the process is killed or interrupted can only be seen from another one.
func TestMain(m *testing.M) {
	if os.Getenv("ECS_EMULATOR_TEST_AS_COMMAND") == "1" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is a running serve command.
type process struct {
	*testing.T
	cmd    *exec.Cmd
	client *ecs.Client
	ready  string
	exited chan struct{}

	mu     sync.Mutex
	stderr bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.Write(b)
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	// On Docker there would be more warm sandboxes than tasks. Package docker tests them.
	cmd.Env = append(os.Environ(), "ECS_EMULATOR_TEST_AS_COMMAND=1", "ECS_EMULATOR_WARM_SANDBOXES=0")
	return cmd
}

// simulated reports whether the emulator runs no real containers.
func (p *process) simulated() bool { return slices.Contains(p.cmd.Args, "sim") }

// image is one whose program behaves as testdata/app does.
func (p *process) image() string {
	p.Helper()
	if p.simulated() {
		return "app"
	}
	return dockertest.Image(p.T)
}

var endpoint = regexp.MustCompile(`ready at (http://\S+), engine`)

// startServe runs the serve command on a port of its own until the test ends.
func startServe(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{T: t, cmd: command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), exited: make(chan struct{})}
	p.cmd.Stderr = p
	out, err := p.cmd.StdoutPipe()
	p.must(err)
	p.must(p.cmd.Start())
	t.Cleanup(func() {
		p.cmd.Process.Signal(os.Interrupt)
		p.wait()
	})
	p.ready, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("serve did not get ready: %v\n%s", err, p.log())
	}
	go func() { p.cmd.Wait(); close(p.exited) }()
	match := endpoint.FindStringSubmatch(p.ready)
	if match == nil {
		t.Fatalf("ready line %q", p.ready)
	}
	p.client = ecs.New(ecs.Options{
		Region: "us-east-1", BaseEndpoint: &match[1],
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return p
}

// wait returns the exit code.
func (p *process) wait() int {
	p.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(2 * time.Minute):
		p.cmd.Process.Kill()
		p.Fatal("serve does not end")
		return -1
	}
}

// kill is kill -9.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.exited
}

func (p *process) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// run runs a task of one container and waits until it is RUNNING.
func (p *process) run(image string, command ...string) types.Task {
	p.Helper()
	return p.runWith(nil, image, command...)
}

// runWith does so with volumes, each at its name below the root.
func (p *process) runWith(volumes []types.Volume, image string, command ...string) types.Task {
	p.Helper()
	app := types.ContainerDefinition{Name: aws.String("app"), Image: &image, Command: command}
	for _, v := range volumes {
		app.MountPoints = append(app.MountPoints, types.MountPoint{SourceVolume: v.Name, ContainerPath: aws.String("/" + *v.Name)})
	}
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{app}, Volumes: volumes,
	})
	p.must(err)
	started, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	id := *started.Tasks[0].TaskArn
	p.until(id, "RUNNING")
	return p.task(id)
}

func (p *process) task(id string) types.Task {
	p.Helper()
	out, err := p.client.DescribeTasks(p.Context(), &ecs.DescribeTasksInput{Tasks: []string{id}})
	p.must(err)
	if len(out.Tasks) != 1 {
		p.Fatalf("task %s: %v", id, out.Failures)
	}
	return out.Tasks[0]
}

func (p *process) until(id, status string) {
	p.Helper()
	p.eventually(id+" is "+status, func() bool { return *p.task(id).LastStatus == status })
}

func (p *process) eventually(what string, happened func() bool) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.Fatalf("never came true: %s\n%s", what, p.log())
		}
	}
}

// containers counts what the engine holds of a task.
func containers(t *testing.T, task types.Task) int {
	t.Helper()
	cli, ctx := dockertest.Client(t), context.WithoutCancel(t.Context())
	list, err := cli.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+*task.TaskArn),
	})
	if err != nil {
		t.Fatal(err)
	}
	n := len(list.Items)
	for _, c := range list.Items {
		sandbox := container.NetworkMode(c.HostConfig.NetworkMode).ConnectedContainer()
		if _, err := cli.ContainerInspect(ctx, sandbox, client.ContainerInspectOptions{}); err == nil {
			n++
		}
	}
	return n
}

func TestReadyLineIsAllThereIsOnStandardOutput(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	if want := regexp.MustCompile(`^ecs-emulator \S+ is ready at http://127\.0\.0\.1:\d+, engine sim \S+\n$`); !want.MatchString(p.ready) {
		t.Errorf("ready line %q", p.ready)
	}
}

func TestInterruptEndsInOrder(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	p.run("app")
	p.must(p.cmd.Process.Signal(os.Interrupt))
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(p.log(), "stopping; removing 1 tasks") {
		t.Errorf("it does not say what it does:\n%s", p.log())
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"dance"}, `unknown command "dance"`},
		{[]string{"serve", "--engine", "podman"}, `engine "podman" is none of auto, docker, sim`},
		{[]string{"serve", "--speed", "fast"}, `ecs-emulator serve: --speed: "fast" is no number`},
		{[]string{"serve", "--on-exit", "explode"}, `--on-exit "explode" is none of remove, keep`},
		{[]string{"serve", "--security-groups", "some"}, `--security-groups "some" is none of on, strict, off`},
		{[]string{"serve", "--on-exit", "keep"}, `needs --data-dir`},
		{[]string{"serve", "--host-ports", "-1", "--listen", "127.0.0.1:0"}, `-1 host ports are not between 0 and 1000`},
		{[]string{"serve", "--warm-sandboxes", "-1"}, `--warm-sandboxes -1 is negative: give a number from 0 up`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--vpc-cidr", "10.0.0.0/8"}, `range 10.0.0.0/8 of the VPC is no IPv4 range of /16`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--instance-cidr", "10.0.0.0/27"}, `range 10.0.0.0/27 of container instances is no IPv4 range of /8 to /26`},
		{[]string{"serve", "--vpc-cidr", "everything"}, `for flag --vpc-cidr`},
		{[]string{"serve", "--file-system", "fs-1"}, `"fs-1" is no fs-id=path`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--file-system", "fs-1=data"}, `"data" is not a path of the container engine's host`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--allow-host-path", "/srv,data"}, `"data" is not a path of the container engine's host`},
		{[]string{"serve", "--hook", "check"}, `"check" is no arn=url`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--hook", "check=http://localhost"}, `"check" is not the ARN of a Lambda function`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--event-target", "jobs=http://localhost"}, `"jobs" is no ARN`},
		{[]string{"serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--lambda-endpoint", "https://lambda.us-east-1.amazonaws.com"}, `is AWS, which does not know the keys`},
		{[]string{"serve", "now"}, `unexpected argument "now"`},
		{[]string{"logs"}, `<service or task> is missing: name or ARN`},
		{[]string{"ports", "a", "b"}, `unexpected argument "b"`},
		{[]string{"logs", "--endpoint", "http://127.0.0.1:1", "x"}, `no emulator answers at http://127.0.0.1:1`},
	} {
		out, err := command(test.args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), test.want) {
			t.Errorf("%v: %v, %q", test.args, err, out)
		}
	}
}

func TestFlagsFromTheEnvironment(t *testing.T) {
	t.Setenv("ECS_EMULATOR_ENGINE", "sim")
	t.Setenv("ECS_EMULATOR_DEFAULT_LAUNCH_TYPE", "FARGATE")
	p := startServe(t)
	if !strings.Contains(p.ready, "engine sim") {
		t.Errorf("ready line %q", p.ready)
	}
}

func TestDockerInterruptRemovesEverythingSoon(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	p := startServe(t, "--engine", "docker")
	task := p.run(dockertest.Image(t), "ignore-term")
	begin := time.Now()
	p.must(p.cmd.Process.Signal(os.Interrupt))
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.log())
	}
	if took := time.Since(begin); took >= 30*time.Second { // which its container would have to stop
		t.Errorf("took %v", took)
	}
	if left := containers(t, task); left != 0 {
		t.Errorf("%d containers left", left)
	}
}

func TestDockerKilledEmulatorTakesItsTasksOverAgain(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	first := startServe(t, "--engine", "docker", "--data-dir", dir)
	lives := first.run(dockertest.Image(t), "serve", "8080")
	ends := first.run(dockertest.Image(t), "sleep", "300")
	livesIn, endsIn := first.engineID(*lives.TaskArn), first.engineID(*ends.TaskArn)
	first.kill()
	dockertest.Kill(t, endsIn)

	second := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	second.until(*ends.TaskArn, "STOPPED")
	if code := second.task(*ends.TaskArn).Containers[0].ExitCode; code == nil || *code != 137 {
		t.Errorf("exit code of the end that was not seen: %v", code)
	}
	again := second.task(*lives.TaskArn)
	if *again.LastStatus != "RUNNING" || second.engineID(*lives.TaskArn) != livesIn {
		t.Errorf("the other task is %s in %s", *again.LastStatus, second.engineID(*lives.TaskArn))
	}
	dockertest.Kill(t, livesIn)
	second.until(*lives.TaskArn, "STOPPED")
}

// engineID is the engine's id of the only container of a task that has not stopped.
func (p *process) engineID(task string) string {
	p.Helper()
	answer, err := http.Get(endpoint.FindStringSubmatch(p.ready)[1] + control.Prefix + "tasks?task=" + task)
	p.must(err)
	defer answer.Body.Close()
	var list control.Tasks
	p.must(json.NewDecoder(answer.Body).Decode(&list))
	if len(list.Tasks) != 1 || len(list.Tasks[0].Containers) != 1 {
		p.Fatalf("task %s: %+v", task, list)
	}
	return list.Tasks[0].Containers[0].EngineID
}

func TestDockerDataDirKeepsTasksAtAnInterrupt(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	first := startServe(t, "--engine", "docker", "--data-dir", dir)
	task := first.run(dockertest.Image(t), "serve", "8080")
	first.must(first.cmd.Process.Signal(os.Interrupt))
	first.wait()
	if !strings.Contains(first.log(), "1 tasks go on") {
		t.Errorf("it does not say so:\n%s", first.log())
	}
	if left := containers(t, task); left != 2 {
		t.Errorf("%d of 2 containers left", left)
	}
	second := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	second.until(*task.TaskArn, "RUNNING")
}

func TestDockerNextStartSweepsWhatAKilledRunLeft(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	alive := startServe(t, "--engine", "docker")
	staying := alive.run(dockertest.Image(t), "serve", "8080")
	dead := startServe(t, "--engine", "docker")
	left := dead.run(dockertest.Image(t), "serve", "8080")
	dead.kill()
	if containers(t, left) == 0 {
		t.Fatal("the killed emulator has left nothing")
	}
	alive.eventually("a new start removes what the killed one left", func() bool {
		next := startServe(t, "--engine", "docker")
		defer next.wait()
		defer next.cmd.Process.Signal(os.Interrupt)
		for range 40 {
			if containers(t, left) == 0 {
				return true
			}
			<-time.After(50 * time.Millisecond)
		}
		return false // its lifeline may outlive it for a moment
	})
	if got := containers(t, staying); got != 2 {
		t.Errorf("the living emulator's task has %d of 2 containers", got)
	}
	alive.until(*staying.TaskArn, "RUNNING")
}

func TestDamagedStateFileIsOneClearLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command("serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--data-dir", dir)
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "it is damaged and was left as it is") {
		t.Errorf("exit code %d: %q", cmd.ProcessState.ExitCode(), out)
	}
}
