package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completed are the words with which a command line goes on, whose last word is being typed.
func completed(words ...string) string {
	var out strings.Builder
	complete(words, &out)
	var list []string
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		list = append(list, word)
	}
	return strings.Join(list, " ")
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"f":                               "faults facts",
		"faults ":                         "list add run clear",
		"faults add c":                    "crash cut-off-instance",
		"faults add crash ":               "",
		"faults add --for 5m p":           "pull",
		"load ":                           "clear",
		"load api ":                       "",
		"help faults ":                    "list add run clear",
		"help s":                          "serve scaling",
		"completion ":                     "bash zsh fish",
		"serve --engine ":                 "auto docker sim",
		"serve -engine s":                 "sim",
		"serve --engine = d":              "docker",
		"serve --engine =":                "auto docker sim",
		"serve --engine=d":                "--engine=docker",
		"serve --pull ":                   "prefer-cached default always once",
		"serve --pull once --data":        "--data-dir",
		"serve --data-dir ":               ":directories",
		"serve --capacity x":              ":files",
		"serve --local-ports=":            "--local-ports=true --local-ports=false",
		"serve --strict --log-l":          "--log-level",
		"serve --public":                  "--public-url",
		"serve --public-addresses=":       "",
		"serve ":                          "",
		"serve --engine = sim --on-exit ": "remove keep",
		"dance ":                          "",
		"exec web --c":                    "--cluster",
		"exec web -- ls --c":              "",
	} {
		if got := completed(strings.Split(line, " ")...); got != want {
			t.Errorf("%q goes on with %q, want %q", line, got, want)
		}
	}
	if got := completed(); !strings.HasPrefix(got, "serve ") || strings.Count(got, "faults") != 1 {
		t.Errorf("nothing goes on with %q", got)
	}
}

// shellTests source what completion prints, and show with which words a command line
// goes on whose words are the arguments. The zsh of the test has no line editor, so it
// has none of what completes there.
var shellTests = map[string]string{
	"bash": `source <(ecs-emulator completion bash)
complete -p ecs-emulator >/dev/null || exit 1
COMP_WORDS=("$0" "$@") COMP_CWORD=$#
_ecs_emulator
printf '%s\n' "${COMPREPLY[@]}"`,
	"zsh": `compdef() { }
compset() { }
_files() { if [[ $1 == -/ ]]; then print -l -- *(/); else print -l -- *(.); fi }
_describe() { print -l -- "${(@)${(@P)2}%%:*}" }
source <(ecs-emulator completion zsh)
words=("$0" "$@") CURRENT=$(($# + 1))
_ecs_emulator`,
	"fish": `ecs-emulator completion fish | source
complete -C "ecs-emulator $argv[2..]" | string replace -r '\t.*' '' | string trim -r -c /; true`,
}

func TestShellsComplete(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "ecs-emulator")
	if err := os.Symlink(os.Args[0], program); err != nil {
		t.Skip("left out:", err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "data"), 0o700), os.WriteFile(filepath.Join(folder, "fleet.json"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for shell, script := range shellTests {
		if _, err := exec.LookPath(shell); err != nil {
			t.Log("left out:", err)
			continue
		}
		for line, want := range map[string]string{
			"faults ":             "add clear list run",
			"serve --engine ":     "auto docker sim",
			"serve --log-fo":      "--log-format",
			"serve --data-dir da": "data",
			"serve --capacity fl": "fleet.json",
		} {
			cmd := exec.Command(shell, append([]string{"-c", script, program}, strings.Split(line, " ")...)...)
			cmd.Env = append(os.Environ(), "ECS_EMULATOR_TEST_AS_COMMAND=1", "PATH="+folder+":"+os.Getenv("PATH"))
			cmd.Dir = folder
			out, err := cmd.CombinedOutput()
			got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			slices.Sort(got)
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%s: %q goes on with %q, %v; want %s", shell, line, out, err, want)
			}
		}
	}
}
