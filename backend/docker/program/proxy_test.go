package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// root is the folder of this module.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// checkout is a repository of the test's own with the files of this one as they are now.
type checkout string

func newCheckout(t *testing.T) checkout {
	t.Helper()
	here, c := checkout(root(t)), checkout(t.TempDir())
	if _, err := os.Stat(filepath.Join(string(here), ".git")); err != nil {
		t.Skipf("a release is made of a repository: %v", err)
	}
	for name := range strings.SplitSeq(here.git(t, "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00") {
		content, err := os.ReadFile(filepath.Join(string(here), name))
		if name == "" || os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(string(c), name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.git(t, "init", "--quiet", "--initial-branch=main")
	c.git(t, "add", "--all")
	c.git(t, "commit", "--quiet", "--message=all")
	return c
}

func (c checkout) git(t *testing.T, arguments ...string) string {
	t.Helper()
	return c.run(t, "git", append([]string{"-c", "core.autocrlf=false"}, arguments...)...)
}

func (c checkout) run(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, arguments...)
	cmd.Dir = string(c)
	cmd.Env = append(os.Environ(), "PROGRAM_ARCHITECTURES="+runtime.GOARCH,
		"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(arguments, " "), err, out, complaint.String())
	}
	return string(out)
}

// newProxy makes a release, and has it and main in a proxy of files. It returns the
// environment in which modules come from there, and from what this user has of others.
func newProxy(t *testing.T) []string {
	t.Helper()
	c := newCheckout(t)
	c.run(t, ".ci/release", aRelease)
	proxy := t.TempDir()
	c.publish(t, proxy, aRelease, aRelease)
	c.publish(t, proxy, ofMain, "main")
	list := filepath.Join(proxy, filepath.FromSlash(program.Module), "@v", "list")
	if err := os.WriteFile(list, []byte(aRelease+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	others := strings.TrimSpace(c.run(t, "go", "env", "GOMODCACHE"))
	return []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + ",file://" + filepath.ToSlash(filepath.Join(others, "cache", "download")),
		"GOMODCACHE=" + t.TempDir(), "GOCACHE=" + strings.TrimSpace(c.run(t, "go", "env", "GOCACHE")),
		"GOSUMDB=off", "GONOSUMDB=", "GOPRIVATE=", "GONOPROXY=", "GOENV=off", "GOWORK=off", "GOFLAGS=-modcacherw", "GOTOOLCHAIN=local",
	}
}

// publish puts a commit into a proxy as a version of this module.
func (c checkout) publish(t *testing.T, proxy, version, commit string) {
	t.Helper()
	folder := filepath.Join(proxy, filepath.FromSlash(program.Module), "@v")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	c.git(t, "archive", "--format=zip", "--prefix="+program.Module+"@"+version+"/", "--output="+filepath.Join(folder, version+".zip"),
		commit, "--", ".", ":(exclude)testcontainers", ":(exclude)consoletest", ":(exclude)testdata/sessionmanagerplugin") // which are modules of their own
	for ending, content := range map[string]string{
		".mod":  c.git(t, "show", commit+":go.mod"),
		".info": `{"Version": "` + version + `", "Time": "2026-01-01T00:00:00Z"}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, version+ending), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReleasesAreOfABranchOfTheirOwn(t *testing.T) {
	testall.Only(t, "releases of this module")
	c := newCheckout(t)
	main := c.git(t, "rev-parse", "main")
	c.run(t, ".ci/release", "v0.1.0")
	if err := os.WriteFile(filepath.Join(string(c), "CHANGELOG.md"), []byte("# Changelog\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.git(t, "commit", "--all", "--quiet", "--message=more")
	c.run(t, ".ci/release", "v0.2.0")
	c.git(t, "merge-base", "--is-ancestor", "v0.1.0", "go")
	if tip := c.git(t, "rev-parse", "go"); tip != c.git(t, "rev-parse", "v0.2.0^{commit}") {
		t.Errorf("the branch is at %s, which is not the release", tip)
	}
	programs := []string{"sources"}
	for _, name := range program.All {
		programs = append(programs, name+"_linux_"+runtime.GOARCH)
	}
	added := c.git(t, "diff", "--name-only", "--diff-filter=A", "main", "v0.2.0")
	for _, name := range programs {
		if !strings.Contains(added, "backend/docker/program/built/"+name+"\n") {
			t.Errorf("the release has no %s:\n%s", name, added)
		}
	}
	if n := strings.Count(added, "\n"); n != len(programs) || c.git(t, "diff", "--name-only", "--diff-filter=a", "main", "v0.2.0") != "" {
		t.Errorf("the release differs from main by more than its programs:\n%s", added)
	}
	if c.git(t, "rev-parse", "main~") != main || c.git(t, "status", "--porcelain") != "" {
		t.Error("a release has changed main, or what is checked out")
	}
	c.git(t, "checkout", "--quiet", "v0.1.0")
	c.run(t, "make", "programs", "ENGINE_ARCH="+runtime.GOARCH)
	if changed := c.git(t, "status", "--porcelain"); changed != "" {
		t.Errorf("building in a release changes it:\n%s", changed)
	}
}
