package program_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// TestProgramsAreUnpackedAsTheyWere has a program that is packed beside another one.
func TestProgramsAreUnpackedAsTheyWere(t *testing.T) {
	t.Run("packed", func(t *testing.T) {
		testPrograms(t, program.Pack, func(content []byte) bool { return len(content) < 1<<20 })
	})
	t.Run("as they are", func(t *testing.T) { testPrograms(t, nil, isELF) })
}

func isELF(content []byte) bool { return bytes.HasPrefix(content, []byte("\x7fELF")) }

func testPrograms(t *testing.T, pack func(binary, beside []byte) ([]byte, error), kept func(content []byte) bool) {
	folder := t.TempDir()
	target := program.Target{Folder: folder, Architecture: runtime.GOARCH, Names: []string{program.Relay}, Pack: pack}
	if err := program.Build(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	f := program.Finder{Folder: folder, Cache: t.TempDir()}.Embedding(fstest.MapFS{})
	for _, name := range []string{program.Sandbox, program.Relay} {
		binary, err := f.Read(t.Context(), runtime.GOARCH, name)
		if err != nil || !isELF(binary) {
			t.Errorf("%s: %d bytes, error %v", name, len(binary), err)
		}
		if content, err := os.ReadFile(filepath.Join(folder, name+"_linux_"+runtime.GOARCH)); err != nil || !kept(content) {
			t.Errorf("%s is kept as %d bytes, error %v", name, len(content), err)
		}
	}
}
