package userfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	for _, size := range []int{0, 2 * MiB} {
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := Read(t.Context(), path, 2*MiB); err != nil || len(text) != size {
			t.Errorf("of %d bytes it reads %d, %v", size, len(text), err)
		}
	}
	for path, want := range map[string]string{
		path:                        "a.json: it has more than 1 MiB",
		dir:                         dir + ": is a directory",
		filepath.Join(dir, "b.txt"): "b.txt: no such file",
	} {
		if _, err := Read(t.Context(), path, MiB); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
