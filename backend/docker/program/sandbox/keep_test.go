//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheLastFilterIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "filter")
	words := strings.Fields("10.0.0.9 open in/6/80-443/10.0.0.0-10.0.255.255")
	for _, told := range [][]string{nil, words, {"10.0.0.9", "strict"}, nil} {
		keepFilter(path, told)
		if kept, err := keptFilter(path); err != nil || !slices.Equal(kept, told) {
			t.Errorf("after %q there is %q, %v", told, kept, err)
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
