package program_test

import (
	"bytes"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// TestProgramsAreUnpackedAsTheyWere has a program that is packed beside another one, and a folder that lacks that one.
func TestProgramsAreUnpackedAsTheyWere(t *testing.T) {
	folder := t.TempDir()
	if err := program.Build(t.Context(), program.Target{Folder: folder, Architecture: runtime.GOARCH, Names: []string{program.Relay}}); err != nil {
		t.Fatal(err)
	}
	f := program.Finder{Folder: folder, Cache: t.TempDir()}.Embedding(fstest.MapFS{})
	for _, name := range []string{program.Sandbox, program.Relay} {
		binary, err := f.Read(t.Context(), runtime.GOARCH, name)
		if err != nil || !bytes.HasPrefix(binary, []byte("\x7fELF")) {
			t.Errorf("%s: %d bytes, error %v", name, len(binary), err)
		}
	}
}
