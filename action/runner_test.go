package action_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// runner runs steps as GitHub's does, as far as the actions of this repository and their example
// need: inputs with defaults, outputs, and the files by which a step changes the later ones.
type runner struct {
	t      *testing.T
	temp   string
	status string // job.status
	ref    string // github.action_ref
	env    map[string]string
	path   []string
}

func newRunner(t *testing.T) *runner {
	r := &runner{t: t, temp: t.TempDir(), status: "success", env: map[string]string{}}
	t.Cleanup(r.end)
	return r
}

// end ends an emulator that a test which has failed has left.
func (r *runner) end() {
	started, err := os.ReadFile(filepath.Join(r.temp, "ecs-emulator.started"))
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(started), "\n")
	if pid, err := strconv.Atoi(line); err == nil {
		if process, err := os.FindProcess(pid); err == nil {
			_ = process.Kill()
		}
	}
}

// action is an action.yml.
type action struct {
	Name        string
	Description string
	Inputs      map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

type step struct {
	ID, Name, Uses, If, Run, Shell string
	With, Env                      map[string]string
}

func read[T any](t *testing.T, path string) (parsed T) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := decoder.Decode(&parsed); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return parsed
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z_.]+) *\}\}`)

// use runs the action of a folder, and returns its outputs and what it printed.
func (r *runner) use(folder string, with map[string]string) (outputs map[string]string, printed string, err error) {
	r.t.Helper()
	a := read[action](r.t, filepath.Join(folder, "action.yml"))
	context := map[string]string{"job.status": r.status, "github.action_ref": r.ref}
	for name, input := range a.Inputs {
		context["inputs."+name] = input.Default
	}
	for name, value := range with {
		if _, known := a.Inputs[name]; !known {
			r.t.Fatalf("%s has no input %s", folder, name)
		}
		context["inputs."+name] = value
	}
	evaluate := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			name := expression.FindStringSubmatch(found)[1]
			value, known := context[name]
			if !known && !strings.HasPrefix(name, "steps.") {
				r.t.Errorf("%s: nothing is known of %s", folder, found)
			}
			return value
		})
	}
	for _, s := range a.Runs.Steps {
		env := map[string]string{"GITHUB_ACTION_PATH": folder}
		for name, value := range s.Env {
			env[name] = evaluate(value)
		}
		got, out, err := r.run(s.Run, env)
		printed += out
		if err != nil {
			return nil, printed, err
		}
		for name, value := range got {
			context["steps."+s.ID+".outputs."+name] = value
		}
	}
	outputs = map[string]string{}
	for name, output := range a.Outputs {
		outputs[name] = evaluate(output.Value)
	}
	return outputs, printed, nil
}

// run runs a script as a step.
func (r *runner) run(script string, env map[string]string) (outputs map[string]string, printed string, err error) {
	r.t.Helper()
	dir := r.t.TempDir()
	files := map[string]string{}
	for _, name := range []string{"GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"} {
		files[name] = filepath.Join(dir, name)
		if err := os.WriteFile(files[name], nil, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") && !strings.HasPrefix(variable, "ECS_EMULATOR_") && !strings.HasPrefix(variable, "PATH=") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "RUNNER_TEMP="+r.temp,
		"PATH="+strings.Join(append(r.path, os.Getenv("PATH")), string(os.PathListSeparator)))
	for _, more := range []map[string]string{r.env, files, env} {
		for name, value := range more {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	out, err := command.CombinedOutput()
	maps.Copy(r.env, r.variables(files["GITHUB_ENV"]))
	r.path = append(r.lines(files["GITHUB_PATH"]), r.path...)
	if err != nil {
		err = fmt.Errorf("%s: %w:\n%s", script, err, out)
	}
	return r.variables(files["GITHUB_OUTPUT"]), string(out), err
}

func (r *runner) variables(file string) map[string]string {
	found := map[string]string{}
	for _, line := range r.lines(file) {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			r.t.Errorf("%s has %q, not name=value", filepath.Base(file), line)
		}
		found[name] = value
	}
	return found
}

func (r *runner) lines(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(c rune) bool { return c == '\n' })
}
