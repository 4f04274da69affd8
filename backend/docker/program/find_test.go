package program_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// folderOf is a folder with the sandbox for amd64, which says something, built from sources.
func folderOf(t *testing.T, hash, says string) fstest.MapFS {
	t.Helper()
	packed, err := program.Pack([]byte(says), nil)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"sources":             {Data: []byte(hash + "\ngo1.26.0\n")},
		"sandbox_linux_amd64": {Data: packed},
	}
}

func put(t *testing.T, files fstest.MapFS, path string) {
	t.Helper()
	if err := os.CopyFS(path, files); err != nil {
		t.Fatal(err)
	}
}

func TestWhereProgramsAreFound(t *testing.T) {
	t.Setenv("PATH", "") // nothing is built
	present, other := program.SourcesHash(), "other"
	for name, c := range map[string]struct {
		embedded, folder, cache string // of which sources its programs are; empty is no programs
		want                    string
	}{
		"embedded before all else":             {present, present, present, "embedded"},
		"the user's folder before the cache":   {"", present, present, "folder"},
		"the cache":                            {"", "", present, "cache"},
		"embedded is passed over if of others": {other, present, "", "folder"},
		"and so is the user's folder":          {other, other, present, "cache"},
	} {
		t.Run(name, func(t *testing.T) {
			embedded := fstest.MapFS{}
			if c.embedded != "" {
				embedded = folderOf(t, c.embedded, "embedded")
			}
			f := program.Finder{Folder: t.TempDir(), Cache: t.TempDir()}.Embedding(embedded)
			if c.folder != "" {
				put(t, folderOf(t, c.folder, "folder"), f.Folder)
			}
			if c.cache != "" {
				path, err := f.CacheFolder()
				if err != nil {
					t.Fatal(err)
				}
				put(t, folderOf(t, c.cache, "cache"), path)
			}
			got, err := f.Read(t.Context(), "amd64", program.Sandbox)
			if err != nil || string(got) != c.want {
				t.Errorf("found %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestWhatIsMissingIsSaidInOneLine(t *testing.T) {
	t.Setenv("PATH", "")
	f := program.Finder{Folder: t.TempDir(), Cache: t.TempDir()}.Embedding(folderOf(t, "other", ""))
	err := f.Ensure(t.Context(), "arm64", program.Sandbox, program.Relay)
	if err == nil {
		t.Fatal("programs are there")
	}
	for _, want := range []string{
		"Docker on arm64", "sandbox, relay", program.Module, "version " + program.Version(),
		"this build has programs of other sources", "none in " + f.Folder, "go command, which is not in PATH",
		"go run " + program.Module + "/backend/docker/program/build", "-arch arm64 -out DIR", "--programs DIR",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
}

func TestWithoutACacheProgramsAreMissing(t *testing.T) {
	for _, variable := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(variable, "")
	}
	err := program.Finder{}.Embedding(fstest.MapFS{}).Ensure(t.Context(), "amd64", program.Sandbox)
	if err == nil || !strings.Contains(err.Error(), "no cache to build it into") {
		t.Errorf("Ensure = %v; want that there is no cache", err)
	}
}

func TestProgramsThatNothingUsesAreRemoved(t *testing.T) {
	f := program.Finder{Cache: t.TempDir()}.Embedding(fstest.MapFS{})
	unused, used := filepath.Join(f.Cache, "unused"), filepath.Join(f.Cache, "used")
	long := time.Now().Add(-31 * 24 * time.Hour)
	put(t, folderOf(t, "former", ""), unused)
	put(t, folderOf(t, "former", ""), used)
	if err := os.Chtimes(filepath.Join(unused, "sources"), long, long); err != nil {
		t.Fatal(err)
	}
	if err := f.Ensure(t.Context(), "amd64", program.Sandbox); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(unused); !os.IsNotExist(err) {
		t.Errorf("programs that were not used for a month are there (%v)", err)
	}
	if _, err := os.Stat(used); err != nil {
		t.Errorf("programs that are used are gone: %v", err)
	}
}
