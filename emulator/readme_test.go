package emulator_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/testall"
)

// readmeBlocks returns the code blocks of the README that stand behind a mark.
func readmeBlocks(t *testing.T, mark string) []string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	fence := regexp.MustCompile("(?s)<!-- " + mark + " -->\n```[a-z]+\n(.*?)```\n")
	var blocks []string
	for _, match := range fence.FindAllStringSubmatch(string(readme), -1) {
		blocks = append(blocks, match[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("the README has no block marked %q", mark)
	}
	return blocks
}

func TestReadmeShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "\nfunc Example() {\n")
	body, _, _ := strings.Cut(rest, "\n}\n")
	var want strings.Builder
	for line := range strings.Lines(body + "\n") {
		want.WriteString(strings.TrimPrefix(line, "\t"))
	}
	if got := readmeBlocks(t, "example")[0]; got != want.String() {
		t.Errorf("the README shows\n%s\nthe example is\n%s", got, want.String())
	}
}

func TestReadmeNamesEachFlag(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.CommandContext(t.Context(), filepath.Join(buildEmulator(t), "ecs-emulator"), "serve", "-h").CombinedOutput()
	if err != nil {
		t.Fatalf("ecs-emulator serve -h: %v", err)
	}
	flags := regexp.MustCompile(`(?m)^  (--[a-z0-9-]+)`).FindAllSubmatch(help, -1)
	if len(flags) < 10 {
		t.Fatalf("found only %d flags in\n%s", len(flags), help)
	}
	for _, flag := range flags {
		if !bytes.Contains(readme, fmt.Appendf(nil, "\n| `%s` |", flag[1])) {
			t.Errorf("the README's table lacks %s", flag[1])
		}
	}
}

// TestReadmeWalkThrough runs the commands of the README in one shell, with the
// ports and the path of the program changed and nothing else.
func TestReadmeWalkThrough(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	program := filepath.Join(buildEmulator(t), "ecs-emulator")
	t.Run("sim", func(t *testing.T) {
		t.Parallel()
		walkThrough(t, emulator.Start(t, emulator.Options{LocalPorts: true}), program)
	})
	t.Run("docker", func(t *testing.T) {
		t.Parallel()
		testall.Only(t, "the other tests on Docker")
		dockertest.Require(t)
		makeDemoImage(t)
		walkThrough(t, emulator.Start(t, emulator.Options{Engine: "docker", LocalPorts: true}), program)
	})
}

// walkThrough checks what a reader would see.
func walkThrough(t *testing.T, srv *emulator.Server, program string) {
	t.Helper()
	script := strings.Join(readmeBlocks(t, "walk-through"), "\n")
	script = strings.ReplaceAll(script, "http://127.0.0.1:4577", srv.URL())
	script = strings.ReplaceAll(script, "bin/ecs-emulator ", program+" ")
	port := freePort(t)
	script = strings.ReplaceAll(script, "8080", port)
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", endpointForOldCLI(t)+script)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, cliEnvironment()...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk-through ends with %v:\n%s", err, output)
	}
	for _, want := range []string{
		"cluster/default", "line 1\nline 2\nline 3\n", "EssentialContainerExited|Essential container in task exited",
		`{"sequence":4,"event":{"version":"0",.*"exitCode":0,`,
		"has reached a steady state", `hello127\.0\.0\.1:`, "hello", `127\.0\.0\.1:` + port + ` +` + port + `/tcp +web +service:web +default/[0-9a-f]{32}\n`,
		`\n +[1-9]\d* answered\n`, "INACTIVE", `"dnsName": "web-\d+\.us-east-1\.elb\.amazonaws\.com"`, `"127\.0\.0\.1:\d+"[^h]*hello\{`, `RESOURCE:PORTS\W+RESOURCE:PORTS`,
	} {
		if !regexp.MustCompile(want).Match(output) {
			t.Errorf("the walk-through does not print %q:\n%s", want, output)
		}
	}
}

// endpointForOldCLI makes up for a CLI that does not know AWS_ENDPOINT_URL, as the
// README asks its reader to.
func endpointForOldCLI(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "aws", "--version")
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, cliEnvironment()...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("aws --version: %v: %s", err, text)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(text), "aws-cli/%d.%d", &major, &minor); err != nil {
		t.Fatalf("aws --version prints %q", text)
	}
	if major == 1 && minor >= 29 || major == 2 && minor >= 13 {
		return ""
	}
	return `aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }` + "\n"
}

func makeDemoImage(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "run", "-trimpath", "./cmd/demo", "-image-only")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make the demo image: %v: %s", err, text)
	}
}

// TestBoto3Examples runs the Python examples.
func TestBoto3Examples(t *testing.T) {
	t.Parallel()
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run(); err != nil {
		if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
			t.Fatalf("ECS_EMULATOR_REQUIRE_CLI=1, but python3 has no boto3: %v", err)
		}
		t.Skip("python3 has no boto3: install it to run its examples")
	}
	for name, want := range map[string]string{
		"run_task.py": "STOPPED: Essential container in task exited, exit code 3\n",
		"container_instance.py": "PENDING: wanted RUNNING, exit code None\n" + "RUNNING: wanted RUNNING, exit code None\n" +
			"RUNNING: wanted STOPPED, exit code None\n" + "STOPPED: wanted STOPPED, exit code 143\n" + "INACTIVE\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := emulator.Start(t)
			cmd := exec.CommandContext(t.Context(), "python3", filepath.Join("..", "examples", "boto3", name))
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+srv.URL())
			output, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if string(output) != want {
				t.Errorf("it prints %q, want %q", output, want)
			}
		})
	}
}
