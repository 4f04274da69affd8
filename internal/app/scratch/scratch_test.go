//go:build unix

package scratch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const prefix = "scratch-test-"

// TestMain is also the process that is killed: it makes a folder, says where, and waits.
func TestMain(m *testing.M) {
	if os.Getenv("SCRATCH_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	f := New(prefix)
	if err := f.Make(); err != nil {
		panic(err)
	}
	os.Stdout.WriteString(f.Dir + "\n")
	os.Stdin.Read(make([]byte, 1))
}

func made(t *testing.T) *Folder {
	t.Helper()
	f := New(prefix)
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Dir, "content"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func has(t *testing.T, dir string, want bool) {
	t.Helper()
	if _, err := os.Stat(dir); (err == nil) != want {
		t.Errorf("%s is there: %v, want %v", dir, err == nil, want)
	}
}

func TestAFolderGoesWithItsProcess(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "SCRATCH_TEST_CHILD=1")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	killed := strings.TrimSpace(string(line[:n]))

	first := made(t)
	has(t, killed, true)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	second := made(t)
	has(t, killed, false)
	has(t, filepath.Join(first.Dir, "content"), true)
	for _, f := range []*Folder{first, second} {
		if err := f.Remove(); err != nil {
			t.Error(err)
		}
		has(t, f.Dir, false)
	}
}

func TestAFolderOfWhichItIsNotSureStays(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	nothing, elsewhere, longer := New(prefix).Dir, New(prefix).Dir, New(prefix).Dir
	for dir, text := range map[string]string{nothing: "", elsewhere: "another machine", longer: machine() + "2"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made(t)
	for _, dir := range []string{nothing, elsewhere, longer} {
		has(t, dir, true)
	}
}

func TestAFolderThatWasTidiedAwayIsMadeAgain(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f := made(t)
	if err := os.RemoveAll(f.Dir); err != nil {
		t.Fatal(err)
	}
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	made(t)
	has(t, f.Dir, true)
}
