package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pythonTests is a command that runs Python in the folder of examples/boto3/tests, with this program as
// ecs-emulator in PATH. It skips the test where no Python has the modules, or fails it where one has to.
func pythonTests(t *testing.T, modules string, args ...string) *exec.Cmd {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} { // the second one has Debian's modules
		if exec.CommandContext(t.Context(), python, "-c", "import "+modules).Run() != nil {
			continue
		}
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		bin := t.TempDir()
		if err := os.Symlink(program, filepath.Join(bin, "ecs-emulator")); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), python, args...)
		cmd.Dir = filepath.Join("..", "..", "examples", "boto3", "tests")
		cmd.Env = append(os.Environ(), "ECS_EMULATOR_TEST_AS_COMMAND=1", "PYTHONDONTWRITEBYTECODE=1",
			"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		return cmd
	}
	if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
		t.Fatalf("ECS_EMULATOR_REQUIRE_CLI=1, but no python3 has %s", modules)
	}
	t.Skipf("no python3 has %s: install what is missing to run the example of tests in Python", modules)
	return nil
}

// TestPythonTestsWithPytest runs the example as its readers do, with its fixtures.
func TestPythonTestsWithPytest(t *testing.T) {
	t.Parallel()
	const documented = "python3 -m pytest"
	args := append(strings.Fields(documented)[1:], "-q", "-p", "no:cacheprovider") // it leaves no folder
	output, err := pythonTests(t, "boto3, pytest", args...).CombinedOutput()
	if err != nil || !strings.Contains(string(output), "2 passed") {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestPythonTestsWithoutPytest has no fixtures of pytest's: boto3 is enough for the rest of the example.
func TestPythonTestsWithoutPytest(t *testing.T) {
	t.Parallel()
	output, err := pythonTests(t, "boto3", "-c", `
import ecs_emulator, test_rollback
with ecs_emulator.serve() as emulator:
    test_rollback.test_failed_deployment_is_rolled_back(emulator, emulator.client("ecs"))
    emulator.reset()
    test_rollback.test_tests_share_nothing(emulator.client("ecs"))
print("2 passed")
`).CombinedOutput()
	if err != nil || !strings.Contains(string(output), "2 passed") {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestPythonTestsWithoutTheProgram end in one line that says what is missing.
func TestPythonTestsWithoutTheProgram(t *testing.T) {
	t.Parallel()
	cmd := pythonTests(t, "boto3", "-c", "import os, ecs_emulator; os.environ['PATH'] = os.devnull; ecs_emulator.serve().__enter__()")
	output, err := cmd.CombinedOutput()
	const want = "ecs-emulator is not in PATH: see docs/start/install.md of ecs-emulator\n"
	if err == nil || string(output) != want {
		t.Errorf("%v, and the output is %q, want %q", err, output, want)
	}
}

// TestPytestWithoutTheProgram shows no traceback either.
func TestPytestWithoutTheProgram(t *testing.T) {
	t.Parallel()
	cmd := pythonTests(t, "boto3, pytest", "-c",
		"import os, pytest, sys; os.environ['PATH'] = os.devnull; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))")
	output, err := cmd.CombinedOutput()
	if err == nil || strings.Count(string(output), "ecs-emulator is not in PATH: see docs/start/install.md of ecs-emulator") != 1 ||
		strings.Contains(string(output), "Traceback") || strings.Contains(string(output), "Error") {
		t.Errorf("%v\n%s", err, output)
	}
}
