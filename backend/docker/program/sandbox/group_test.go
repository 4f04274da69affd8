//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// hierarchy is a folder that looks like control groups of version 2.
func hierarchy(t *testing.T, groups ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, group := range append([]string{""}, groups...) {
		folder := filepath.Join(root, group)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"cgroup.subtree_control", "memory.max", "memory.swap.max", "cpu.max", "cpu.weight"} {
			if err := os.WriteFile(filepath.Join(folder, file), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func expectFiles(t *testing.T, root string, want map[string]string) {
	t.Helper()
	for file, text := range want {
		got, err := os.ReadFile(filepath.Join(root, file))
		if err != nil || string(got) != text {
			t.Errorf("%s: %q (%v); want %q", file, got, err, text)
		}
	}
}

func TestAGroupGetsLimits(t *testing.T) {
	root := hierarchy(t, "top", "top/task")
	limits := groupLimits{memory: 64 << 20, swap: 0, cpu: 25_000, weight: 39}
	if err := limitGroup(root, "/top/task", limits); err != nil {
		t.Fatal(err)
	}
	expectFiles(t, root, map[string]string{
		"cgroup.subtree_control": "+cpu +memory", "top/cgroup.subtree_control": "+cpu +memory", "top/task/cgroup.subtree_control": "",
		"top/memory.max":      "",
		"top/task/memory.max": "67108864", "top/task/memory.swap.max": "0", "top/task/cpu.max": "25000 100000", "top/task/cpu.weight": "39",
	})
}

func TestAGroupWithoutLimits(t *testing.T) {
	root := hierarchy(t, "top", "top/task")
	if err := os.Remove(filepath.Join(root, "top/task/memory.swap.max")); err != nil {
		t.Fatal(err) // as of a kernel that does not count swap
	}
	if err := limitGroup(root, "/top/task", groupLimits{unlimited, unlimited, unlimited, unlimited}); err != nil {
		t.Fatal(err)
	}
	expectFiles(t, root, map[string]string{
		"top/task/memory.max": "max", "top/task/cpu.max": "max 100000", "top/task/cpu.weight": "100",
	})
}

func TestAKernelThatCannotLimit(t *testing.T) {
	root := t.TempDir() // nothing in it is a control group
	if err := limitGroup(root, "/top/task", groupLimits{}); err == nil {
		t.Error("limits are set where there are no control groups")
	}
	if _, err := os.Stat(filepath.Join(root, "top")); err == nil {
		t.Error("a folder was made where there are no control groups")
	}
}

func TestDropGroup(t *testing.T) {
	for name, c := range map[string]struct {
		others     []string
		gone, stay string
	}{
		"the last one":                {nil, "top", ""},
		"beside another":              {[]string{"top/other"}, "top/machine", "top/other"},
		"beside another of a machine": {[]string{"top/machine/other"}, "top/machine/task", "top/machine/other"},
		"with others in it":           {[]string{"top/machine/task/inner"}, "", "top/machine/task/inner"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, group := range append(c.others, "top/machine/task") {
				if err := os.MkdirAll(filepath.Join(root, group), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // again is harmless
				if err := dropGroup(root, "/top/machine/task"); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := os.Stat(filepath.Join(root, c.gone)); c.gone != "" && !os.IsNotExist(err) {
				t.Errorf("%s is there (%v)", c.gone, err)
			}
			if _, err := os.Stat(filepath.Join(root, c.stay)); err != nil {
				t.Error(err)
			}
		})
	}
}
