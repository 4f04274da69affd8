package groupfile

import (
	"os"
	"path"
	"slices"
	"testing"
)

// lay writes a file below a folder.
func lay(t *testing.T, at, text string) {
	t.Helper()
	if err := os.MkdirAll(path.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A container's group is below the sandbox's with version 1, beside it with version 2, by the
// engine's name or systemd's; another's is not found.
func TestGroupsBeside(t *testing.T) {
	for what, c := range map[string]struct{ self, file, want string }{
		"version 1":               {"5:memory:/docker/box\n", "memory/app/memory.stat", "memory.stat"},
		"version 2":               {"0::/ecs-emulator/task/box\n", "ecs-emulator/task/app/memory.current", "memory.current"},
		"version 2 with systemd":  {"0::/a.slice/a-b.slice/docker-box.scope\n", "a.slice/a-b.slice/docker-app.scope/memory.current", "memory.current"},
		"the group of another":    {"0::/ecs-emulator/task/box\n", "ecs-emulator/other/app/memory.current", ""},
		"a group without memory":  {"0::/ecs-emulator/task/box\n", "ecs-emulator/task/app/cpu.stat", ""},
		"version 1, another's":    {"5:memory:/docker/box\n", "memory/other/memory.stat", ""},
		"a sandbox with none yet": {"", "memory/app2/memory.stat", ""},
	} {
		k := Kernel{t.TempDir(), t.TempDir()}
		lay(t, path.Join(k.Groups, c.file), "1")
		lay(t, path.Join(k.Processes, "net/dev"), "lo: 1")
		files, err := k.ReadBeside(c.self, "app")
		if found := c.want != ""; (err == nil) != found || found && (files[c.want] != "1" || files["dev"] != "lo: 1" || files["now"] == "") {
			t.Errorf("%s: %q, %v", what, files, err)
		}
	}
}

// The network is that of a process which is seen, and a group that is about to go has lost files.
func TestGroupsOnTheHost(t *testing.T) {
	for what, c := range map[string]struct {
		parent, group string
		v1            bool
	}{
		"version 1":                 {"/docker/task", "docker/task/app", true},
		"version 1, systemd":        {"", "system.slice/docker-app.scope", true},
		"version 2":                 {"", "docker/app", false},
		"version 2, a task's group": {"ecsemulator-01.slice", "ecsemulator.slice/ecsemulator-01.slice/docker-app.scope", false},
	} {
		k := Kernel{t.TempDir(), t.TempDir()}
		main, procs := []string{path.Join(c.group, "memory.current"), path.Join(c.group, "cpu.stat")}, path.Join(k.Groups, c.group, "cgroup.procs")
		if c.v1 {
			memory := path.Join("memory", c.group)
			main = []string{path.Join(memory, "memory.stat"), path.Join(memory, "memory.usage_in_bytes"), path.Join("cpuacct", c.group, "cpuacct.usage")}
			procs = path.Join(k.Groups, memory, "cgroup.procs")
		}
		for _, name := range main {
			lay(t, path.Join(k.Groups, name), "1")
		}
		lay(t, path.Join(k.Processes, "4711/net/dev"), "eth0: 1")
		its := Container{ID: "app", Parent: c.parent, Network: true}
		for text, network := range map[string]string{"4711\n4712": "eth0: 1", "0": "", "": ""} {
			lay(t, procs, text)
			if files := k.Read(its); files == nil || files["dev"] != network {
				t.Errorf("%s, processes %q: %q", what, text, files)
			}
		}
		lay(t, procs, "4711")
		its.Network = false
		if files := k.Read(its); files["dev"] != "" {
			t.Errorf("%s: the network of others: %q", what, files)
		}
		if err := os.Remove(path.Join(k.Groups, main[len(main)-1])); err != nil {
			t.Fatal(err)
		}
		if files := k.Read(its); files != nil {
			t.Errorf("%s, about to go: %q", what, files)
		}
	}
}

func TestSlicesOfSystemd(t *testing.T) {
	for slice, want := range map[string]string{"": "system.slice", "/docker": "system.slice", "a.slice": "a.slice", "a-b-c.slice": "a.slice/a-b.slice/a-b-c.slice"} {
		if got := slicePath(slice); got != want {
			t.Errorf("%q is at %s, want %s", slice, got, want)
		}
	}
	if names := namesOf("app"); !slices.Equal(names, []string{"app", "docker-app.scope"}) {
		t.Errorf("%q", names)
	}
}
