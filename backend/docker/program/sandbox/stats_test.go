//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A container's group is below the sandbox's with version 1, beside it with version 2, by the
// engine's name or systemd's; another's is not found.
func TestGroupFiles(t *testing.T) {
	for what, c := range map[string]struct{ self, file, want string }{
		"version 1":               {"5:memory:/docker/box\n", "memory/app/memory.stat", "memory/app/memory.usage_in_bytes"},
		"version 2":               {"0::/ecs-emulator/task/box\n", "ecs-emulator/task/app/memory.current", "ecs-emulator/task/app/cpu.stat"},
		"version 2 with systemd":  {"0::/a.slice/a-b.slice/docker-box.scope\n", "a.slice/a-b.slice/docker-app.scope/memory.current", "a.slice/a-b.slice/docker-app.scope/io.stat"},
		"the group of another":    {"0::/ecs-emulator/task/box\n", "ecs-emulator/other/app/memory.current", ""},
		"a group without memory":  {"0::/ecs-emulator/task/box\n", "ecs-emulator/task/app/cpu.stat", ""},
		"version 1, another's":    {"5:memory:/docker/box\n", "memory/other/memory.stat", ""},
		"a sandbox with none yet": {"", "memory/app2/memory.stat", ""},
	} {
		root := t.TempDir()
		self, file := filepath.Join(root, "self"), filepath.Join(root, c.file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{self: c.self, file: "1\n"} {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		files, err := groupFiles(root, self, "app")
		if found := slices.Contains(files, filepath.Join(root, c.want)); found != (c.want != "") || (err == nil) != found {
			t.Errorf("%s: %q, %v", what, files, err)
		}
	}
}

func TestStatsOfNothing(t *testing.T) {
	for _, words := range [][]string{{"stats", "."}, {"stats", "a/b", "."}, {"stats", "absent", "."}, {"stats", "a"}} {
		if got := carryOut(words, ownerCommands); strings.Contains(got, afterName) {
			t.Errorf("%q: %q", words, got)
		}
	}
}
