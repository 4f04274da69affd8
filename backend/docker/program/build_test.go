package program_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// With any settings of the user, programs are static ones for Linux, and one build serves all
// who ask at once.
func TestProgramsAreBuiltOnce(t *testing.T) {
	for name, value := range map[string]string{
		"GOFLAGS": "-race -tags=x", "CGO_ENABLED": "1", "GOOS": "windows", "GOARCH": "386", "GOAMD64": "v3",
	} {
		t.Setenv(name, value)
	}
	var log bytes.Buffer
	f := program.Finder{Cache: t.TempDir(), Log: slog.New(slog.NewTextHandler(&log, nil))}.Embedding(fstest.MapFS{})
	binaries := make([][]byte, 4)
	var asking sync.WaitGroup
	for i := range binaries {
		asking.Go(func() {
			var err error
			if binaries[i], err = f.Read(t.Context(), runtime.GOARCH, program.Sandbox); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "building programs") {
		t.Errorf("the log has %d lines, want one about the build:\n%s", n, log.String())
	}
	for _, binary := range binaries {
		if !bytes.HasPrefix(binary, []byte("\x7fELF")) || !bytes.Equal(binary, binaries[0]) {
			t.Errorf("a program of %d bytes is no Linux executable, or another one", len(binary))
		}
	}
}

func TestOnlyTheSourcesOfTheRunningProgramAreBuilt(t *testing.T) {
	module := t.TempDir()
	for path, content := range map[string]string{
		"go.mod":                                 "module " + program.Module + "\n\ngo 1.26.0\n",
		"backend/docker/program/program.go":      "package program\n",
		"backend/docker/program/sandbox/main.go": "package main\n\nfunc main() {}\n",
	} {
		file := filepath.Join(module, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct{ directory, want string }{
		"another version": {module, "has other sources than this program was built from"},
		"no module":       {t.TempDir(), "go.mod file not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(c.directory)
			err := program.Finder{Cache: t.TempDir()}.Embedding(fstest.MapFS{}).Ensure(t.Context(), "amd64", program.Sandbox)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Ensure = %v; want a line with %q", err, c.want)
			}
		})
	}
}

func TestWhatIsBuiltIsLeftAlone(t *testing.T) {
	folder, sandbox := t.TempDir(), []string{program.Sandbox}
	isBuilt := func(architectures ...string) bool { return program.IsBuilt(folder, architectures, sandbox) }
	if isBuilt("amd64") {
		t.Error("an empty folder has programs")
	}
	put(t, folderOf(t, "former", "stale"), folder)
	put(t, fstest.MapFS{"relay_linux_amd64.gz": {Data: []byte("stale")}}, folder)
	if isBuilt("amd64") {
		t.Error("programs of former sources are the present ones")
	}
	if err := program.Clear(folder); err != nil {
		t.Fatal(err)
	}
	if err := program.Build(t.Context(), program.Target{Folder: folder, Architecture: "amd64", Names: sandbox}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "relay_linux_amd64.gz")); !os.IsNotExist(err) {
		t.Errorf("a program of former sources is there (%v)", err)
	}
	if !isBuilt("amd64") || isBuilt("arm64") || isBuilt("amd64", "arm64") {
		t.Error("other programs are built than were asked for")
	}
	put(t, fstest.MapFS{"sandbox_linux_arm64": {}}, folder)
	if isBuilt("amd64") {
		t.Error("a folder with more than was asked for is as it should be")
	}
	if err := program.MarkRelease(folder, "v0.3.0"); err != nil {
		t.Fatal(err)
	}
	if !isBuilt("amd64") || isBuilt("riscv64") {
		t.Error("a release has all that it has, and nothing else")
	}
}

// A folder to build into may be one with other things, and its name is no pattern.
func TestOnlyProgramsAreCleared(t *testing.T) {
	root := t.TempDir()
	folder, other := filepath.Join(root, "bin[1]"), filepath.Join(root, "bin1")
	put(t, fstest.MapFS{
		"sources": {}, "sandbox_linux_amd64": {}, "relay_linux_arm64.gz": {}, "shop_linux_amd64": {}, "shop_linux_amd64.tar.gz": {},
	}, folder)
	put(t, fstest.MapFS{"sandbox_linux_amd64": {}}, other)
	if err := program.Clear(folder); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		filepath.Join(folder, "sources"): false, filepath.Join(folder, "sandbox_linux_amd64"): false, filepath.Join(folder, "relay_linux_arm64.gz"): false,
		filepath.Join(folder, "shop_linux_amd64"): true, filepath.Join(folder, "shop_linux_amd64.tar.gz"): true,
		filepath.Join(other, "sandbox_linux_amd64"): true,
	} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
	}
}
