package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// runExecutable runs a task with ECS Exec that sleeps, with containers of those names, and waits until it is
// RUNNING.
func (p *process) runExecutable(image string, containers ...string) (taskARN string) {
	p.Helper()
	return p.runExecutableOf(image, []string{"sleep", "600"}, containers...)
}

// runExecutableOf does so with what its containers run.
func (p *process) runExecutableOf(image string, command []string, containers ...string) (taskARN string) {
	p.Helper()
	in := &ecs.RegisterTaskDefinitionInput{
		// Where the kernel gives all programs big pages, a hundred of them have no room in less.
		Family: aws.String("shell"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("2048"),
		TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"),
	}
	for _, name := range containers {
		in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{Name: &name, Image: &image, Command: command})
	}
	definition, err := p.client.RegisterTaskDefinition(p.Context(), in)
	p.must(err)
	started, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	taskARN = *started.Tasks[0].TaskArn
	p.until(taskARN, "RUNNING")
	return taskARN
}

// exec is the command `ecs-emulator exec` with these arguments.
func (p *process) exec(args ...string) *exec.Cmd {
	return command(append([]string{"exec", "--endpoint", endpoint.FindStringSubmatch(p.ready)[1]}, args...)...)
}

// ran runs a command to its end.
func ran(cmd *exec.Cmd, stdin io.Reader) (stdout, stderr string, code int) {
	var out, wrong bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &wrong
	err := cmd.Run()
	if exited := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exited) {
		return out.String(), err.Error(), -1
	}
	return out.String(), wrong.String(), cmd.ProcessState.ExitCode()
}

// onEngines runs a test with the simulated engine, and with Docker.
func onEngines(t *testing.T, test func(p *process, image string)) {
	t.Run("sim", func(t *testing.T) {
		t.Parallel()
		test(startServe(t, "--engine", "sim"), "app")
	})
	t.Run("docker", func(t *testing.T) {
		t.Parallel()
		testall.Only(t, "the other tests on Docker")
		dockertest.Require(t)
		test(startServe(t, "--engine", "docker"), dockertest.Image(t))
	})
}

// onSim runs a test on the simulated engine. The suite of engines, package backendtest, shows that Docker does the same.
func onSim(t *testing.T, test func(p *process, image string)) {
	test(startServe(t, "--engine", "sim"), "app")
}

// TestExecThroughPipes has what scripts do, with the programs of the image of tests; on a terminal the first
// line is TestExecOnATerminal's:
//
//	ecs-emulator exec $TASK -- sh
//	echo x | ecs-emulator exec $TASK -- cat
func TestExecThroughPipes(t *testing.T) {
	t.Parallel()
	onSim(t, func(p *process, image string) {
		task, app := p.runExecutable(image, "app"), dockertest.AppPath
		for _, c := range []struct {
			command               []string
			stdin, stdout, stderr string
			code                  int
		}{
			{[]string{app, "cat"}, "x\n", "x\n", "", 0},
			{[]string{app, "echo", "a", "--tail", "--"}, "", "a --tail --\n", "", 0},
			{[]string{app, "sh"}, "echo a\nexit 3\n", "a\n", "", 3},
			{[]string{app, "die", "15"}, "", "", "", 143},
			{[]string{"missing"}, "", "", "ecs-emulator: Unable to start command: Failed to start pty: exec: \"missing\": executable file not found in $PATH\n", 127},
			{[]string{"/missing"}, "", "", "ecs-emulator: Unable to start command: Failed to start pty: fork/exec /missing: no such file or directory\n", 127},
		} {
			stdout, stderr, code := ran(p.exec(append([]string{task, "--"}, c.command...)...), strings.NewReader(c.stdin))
			if stdout != c.stdout || stderr != c.stderr || code != c.code {
				p.Errorf("%q ends with %d: %q, %q; want %d: %q, %q", c.command, code, stdout, stderr, c.code, c.stdout, c.stderr)
			}
		}
		_, stderr, code := ran(p.exec(task, "--", app, "times", "x"), nil)
		if code == 0 || stderr == "" || strings.Contains(stderr, "ecs-emulator:") {
			p.Errorf("a program that fails ends with %d: %q", code, stderr)
		}

		big := make([]byte, 10<<20)
		_, _ = rand.Read(big)
		stdout, stderr, code := ran(p.exec(task, "--", app, "cat"), bytes.NewReader(big))
		if sha256.Sum256([]byte(stdout)) != sha256.Sum256(big) || code != 0 {
			p.Errorf("10 MB come back as %d bytes, exit code %d: %s", len(stdout), code, stderr)
		}
	})
}

// TestExecEnds has a session end before its program does.
func TestExecEnds(t *testing.T) {
	t.Parallel()
	onSim(t, func(p *process, image string) {
		task := p.runExecutable(image, "app")
		id := task[strings.LastIndex(task, "/")+1:]
		for _, c := range []struct {
			name string
			end  func(cmd *exec.Cmd)
			want string
			code int
		}{
			{"Ctrl-C", func(cmd *exec.Cmd) { p.must(cmd.Process.Signal(os.Interrupt)) }, "", 130},
			{"the task's end", func(*exec.Cmd) {
				_, err := p.client.StopTask(p.Context(), &ecs.StopTaskInput{Task: &task})
				p.must(err)
			}, "ecs-emulator: task " + id + " has been stopped\n", 137},
			{"the emulator's end", func(*exec.Cmd) { p.must(p.cmd.Process.Signal(os.Interrupt)) },
				"ecs-emulator: The session has ended with ecs-emulator, which was stopped.\n", 255},
		} {
			if p.task(task).StopCode != "" {
				task = p.runExecutable(image, "app")
			}
			if got, code := endedBy(p, p.exec(task, "--", dockertest.AppPath, "cat"), c.end); got != c.want || code != c.code {
				p.Errorf("%s ends it with %d: %q; want %d: %q", c.name, code, got, c.code, c.want)
			}
		}
	})
}

// endedBy starts a command that copies its input, which does not end, and has it ended once it runs.
func endedBy(p *process, cmd *exec.Cmd, end func(*exec.Cmd)) (stderr string, code int) {
	p.Helper()
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	in, err := cmd.StdinPipe()
	p.must(err)
	out, err := cmd.StdoutPipe()
	p.must(err)
	p.must(cmd.Start())
	defer cmd.Process.Kill()
	_, err = io.WriteString(in, "x")
	p.must(err)
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		p.Fatalf("it does not run: %v, %s", err, &wrong)
	}
	end(cmd)
	_, _ = io.ReadAll(out)
	_ = cmd.Wait()
	return wrong.String(), cmd.ProcessState.ExitCode()
}

// TestExecWithoutEmulator cuts the connection, as a network does.
func TestExecWithoutEmulator(t *testing.T) {
	t.Parallel()
	p := startServe(t, "--engine", "sim")
	task := p.runExecutable("app", "app")
	got, code := endedBy(p, p.exec(task, "--", "cat"), func(*exec.Cmd) { p.kill() })
	if want := "ecs-emulator: the connection to the emulator broke, and the session with it: "; code != 255 || !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("it ends with %d: %q", code, got)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	p.must(err)
	l.Close()
	_, stderr, code := ran(command("exec", "web", "--endpoint", "http://"+l.Addr().String()), nil)
	if code != 255 || !strings.HasPrefix(stderr, "ecs-emulator: no emulator answers at http://") {
		t.Errorf("without emulator: %d: %q", code, stderr)
	}
}

func TestExecTellsWhatItNeeds(t *testing.T) {
	t.Parallel()
	p := startServe(t, "--engine", "sim")
	without := *p.run("app", "sleep", "600").TaskArn
	two := p.runExecutable("app", "web", "log")
	id := func(taskARN string) string { return taskARN[strings.LastIndex(taskARN, "/")+1:] }
	_, err := p.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("site"), TaskDefinition: aws.String("shell"), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	running := func(count int) {
		p.eventually("the tasks of the service run", func() bool {
			out, err := p.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"site"}})
			return err == nil && int(out.Services[0].RunningCount) == count
		})
	}
	running(1)
	if stdout, stderr, code := ran(p.exec("site", "log", "--", "echo", "x"), nil); stdout != "x\n" || code != 0 {
		t.Errorf("a service of one task: %d: %q, %q", code, stdout, stderr)
	}
	_, err = p.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("site"), DesiredCount: aws.Int32(2)})
	p.must(err)
	running(2)
	for _, c := range []struct {
		line, want string
		code       int
	}{
		{without, "task " + id(without) + " was run without ECS Exec: run it again with aws ecs run-task --enable-execute-command", 255},
		{two, "task " + id(two) + " has 2 containers: name one of log, web", 255},
		{two + " db", "task " + id(two) + " has no container db; it has log, web", 255},
		{"site web", "service site runs 2 tasks: name one of ", 255},
		{"nope", "there is no service or task nope; ", 255},
		{"-- ls", "<service or task> is missing before the two dashes", 2},
		{two + " web ls", `unexpected argument "ls": the command stands behind two dashes, as in ecs-emulator exec web -- ls -l`, 2},
		{two + " web x -- ls", `unexpected argument "x"`, 2},
	} {
		stdout, stderr, code := ran(p.exec(strings.Fields(c.line)...), nil)
		if code != c.code || stdout != "" || !strings.Contains(stderr, ": "+c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s ends with %d: %q, %q", c.line, code, stdout, stderr)
		}
	}
}
