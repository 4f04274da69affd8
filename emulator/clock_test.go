package emulator_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func TestAStampThatCannotBeReadIsAnErrorAndStays(t *testing.T) {
	dir := t.TempDir()
	store, err := state.Open(state.Options{
		Path: filepath.Join(dir, "state.db"), Stamp: func() []byte { return []byte("yesterday") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.New(emulator.Options{DataDir: dir, Engine: "sim", Listen: "127.0.0.1:0"}); err == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Errorf("error: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "state.db")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file has changed, %v", err)
	}
}
