//go:build unix

package emulator_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestPipesAreNoFilesToStartFrom has pipes without a writer, which to open would be to wait for ever.
func TestPipesAreNoFilesToStartFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, opts := range map[string]emulator.Options{
		"init.json": {InitDir: dir}, "faults": {FaultsFile: filepath.Join(dir, "faults")}, "capacity": {CapacityFile: filepath.Join(dir, "capacity")},
		"prices": {Prices: filepath.Join(dir, "prices")},
	} {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		srv, err := emulator.New(opts)
		if err == nil {
			srv.Close()
		}
		if err == nil || !strings.Contains(err.Error(), path+": it is no regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
