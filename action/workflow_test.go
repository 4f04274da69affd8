package action_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// workflow is what these tests know of a workflow.
type workflow struct {
	Name string
	On   []string
	Jobs map[string]struct {
		RunsOn string `yaml:"runs-on"`
		Steps  []step
	}
}

func requireCLI(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("aws"); err == nil {
		return
	}
	if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
		t.Fatal("ECS_EMULATOR_REQUIRE_CLI=1, but there is no aws CLI")
	}
	t.Skip("there is no aws CLI")
}

// TestExampleWorkflow runs the steps of examples/github-actions/ecs.yml.
func TestExampleWorkflow(t *testing.T) {
	requireBash(t)
	requireCLI(t)
	t.Parallel()
	w := read[workflow](t, "../examples/github-actions/ecs.yml")
	job, found := w.Jobs["test"]
	if !found || len(w.Jobs) != 1 || job.RunsOn != "ubuntu-latest" || len(w.On) == 0 {
		t.Fatalf("the workflow is %+v, want one job", w)
	}
	r := newRunner(t)
	port := freePort(t)
	used := ""
	for _, s := range job.Steps {
		action, _, _ := strings.Cut(s.Uses, "@")
		var err error
		switch action {
		case "actions/checkout", "actions/setup-go":
		case "ecs-emulator/ecs-emulator":
			with := map[string]string{"path": program, "port": port}
			maps.Copy(with, s.With)
			_, _, err = r.use(root(t), with)
			used += "start "
		case "ecs-emulator/ecs-emulator/stop":
			if s.If != "always()" {
				t.Errorf("the action stop is for %q, not always()", s.If)
			}
			_, _, err = r.use(filepath.Join(root(t), "stop"), s.With)
			used += "stop"
		case "":
			var printed string
			_, printed, err = r.run(s.Run, nil)
			used += "run "
			if !strings.Contains(printed, "working") {
				t.Errorf("the task's output is missing:\n%s", printed)
			}
		default:
			t.Errorf("the workflow uses %s, of which this test knows nothing", s.Uses)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if used != "start run stop" {
		t.Errorf("the steps were %q, want start run stop", used)
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestPageShowsTheExamples compares the parts that docs/start/ci.md shows with the examples.
func TestPageShowsTheExamples(t *testing.T) {
	texts := map[string]string{}
	for _, path := range []string{"docs/start/ci.md", "examples/github-actions/ecs.yml", "examples/gitlab/.gitlab-ci.yml"} {
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	parts := yamlBlock.FindAllStringSubmatch(texts["docs/start/ci.md"], -1)
	if len(parts) != 3 {
		t.Errorf("the page shows %d parts, want 3", len(parts))
	}
	for _, part := range parts {
		if !strings.Contains(texts["examples/github-actions/ecs.yml"]+texts["examples/gitlab/.gitlab-ci.yml"], part[1]) {
			t.Errorf("no example has\n%s", part[1])
		}
	}
}
