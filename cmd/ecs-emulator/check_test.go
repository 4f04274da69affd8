package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

const (
	fineDefinition = `{"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`
	keptDefinition = `{"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}], "volumes": [{"name": "v",
		"efsVolumeConfiguration": {"fileSystemId": "fs-12345678", "transitEncryption": "ENABLED"}}]}`
	privilegedDefinition = `{"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "privileged": true}]}`
	runTask              = `{"taskDefinition": "a"}`
	template             = `{"Parameters": {"Env": {"Type": "String", "AllowedValues": ["dev"]}}, "Conditions": {"Own": {"Fn::Equals": [{"Ref": "Env"}, "dev"]}},
		"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Condition": "Own"}}}`
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fine, kept, privileged := write("fine.json", fineDefinition), write("kept.json", keptDefinition), write("privileged.json", privilegedDefinition)
	task, stack := write("task.json", runTask), write("stack.json", template)
	parameters, broken := write("parameters.json", `["Env=dev"]`), write("broken.json", `Env=dev`)
	for _, c := range []struct {
		args   string
		code   int
		stdout string // a part of it; empty: there is none
		stderr string
	}{
		{fine, 0, "", ""},
		{fine + " " + task, 1, "DesiredCount is missing", "1 would be refused"},
		{"--operation run-task " + task, 0, "", ""},
		{"--operation RunTask " + task, 0, "", ""},
		{"--operation run-tasks " + task, 2, "", "ECS has no operation run-tasks, did you mean RunTask?"},
		{kept, 0, "kept.json:2: volumes[0].efsVolumeConfiguration.transitEncryption: note: no effect here: ", ""},
		{"--strict " + kept, 1, "note", "1 without effect"},
		{privileged, 1, "--allow-privileged", "1 would be refused"},
		{"--allow-privileged " + privileged, 0, "", ""},
		{dir, 1, "is a directory", "1 cannot be checked"},
		{filepath.Join(dir, "nothing"), 1, "nothing: no such file or directory", "1 cannot be checked"},
		{"", 2, "", "<file>... is missing"},
		{stack, 0, "stack.json:2: Bucket: not checked: whether the condition Own holds", ""},
		{"--parameter Env=dev " + stack, 1, "stack.json:2: Bucket: CreateStack: NotImplementedException: ecs-emulator does not implement resources of AWS::S3::Bucket (serve --ignore-type", "1 would be refused"},
		{"--parameters " + parameters + " " + stack, 1, "resources of AWS::S3::Bucket", "1 would be refused"},
		{"--parameters " + parameters + " --ignore-type AWS::S3::Bucket " + stack, 0, "", ""},
		{"--parameter Env=test " + stack, 1, "Parameter 'Env' must be one of AllowedValues", "1 would be refused"},
		{"--parameter Env " + stack, 2, "", `"Env" has no value: write name=value`},
		{"--parameters " + broken + " " + stack, 2, "", "parameters are a list of"},
		{"--ignore-type S3 " + stack, 2, "", "is no type of resources"},
		{"--default-launch-type LAMBDA " + fine, 2, "", "none of EC2, FARGATE"},
	} {
		var stdout, stderr strings.Builder
		code := run(append([]string{"check"}, strings.Fields(c.args)...), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || c.stdout == "" && stdout.Len() > 0 ||
			!strings.Contains(stderr.String(), c.stderr) || c.stderr == "" && stderr.Len() > 0 {
			t.Errorf("check %s: exit code %d\n%s\n%s", c.args, code, &stdout, &stderr)
		}
	}
}

func TestCheckForMachines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, []byte(keptDefinition), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	if code := run([]string{"check", "--json", path}, &stdout, &stderr); code != 0 {
		t.Fatal(code, &stderr)
	}
	var f check.Finding
	if err := json.Unmarshal([]byte(stdout.String()), &f); err != nil {
		t.Fatal(err)
	}
	if f.File != path || f.Line != 2 || f.Member != "volumes[0].efsVolumeConfiguration.transitEncryption" || f.Effect != check.NoEffect {
		t.Errorf("%+v", f)
	}
}

func TestFindingsKeepControlCharactersFromTerminals(t *testing.T) {
	var out strings.Builder
	if err := showFindings(&out, []check.Finding{{File: "a.json", Member: "\x1b]0;title\a", Message: "one\ntwo"}}); err != nil {
		t.Fatal(err)
	}
	if want := "a.json: \uFFFD]0;title\uFFFD: one two\n"; out.String() != want {
		t.Errorf("%q; want %q", out.String(), want)
	}
}

// What turns serve's conveniences off does not make notes count.
func TestStrictCheckHasAVariableOfItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.json")
	if err := os.WriteFile(path, []byte(keptDefinition), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		variable string
		code     int
	}{{"ECS_EMULATOR_STRICT", 0}, {"ECS_EMULATOR_CHECK_STRICT", 1}} {
		t.Setenv(c.variable, "true")
		if code := run([]string{"check", path}, io.Discard, io.Discard); code != c.code {
			t.Errorf("with %s: exit code %d; want %d", c.variable, code, c.code)
		}
	}
}
