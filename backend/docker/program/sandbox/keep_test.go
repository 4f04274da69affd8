//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestTheLastFilterIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "filter")
	words := strings.Fields("10.0.0.9 open in/6/80-443/10.0.0.0-10.0.255.255")
	if kept, err := keptFilter(path); err != nil || len(kept) > 0 {
		t.Errorf("in the first life there is %q, %v", kept, err)
	}
	first, err := os.Stat(path) // while there is room on the disk
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range [][]string{nil, words, {"10.0.0.9", "strict"}, nil} {
		keepFilter(path, told)
		if kept, err := keptFilter(path); err != nil || !slices.Equal(kept, told) {
			t.Errorf("after %q there is %q, %v", told, kept, err)
		}
		if file, err := os.Stat(path); err != nil || !os.SameFile(file, first) {
			t.Errorf("after %q the file is another one (%v), for which there may be no room", told, err)
		}
	}
	// The disk was full, or the process was killed.
	for _, half := range []string{"", "10.0.0.9 op"} {
		if err := os.WriteFile(path, []byte(half), 0o600); err != nil {
			t.Fatal(err)
		}
		if kept, err := keptFilter(path); err == nil {
			t.Errorf("half a filter, %q, is taken for %q", half, kept)
		}
	}
}

// TestAFirstLifeMayEndInTheMiddle sees by a pipe that the file is written under another name first: half a file
// would keep a sandbox that was stopped at once from starting again.
func TestAFirstLifeMayEndInTheMiddle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "filter")
	if err := syscall.Mkfifo(path+".new", 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path+".new", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if kept, err := keptFilter(path); err != nil || len(kept) > 0 {
		t.Errorf("in the first life there is %q, %v", kept, err)
	}
	if file, err := os.Lstat(path); err != nil || file.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the file was not written under another name first: %v, %v", file, err)
	}
}
