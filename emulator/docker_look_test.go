package emulator_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// executes is what a program in a container prints, which has to end well.
func executes(t *testing.T, id string, command ...string) string {
	t.Helper()
	cli := dockertest.Client(t)
	made, err := cli.ExecCreate(t.Context(), id, client.ExecCreateOptions{AttachStdout: true, AttachStderr: true, Cmd: command})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := cli.ExecAttach(t.Context(), made.ID, client.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var said, wrong bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &wrong, stream.Reader); err != nil {
		t.Fatal(err)
	}
	if wrong.Len() > 0 {
		t.Errorf("%q says %s", command, wrong.String())
	}
	return said.String()
}

// lookers are the programs of testdata/look, by the resolver that they have.
var lookers = []string{"go", "go-cgo", "glibc", "musl"}

// lookImage imports an image of them, and of what their libraries need.
func lookImage(t *testing.T) string {
	t.Helper()
	version, err := dockertest.Client(t).ServerVersion(t.Context(), client.ServerVersionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if version.Os+"/"+version.Arch != runtime.GOOS+"/"+runtime.GOARCH {
		dockertest.Lack(t, "what this machine's C compilers make does not run on the engine's %s", version.Arch)
	}
	dir := t.TempDir()
	build := func(env, name string, args ...string) {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			dockertest.Lack(t, "there is no %s", name)
		}
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "GOFLAGS=", env)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, text)
		}
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	build("CGO_ENABLED=0", "go", "build", "-trimpath", "-buildvcs=false", "-tags=netgo", "-o", at("go"), "../testdata/look")
	build("CGO_ENABLED=1", "go", "build", "-trimpath", "-buildvcs=false", "-tags=netcgo", "-o", at("go-cgo"), "../testdata/look")
	build("", "gcc", "-o", at("glibc"), "../testdata/look/c/look.c", "-lresolv")
	build("", "musl-gcc", "-static", "-o", at("musl"), "../testdata/look/c/look.c")
	programs := []dockertest.Program{{Path: "/etc/nsswitch.conf", File: at("nsswitch.conf")}}
	if err := os.WriteFile(at("nsswitch.conf"), []byte("hosts: files dns\n"), 0o600); err != nil { // as Debian has it
		t.Fatal(err)
	}
	for _, name := range lookers {
		programs = append(programs, dockertest.Program{Path: "/look-" + name, File: at(name)})
	}
	return dockertest.ImageWith(t, "ecs-emulator/test-look", append(programs, libraries(t, at("glibc"), at("go-cgo"))...)...)
}

// libraries are those that programs are linked to, with what loads them.
func libraries(t *testing.T, programs ...string) (files []dockertest.Program) {
	t.Helper()
	text, err := exec.Command("ldd", programs...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for word := range strings.FieldsSeq(string(text)) {
		if filepath.IsAbs(word) && !strings.HasSuffix(word, ":") {
			paths = append(paths, word)
		}
	}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		files = append(files, dockertest.Program{Path: path, File: path})
	}
	return files
}
