//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASandboxIsClaimedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "claim")
	for _, words := range [][]string{nil, {"a", "b"}} {
		if err := claim(path, words); err == nil {
			t.Errorf("%q is taken for a name", words)
		}
	}
	for range 2 {
		if err := claim(path, []string{"task-1"}); err != nil {
			t.Errorf("a claim by its owner: %v", err)
		}
	}
	if err := claim(path, []string{"task-2"}); err == nil || !strings.Contains(err.Error(), "task-1") {
		t.Errorf("a claim by another task: %v", err)
	}
	if has, err := os.ReadFile(path); err != nil || string(has) != "task-1" {
		t.Errorf("kept is %q, %v", has, err)
	}
}

// The process was killed while it wrote the file.
func TestHalfAClaimIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "claim")
	if err := os.WriteFile(path+".new", []byte("task-1 and what of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := claim(path, []string{"task-2"}); err != nil {
		t.Fatal(err)
	}
	if has, err := os.ReadFile(path); err != nil || string(has) != "task-2" {
		t.Errorf("kept is %q, %v", has, err)
	}
}

func TestAClaimForWhichThereIsNoRoomIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "claim")
	if err := os.Mkdir(path+".new", 0o700); err != nil { // stands for a full disk
		t.Fatal(err)
	}
	if err := claim(path, []string{"task-1"}); err == nil {
		t.Error("it is done")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("and it is kept")
	}
}
