package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// cliServices are those whose models testdata/cli/server.py reads once.
var cliServices = []string{
	"acm", "application-autoscaling", "autoscaling", "cloudformation", "cloudwatch", "ec2", "ecr", "ecs", "elbv2", "events", "iam", "logs", "resourcegroupstaggingapi", "scheduler", "secretsmanager", "servicediscovery", "ssm", "sts",
}

// awsCLI runs commands of the AWS CLI for scripts: in testdata/cli/server.py, which has
// the CLI loaded, as a script is little else than a row of commands; or where that is not
// the CLI that the user has (version 2 as AWS packs it has no modules that Python finds),
// as the program.
type awsCLI struct {
	socket string // of the server; empty without one
	python string // which runs it
}

type cliCommand struct {
	Args []string          `json:"args"`
	Env  map[string]string `json:"env"`
	Dir  string            `json:"dir"`
}

type cliAnswer struct {
	Code   int    `json:"code"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

// startCLI starts the server if it runs the same CLI as the program, until the test ends.
func startCLI(t *testing.T) awsCLI {
	t.Helper()
	version := cliCommand{Args: []string{"--version"}, Env: cliVariables(), Dir: "."}
	want, err := awsCLI{}.run(version)
	if err != nil {
		t.Fatal(err)
	}
	for _, python := range pythons() {
		c, err := serveCLI(t, python)
		if err != nil {
			t.Logf("%s does not run the CLI: %v", python, err)
			continue
		}
		if got, err := c.run(version); err == nil && got == want {
			return c
		}
	}
	t.Log("each command of a script starts the CLI, as no Python here has its modules")
	return awsCLI{}
}

// pythons are the interpreters that may have the CLI's modules: the one that its program
// names, and the user's.
func pythons() []string {
	if runtime.GOOS != "linux" {
		return nil // a forked child of macOS may not look for proxies; Windows does not fork
	}
	found := []string{"python3"}
	path, err := exec.LookPath("aws")
	if err != nil {
		return found
	}
	file, err := os.Open(path)
	if err != nil {
		return found
	}
	defer file.Close()
	line, _ := bufio.NewReader(io.LimitReader(file, 200)).ReadString('\n')
	if python, named := strings.CutPrefix(strings.TrimSpace(line), "#!"); named && strings.HasPrefix(filepath.Base(python), "python") {
		found = append([]string{python}, found...)
	}
	return found
}

func serveCLI(t *testing.T, python string) (awsCLI, error) {
	dir, err := os.MkdirTemp("", "aws") // a test's own folder has too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := awsCLI{filepath.Join(dir, "socket"), python}
	cmd := exec.Command(python, append([]string{"../testdata/cli/server.py", c.socket}, cliServices...)...)
	for name, value := range cliVariables() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		return awsCLI{}, err
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	end := func() error {
		lifeline.Close()
		return cmd.Wait()
	}
	if line != "ready\n" {
		return awsCLI{}, fmt.Errorf("%w: %s", end(), stderr.String())
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Errorf("%s: %v: %s", cmd, err, stderr.String())
		}
	})
	return c, nil
}

// path is the PATH of a shell in which aws is the server's CLI: aws.py. Without a server it is the program.
func (c awsCLI) path(t *testing.T) string {
	t.Helper()
	others := os.Getenv("PATH")
	if c.socket == "" {
		return others
	}
	client, err := filepath.Abs("../testdata/cli/aws.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\nexec '%s' -ES '%s' '%s' \"$@\"\n", c.python, client, c.socket)
	// A process that another test starts meanwhile would have the file open for a moment, and nothing could run it.
	syscall.ForkLock.RLock()
	err = os.WriteFile(filepath.Join(dir, "aws"), []byte(program), 0o700)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return dir + string(os.PathListSeparator) + others
}

// run runs a command. What a command that fails has to say is in its answer.
func (c awsCLI) run(command cliCommand) (cliAnswer, error) {
	if c.socket == "" {
		return runProgram(command)
	}
	connection, err := net.Dial("unix", c.socket)
	if err != nil {
		return cliAnswer{}, err
	}
	defer connection.Close()
	if err := json.NewEncoder(connection).Encode(command); err != nil {
		return cliAnswer{}, err
	}
	if err := connection.(*net.UnixConn).CloseWrite(); err != nil {
		return cliAnswer{}, err
	}
	var answer cliAnswer
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return cliAnswer{}, fmt.Errorf("aws %s ended without an answer: %w", strings.Join(command.Args, " "), err)
	}
	return answer, nil
}

func runProgram(command cliCommand) (cliAnswer, error) {
	cmd := exec.Command("aws", command.Args...)
	cmd.Dir = command.Dir
	for name, value := range command.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return cliAnswer{}, err
	}
	return cliAnswer{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}, nil
}

// print makes an answer the script's stdout and stderr.
func (a cliAnswer) print(ts *testscript.TestScript) {
	fmt.Fprint(ts.Stdout(), a.Stdout)
	fmt.Fprint(ts.Stderr(), a.Stderr)
}

// cliVariables are the variables of a command without a script.
func cliVariables() map[string]string {
	variables := map[string]string{"PATH": os.Getenv("PATH")}
	for _, variable := range cliEnvironment() {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	return variables
}

// scriptVariables are the variables of a script's command: what else a script sets, the CLI does
// not see.
func scriptVariables(ts *testscript.TestScript) map[string]string {
	variables := cliVariables()
	for name := range variables {
		variables[name] = ts.Getenv(name)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"} {
		if value := ts.Getenv(name); value != "" {
			variables[name] = value
		}
	}
	return variables
}

// TestCLIOfScriptsIsTheProgram compares what the two ways of awsCLI print.
func TestCLIOfScriptsIsTheProgram(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	c := startCLI(t)
	if c.socket == "" {
		t.Skip("no Python with the modules of the AWS CLI: scripts run the program")
	}
	srv := start(t).srv
	at := func(args ...string) cliCommand {
		return cliCommand{Args: append([]string{"--endpoint-url", srv.URL()}, args...), Env: cliVariables(), Dir: "../testdata"}
	}
	other := at("sts", "get-caller-identity")
	other.Env["AWS_ACCESS_KEY_ID"] = "123456789012"
	elsewhere := cliCommand{Args: []string{"ecs", "create-cluster", "--query", "cluster.clusterArn"}, Env: cliVariables(), Dir: "."}
	maps.Copy(elsewhere.Env, map[string]string{"AWS_ENDPOINT_URL": srv.URL(), "AWS_DEFAULT_REGION": "eu-west-1", "AWS_SESSION_TOKEN": "token"})
	for _, command := range []cliCommand{
		at("ecs", "list-clusters"),
		at("ecs", "list-clusters", "--output", "table"),
		at("ecs", "describe-clusters", "--clusters", "none", "--query", "failures[0]", "--output", "text"),
		at("ecs", "describe-services", "--cluster", "none", "--services", "web"),
		at("ecs", "run-task"),
		at("ecs", "register-task-definition", "--cli-input-json", "file://no-such-file.json"),
		at("ecs", "run-task", "--task-definition", "file://cli/server.py"),
		at("ec2", "describe-vpcs"),
		at("iam", "get-role", "--role-name", "none"),
		at("no-such-service"),
		other,
		elsewhere,
	} {
		t.Run(strings.Join(command.Args[2:], " "), func(t *testing.T) {
			want, err := awsCLI{}.run(command)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.run(command)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("the server answers %+v\nthe program %+v", got, want)
			}
		})
	}
}
