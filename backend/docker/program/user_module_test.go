package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// Versions of this module in the tests' proxy: a release, and a commit of main.
const (
	aRelease = "v0.1.0-test"
	ofMain   = "v0.0.0-20260101000000-0123456789ab"
)

// userTest is a test of a user's, who has programs found as an emulator does.
const userTest = `package user

import (
	"bytes"
	"log/slog"
	"os"
	"runtime"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

func TestPrograms(t *testing.T) {
	f := program.Finder{Folder: os.Getenv("PROGRAMS"), Log: slog.New(slog.NewTextHandler(os.Stdout, nil))}
	names := []string{program.Sandbox, program.Relay}
	if err := f.Ensure(t.Context(), runtime.GOARCH, names...); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		binary, err := f.Read(t.Context(), runtime.GOARCH, name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(binary, []byte("\x7fELF")) {
			t.Errorf("program %s is no Linux executable", name)
		}
	}
}
`

func TestModulesThatRequireThisOne(t *testing.T) {
	testall.Only(t, "releases of this module")
	proxy := newProxy(t)
	release, main := newUserModule(t, proxy, aRelease), newUserModule(t, proxy, ofMain)

	t.Run("a release brings its programs", func(t *testing.T) {
		release.finds(t, release.run(t, release.emptyCache(t), withoutGo), 0)
	})
	t.Run("vendored as well", func(t *testing.T) {
		vendored := newUserModule(t, proxy, aRelease)
		vendored.vendor(t)
		vendored.finds(t, vendored.run(t, vendored.emptyCache(t), withoutGo), 0)
	})
	t.Run("of main they are built once, for two packages at once", func(t *testing.T) {
		cache := main.emptyCache(t)
		main.finds(t, main.run(t, cache), 1)
		main.finds(t, main.run(t, cache, withoutGo), 0)
	})
	t.Run("vendored main has their sources", func(t *testing.T) {
		vendored := newUserModule(t, proxy, ofMain)
		vendored.vendor(t)
		vendored.finds(t, vendored.run(t, vendored.emptyCache(t), "GOMODCACHE="+t.TempDir()), 1)
	})
	t.Run("without Go main says what to do", func(t *testing.T) {
		for _, ran := range main.run(t, main.emptyCache(t), withoutGo) {
			want := "go run " + program.Module + "/backend/docker/program/build@" + ofMain
			if ran.err == nil || !strings.Contains(ran.output, want) {
				t.Errorf("the test ended with %v; want a failure that says %q:\n%s", ran.err, want, ran.output)
			}
		}
	})
	// Of a module that requires this one, docs/start/go-test.md says it without a version:
	//	go run github.com/ecs-emulator/ecs-emulator/backend/docker/program/build -arch arm64 -out DIR
	t.Run("and what it says helps", func(t *testing.T) {
		programs := t.TempDir()
		main.goOutside(t, "run", program.Module+"/backend/docker/program/build@"+ofMain, "-arch", runtime.GOARCH, "-out", programs)
		main.finds(t, main.run(t, main.emptyCache(t), withoutGo, "PROGRAMS="+programs), 0)
	})
}

const withoutGo = "PATH="

// userModule has two packages with the user's test.
type userModule struct {
	directory string
	proxy     []string // the environment by which modules come from files
	tests     []string // compiled
}

func newUserModule(t *testing.T, proxy []string, version string) *userModule {
	t.Helper()
	u := &userModule{directory: t.TempDir(), proxy: proxy}
	ours, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?ms)^(module|tool) (\(.*?^\)|[^\n]*)$`).ReplaceAllString(string(ours), "")
	sums, err := os.ReadFile(filepath.Join(root(t), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		"go.mod":         "module example.com/user\n" + required + "\nrequire " + program.Module + " " + version + "\n",
		"go.sum":         string(sums),
		"a/user_test.go": userTest,
		"b/user_test.go": userTest,
	} {
		file := filepath.Join(u.directory, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	u.goHere(t, "list", "-mod=mod", "-deps", "-test", "./...")
	u.compile(t)
	return u
}

func (u *userModule) compile(t *testing.T) {
	t.Helper()
	u.tests = nil
	for _, name := range []string{"a", "b"} {
		file := filepath.Join(u.directory, name, "user.test")
		u.goHere(t, "test", "-c", "-trimpath", "-o", file, "./"+name)
		u.tests = append(u.tests, file)
	}
}

func (u *userModule) vendor(t *testing.T) {
	t.Helper()
	u.goHere(t, "mod", "vendor")
	u.compile(t)
}

func (u *userModule) goHere(t *testing.T, arguments ...string) {
	t.Helper()
	u.goIn(t, u.directory, arguments...)
}

// goOutside runs the go command where no module is.
func (u *userModule) goOutside(t *testing.T, arguments ...string) {
	t.Helper()
	u.goIn(t, t.TempDir(), arguments...)
}

func (u *userModule) goIn(t *testing.T, directory string, arguments ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Dir, cmd.Env = directory, append(os.Environ(), u.proxy...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, text)
	}
}

// emptyCache is the environment of a user whose cache has no programs.
func (u *userModule) emptyCache(t *testing.T) string {
	t.Helper()
	return "XDG_CACHE_HOME=" + t.TempDir()
}

// ran is how a test of the user's went.
type ran struct {
	output string
	err    error
}

// run runs both tests at once, where no module can be fetched.
func (u *userModule) run(t *testing.T, environment ...string) []ran {
	t.Helper()
	all := make([]ran, len(u.tests))
	var running sync.WaitGroup
	for i, file := range u.tests {
		running.Go(func() {
			cmd := exec.CommandContext(t.Context(), file, "-test.count=1")
			cmd.Dir = filepath.Dir(file)
			cmd.Env = append(append(append(os.Environ(), u.proxy...), "GOPROXY=off"), environment...)
			text, err := cmd.CombinedOutput()
			all[i] = ran{string(text), err}
		})
	}
	running.Wait()
	return all
}

// finds expects that the tests passed, and that programs were built so many times.
func (u *userModule) finds(t *testing.T, all []ran, builds int) {
	t.Helper()
	built := 0
	for _, ran := range all {
		if ran.err != nil {
			t.Errorf("the test ended with %v:\n%s", ran.err, ran.output)
		}
		built += strings.Count(ran.output, "building programs")
	}
	if built != builds {
		t.Errorf("programs were built %d times, want %d:\n%v", built, builds, all)
	}
}
