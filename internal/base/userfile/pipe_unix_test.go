//go:build unix

package userfile

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAPipeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.json")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, "/dev/zero"} {
		if _, err := Read(t.Context(), path, MiB); err == nil || !strings.Contains(err.Error(), path+": it is no regular file") {
			t.Errorf("got %v", err)
		}
	}
}
