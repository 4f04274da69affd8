//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFolder(t *testing.T) {
	outside, root := t.TempDir(), t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(root, "data", "new"), 0o755))
	must(os.WriteFile(filepath.Join(root, "file"), nil, 0o644))
	must(os.Symlink("data", filepath.Join(root, "link")))
	must(os.Symlink("../data", filepath.Join(root, "data", "up")))
	must(os.Symlink(outside, filepath.Join(root, "out")))
	must(os.Symlink("../../..", filepath.Join(root, "data", "above")))
	must(os.Symlink("/data", filepath.Join(root, "absolute")))
	for _, c := range []struct{ path, mode, want string }{
		{"data", "", "done"},
		{"data", "777", "done"},
		{"file", "", "done"},
		{"link/new", "", "done"},
		{"data/up/new", "", "done"},
		{"gone", "", "missing"},
		{"link/gone", "", "missing"},
		{"made/too", "777", "done"},
		{"link/made", "755", "done"},
		{"out", "", "outside"},
		{"out/made", "777", "outside"},
		{"absolute", "", "outside"},
		{"data/above/etc", "", "outside"},
		{"../" + filepath.Base(outside), "", "outside"},
		{"file/below", "777", ""},
	} {
		words := []string{c.path}
		if c.mode != "" {
			words = append(words, c.mode)
		}
		if got, err := folder(root, words); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("folder %v: %q, %v; want %q", words, got, err, c.want)
		}
	}
	for name, want := range map[string]os.FileMode{"made/too": 0o777, "made": 0o755, "data": 0o755, "data/made": 0o755} {
		if found, err := os.Stat(filepath.Join(root, name)); err != nil || found.Mode().Perm() != want {
			t.Errorf("%s is %v, %v; want permissions %o", name, found, err, want)
		}
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("outside is %v, %v", left, err)
	}
}
