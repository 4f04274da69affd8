//go:build unix

package scratch

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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
	f.sweeping.Wait()
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

// left makes a folder as of a process that is gone.
func left(t *testing.T) string {
	t.Helper()
	dir := New(prefix).Dir
	for name, text := range map[string]string{lockFile: machine(), "a/1": "x", "a/2": "x", "z": "x"} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNoPushWaitsUntilTheFoldersOfOthersAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		f, start, ended := New(prefix), time.Now(), false
		f.sweep = func(goOn func() bool) {
			for range 60 {
				time.Sleep(time.Second)
				if !goOn() {
					ended = true
					return
				}
			}
		}
		if err := f.Make(); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited > 0 {
			t.Errorf("it waited for %s", waited)
		}
		if err := f.Remove(); err != nil {
			t.Error(err)
		}
		if waited := time.Since(start); waited != time.Second || !ended {
			t.Errorf("the end waited for %s; the removal has ended: %v", waited, ended)
		}
	})
}

func TestARemovalThatEndsEarlyKeepsTheLockUntilThenAndIsGoneOnWith(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := left(t)
	content := filepath.Join(dir, "a", "1")
	removeAbandoned(dir, func() bool {
		if held := abandoned(filepath.Join(dir, lockFile)); held != nil {
			held.Close()
			t.Error("another process could remove it as well")
		}
		_, err := os.Stat(content)
		return err == nil
	})
	has(t, content, false)
	has(t, filepath.Join(dir, "a", "2"), true)
	removeAbandoned(dir, func() bool { has(t, filepath.Join(dir, lockFile), true); return true })
	has(t, dir, false)
}

func TestALinkIsNotFollowed(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir, link := left(t), New(prefix).Dir
	other := filepath.Join(t.TempDir(), "other")
	if err := errors.Join(os.Rename(dir, other), os.Symlink(other, link)); err != nil {
		t.Fatal(err)
	}
	made(t)
	has(t, link, false)
	has(t, filepath.Join(other, "z"), true)
}

func TestTheLockOfAFileThatLostItsNameCountsForNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), lockFile)
	old, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if take(old, name) {
		t.Error("it counts without a name")
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if take(old, name) {
		t.Error("it counts for the next file of the name")
	}
}

func TestWhereFilesCannotBeLockedItIsTriedOnce(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f, tried, swept := New(prefix), 0, 0
	f.lock = func(*os.File) error { tried++; return errors.ErrUnsupported }
	f.sweep = func(func() bool) { swept++ }
	for range 2 {
		if err := f.Make(); err != nil {
			t.Fatal(err)
		}
		has(t, f.Dir, true)
		if err := os.RemoveAll(f.Dir); err != nil {
			t.Fatal(err)
		}
	}
	if f.sweeping.Wait(); tried != 1 || swept != 1 {
		t.Errorf("%d locks were tried, and %d times others were removed", tried, swept)
	}
}
