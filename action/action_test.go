// Package action_test runs the actions for GitHub (action.yml, stop/action.yml), and the example of a
// workflow, as a runner does.
package action_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// root is the root of the repository.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// requireBash leaves out what the actions refuse by name: they install on Linux and macOS.
func requireBash(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the actions are for Linux and macOS")
	}
}

// TestMain builds the program, which all tests run.
func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// program is the program of the emulator.
var program string

func run(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "action")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	program = filepath.Join(folder, "ecs-emulator")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-X main.version=v0.0.1", "-o", program, "../cmd/ecs-emulator").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return m.Run(), nil
}

var portsTried atomic.Int32

// freePort is a free port that no system gives to programs that ask for any.
func freePort(t *testing.T) string {
	t.Helper()
	for range 10000 {
		port := strconv.Itoa(20000 + (os.Getpid()+int(portsTried.Add(1)))%10000)
		if l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func TestStartAndStop(t *testing.T) {
	requireBash(t)
	t.Parallel()
	r := newRunner(t)
	port := freePort(t)
	outputs, printed, err := r.use(root(t), map[string]string{
		"path": program, "engine": "sim", "port": port, "region": "eu-west-1", "flags": "--speed 60\n--account 123456789012",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(printed, "engine sim") {
		t.Errorf("the action prints no line of the health:\n%s", printed)
	}
	want := map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:" + port, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
	}
	for name, value := range want {
		if r.env[name] != value {
			t.Errorf("%s is %q in later steps, want %q", name, r.env[name], value)
		}
	}
	if outputs["endpoint"] != want["AWS_ENDPOINT_URL"] {
		t.Errorf("the output endpoint is %q, want %s", outputs["endpoint"], want["AWS_ENDPOINT_URL"])
	}
	if _, err := os.Stat(outputs["log"]); err != nil {
		t.Error(err)
	}
	if _, printed, err = r.run("ecs-emulator health", nil); err != nil || !strings.Contains(printed, port) {
		t.Errorf("a later step does not find the program and its emulator: %s%v", printed, err)
	}
	if _, _, err := r.use(root(t), map[string]string{"path": program, "engine": "sim", "port": port}); err == nil || !strings.Contains(err.Error(), "runs at http://127.0.0.1:"+port) {
		t.Errorf("a second emulator at the port fails with %v, want that there is one", err)
	}

	_, printed, err = r.use(filepath.Join(root(t), "stop"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(printed, "Log of") {
		t.Errorf("a job that succeeds shows the log:\n%s", printed)
	}
	if _, _, err := r.run("ecs-emulator health", nil); err == nil {
		t.Error("the emulator runs on after the action stop")
	}
	if _, printed, err = r.use(filepath.Join(root(t), "stop"), nil); err != nil || !strings.Contains(printed, "no emulator") {
		t.Errorf("where none runs, the action stop says %q, %v", printed, err)
	}
}

func TestStopShowsTheEmulatorOfAFailure(t *testing.T) {
	requireBash(t)
	t.Parallel()
	r := newRunner(t)
	if _, _, err := r.use(root(t), map[string]string{"path": program, "engine": "sim", "port": freePort(t)}); err != nil {
		t.Fatal(err)
	}
	r.status = "failure"
	_, printed, err := r.use(filepath.Join(root(t), "stop"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"::group::ecs-emulator ps\nNo cluster is in use yet.", "::group::Log of ecs-emulator\n", "ready at http://127.0.0.1:"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not shown:\n%s", want, printed)
		}
	}
}

func TestStartSaysWhyItFails(t *testing.T) {
	requireBash(t)
	t.Parallel()
	r := newRunner(t)
	_, _, err := r.use(root(t), map[string]string{"path": program, "engine": "sim", "port": freePort(t), "flags": "--region nowhere"})
	if err == nil || !strings.Contains(err.Error(), "is not a region") || !strings.Contains(err.Error(), "::error title=ecs-emulator::the emulator has ended") {
		t.Errorf("a wrong flag fails with %v", err)
	}
	if _, _, err = r.use(root(t), map[string]string{"path": "/nowhere/ecs-emulator"}); err == nil || !strings.Contains(err.Error(), "is no program") {
		t.Errorf("a wrong path fails with %v", err)
	}
}

// TestInstallARelease has a server with a release, as GitHub has them.
func TestInstallARelease(t *testing.T) {
	requireBash(t)
	t.Parallel()
	archive := fmt.Sprintf("ecs-emulator_0.0.1_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	folder := t.TempDir()
	pack(t, filepath.Join(folder, "v0.0.1", archive))
	pack(t, filepath.Join(folder, "v0.0.2", archive))
	if err := os.WriteFile(filepath.Join(folder, "v0.0.2", archive), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()

	for _, c := range []struct {
		name, version, ref, fails string
	}{
		{"by version", "v0.0.1", "main", ""},
		{"by ref", "", "v0.0.1", ""},
		{"no such version", "v9.9.9", "main", "there is no release v9.9.9"},
		{"damaged", "v0.0.2", "main", "is not what SHA256SUMS says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRunner(t)
			outputs, printed, err := r.run(filepath.Join(root(t), "action", "install.sh"), map[string]string{
				"RELEASES": server.URL, "INPUT_VERSION": c.version, "ACTION_REF": c.ref, "GITHUB_ACTION_PATH": t.TempDir(),
			})
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("it fails with %v, want %s", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(printed, "v0.0.1") || filepath.Dir(outputs["program"]) != r.path[0] {
				t.Errorf("the program is %s, path %v; it prints %s", outputs["program"], r.path, printed)
			}
		})
	}
}

// pack makes a release of one archive.
func pack(t *testing.T, archive string) {
	t.Helper()
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var packed strings.Builder
	compressed := gzip.NewWriter(&packed)
	files := tar.NewWriter(compressed)
	err = files.WriteHeader(&tar.Header{Name: "ecs-emulator", Mode: 0o755, Size: int64(len(content))})
	if err == nil {
		_, err = files.Write(content)
	}
	if err != nil || files.Close() != nil || compressed.Close() != nil {
		t.Fatal("cannot pack the program", err)
	}
	sums := fmt.Sprintf("%x  ecs-emulator_0.0.1_plan9_amd64.tar.gz\n%x  %s\n", sha256.Sum256(nil), sha256.Sum256([]byte(packed.String())), filepath.Base(archive))
	if err := os.MkdirAll(filepath.Dir(archive), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{archive: packed.String(), filepath.Join(filepath.Dir(archive), "SHA256SUMS"): sums} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBuildARef has a ref without a release, and a copy of the Makefile's target that the action makes.
func TestBuildARef(t *testing.T) {
	requireBash(t)
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(makefile), "-o bin/ecs-emulator$(shell $(GO) env GOEXE)") {
		t.Error("make build makes no bin/ecs-emulator, which action/install.sh looks for")
	}
	checkout := t.TempDir()
	rule := "build:\n\tmkdir -p bin\n\tprintf '#!/bin/sh\\necho built $(VERSION)\\n' >bin/ecs-emulator\n\tchmod +x bin/ecs-emulator\n"
	if err := os.WriteFile(filepath.Join(checkout, "Makefile"), []byte(rule), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, ref := range []string{"main", "v0.0.1"} {
		r := newRunner(t)
		outputs, printed, err := r.run(filepath.Join(root(t), "action", "install.sh"), map[string]string{
			"RELEASES": server.URL, "ACTION_REF": ref, "GITHUB_ACTION_PATH": checkout,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(printed, "built "+ref) || outputs["program"] != filepath.Join(checkout, "bin", "ecs-emulator") {
			t.Errorf("of %s it builds %s and prints %s", ref, outputs["program"], printed)
		}
	}
}
