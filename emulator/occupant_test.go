package emulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestADataDirectoryInUseNamesItsEmulator has what that one has written, and what cannot be read.
func TestADataDirectoryInUseNamesItsEmulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := emulator.Start(t, emulator.Options{DataDir: dir})
	const cure = ": end it, or give another --data-dir"
	second := func(want string) {
		t.Helper()
		_, err := emulator.New(emulator.Options{DataDir: dir})
		if err == nil || !strings.HasSuffix(err.Error(), "another emulator uses it"+want+cure) {
			t.Errorf("error: %v", err)
		}
	}
	second(fmt.Sprintf("; the last one that began with it is process %d at %s", os.Getpid(), first.URL()))
	for _, text := range []string{"", "{", `{"pid": "1"}`} {
		if err := os.WriteFile(filepath.Join(dir, "emulator.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		second("")
	}
}
