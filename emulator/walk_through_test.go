package emulator_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// blocks returns the code blocks of a document that stand behind a mark.
func blocks(t *testing.T, document, mark string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", document))
	if err != nil {
		t.Fatal(err)
	}
	fence := regexp.MustCompile("(?s)<!-- " + mark + " -->\n```[a-z]+\n(.*?)```\n")
	var blocks []string
	for _, match := range fence.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, match[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no block marked %q", document, mark)
	}
	return blocks
}

func TestDocumentsShowTheExamples(t *testing.T) {
	for i, example := range []struct{ file, function string }{{"example_test.go", "Example"}, {"stack_example_test.go", "ExampleServer_Deploy"}} {
		source, err := os.ReadFile(example.file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(source), "\nfunc "+example.function+"() {\n")
		body, _, _ := strings.Cut(rest, "\n}\n")
		var want strings.Builder
		for line := range strings.Lines(body + "\n") {
			want.WriteString(strings.TrimPrefix(line, "\t"))
		}
		if got := blocks(t, "docs/start/go-test.md", "example")[i]; got != want.String() {
			t.Errorf("the document shows\n%s\nthe example is\n%s", got, want.String())
		}
	}
}

// walkThroughs are the documents whose commands run one after the other in one shell, and what
// their reader sees.
var walkThroughs = []struct {
	name      string
	documents []string
	output    []string
}{
	{"README", []string{"README.md"}, []string{`127\.0\.0\.1:{port} +{port}/tcp +web +service:web +default/[0-9a-f]{32}\n`, `\nhello"DRAINING"`}},
	{"guide", []string{
		"docs/start/cli.md", "docs/guide/load-balancers.md", "docs/guide/blue-green.md", "docs/guide/task-sets.md", "docs/guide/express.md", "docs/guide/container-instances.md", "docs/guide/time-and-faults.md", "docs/guide/events.md",
		"docs/guide/check.md",
	}, []string{
		`web\.json:6: containerDefinitions\[0\]\.stopTimeout: RegisterTaskDefinition: `, "web.json:10: .*fault injection", "check: 2 would be refused\nexit code 1\n",
		"cluster/default", "line 1\nline 2\nline 3\n", "EssentialContainerExited|Essential container in task exited",
		`{"sequence":4,"event":{"version":"0",.*"exitCode":0,`,
		"has reached a steady state", `hello127\.0\.0\.1:`, "hello", `127\.0\.0\.1:{port} +{port}/tcp +web +service:web +default/[0-9a-f]{32}\n`,
		`All is as wanted\.\n(?s:.*)\nweb +2 +2 +0 +COMPLETED +web:1 `, `\n +[1-9]\d* answered\n`, "INACTIVE", `"dnsName": "web-\d+\.us-east-1\.elb\.amazonaws\.com"`, `"127\.0\.0\.1:\d+"[^h]*hello\{`, `RESOURCE:P[O]RTS\W+RESOURCE:P[O]RTS`,
		`\nPRE_PRODUCTION_TRAFFIC_SHIFT\t0\n`, `\nBAKE_TIME\t100\n`, `\nSUCCESSFUL\n"DRAINING"`,
		`\nhello(?s:.*)"IN_PROGRESS"`,
	}},
}

// TestWalkThroughs runs the commands of the documents, with the ports and the path of the
// program changed and nothing else. Those of the README run with the CLI's program, and those of the guide,
// which are many and wait often, with the CLI of scripts. In place of those that a first terminal has,
// buildEmulator, makeDemoImage and emulator.Start do the same:
//
//	make build demo-image
//	bin/ecs-emulator serve
func TestWalkThroughs(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	program := filepath.Join(buildEmulator(t), "ecs-emulator")
	path := map[string]string{"README": os.Getenv("PATH"), "guide": startCLI(t).path(t)}
	for _, w := range walkThroughs {
		t.Run(w.name+"/sim", func(t *testing.T) {
			t.Parallel()
			walkThrough(t, emulator.Start(t, emulator.Options{LocalPorts: true}), program, path[w.name], w.documents, w.output)
		})
	}
	t.Run("codedeploy/sim", func(t *testing.T) {
		t.Parallel()
		requireBoto3(t)
		hook, check := freePort(t), "arn:aws:lambda:us-east-1:000000000000:function:check"
		srv := emulator.Start(t, emulator.Options{LocalPorts: true, Hooks: map[string]string{check: "http://127.0.0.1:" + hook}})
		examples, err := filepath.Abs("../examples")
		if err != nil {
			t.Fatal(err)
		}
		here := strings.NewReplacer(" 9000 ", " "+hook+" ", ":9000/", ":"+hook+"/", " examples/", " "+examples+"/")
		walkThrough(t, srv, program, path["guide"], []string{"docs/guide/codedeploy.md"}, []string{
			`\nd-[0-9A-Z]{9}: Succeeded\n90\s+10\n`, `\n +\d\d first\n +\d+ second\n`, `\nAfterAllowTestTraffic\s+Succeeded\n`,
			`\nsecondPRIMARY\s+100(\.0)?\s+2\n`,
		}, here)
	})
}

func walkThrough(t *testing.T, srv *emulator.Server, program, path string, documents, output []string, here ...*strings.Replacer) {
	t.Helper()
	var script string
	for _, document := range documents {
		script += strings.Join(blocks(t, document, "walk-through"), "\n")
	}
	for _, r := range here {
		script = r.Replace(script)
	}
	script = strings.ReplaceAll(script, "http://127.0.0.1:4577", srv.URL())
	script = strings.ReplaceAll(script, "bin/ecs-emulator ", program+" ")
	port := freePort(t)
	script = strings.ReplaceAll(script, "8080", port)
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", endpointForOldCLI(t)+script)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + path, "ECS_EMULATOR_ENDPOINT=" + srv.URL()}, cliEnvironment()...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the walk-through ends with %v:\n%s", err, text)
	}
	for _, want := range output {
		if want = strings.ReplaceAll(want, "{port}", port); !regexp.MustCompile(want).Match(text) {
			t.Errorf("the walk-through does not print %q:\n%s", want, text)
		}
	}
}

// endpointForOldCLI makes up for a CLI that does not know AWS_ENDPOINT_URL, as the
// walk-through asks its reader to.
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
	requireBoto3(t)
	for name, want := range map[string]string{
		"run_task.py": "STOPPED: Essential container in task exited, exit code 3\n",
		"container_instance.py": "PENDING: wanted RUNNING, exit code None\n" + "RUNNING: wanted RUNNING, exit code None\n" +
			"RUNNING: wanted STOPPED, exit code None\n" + "STOPPED: wanted STOPPED, exit code 143\n" + "INACTIVE\n",
		"express.py": "hello\n['next', 'hello']\nDRAINING\n",
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
