package backendtest

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var fileCases = []testCase{
	{"FilesArePutIntoAContainer", testFiles},
	{"AFileHidesWhatAMountHas", testHidingFile},
}

// holding has a container find a file.
func holding(path, text string) func(*backend.ContainerSpec) {
	return func(spec *backend.ContainerSpec) {
		spec.Files = append(spec.Files, backend.File{Path: path, Content: []byte(text)})
	}
}

func testFiles(s *env) {
	for what, readOnly := range map[string]bool{"a container": false, "one whose root file system is read-only": true} {
		code, output := s.with(func(spec *backend.ContainerSpec) {
			spec.ReadonlyRootfs = readOnly
			holding("/etc/router/one/main.conf", "hello")(spec)
			holding("/etc/router/more.conf", "bye")(spec)
		}, "read", "/etc/router/one/main.conf")
		s.expectOutput(what+" reads a file", code, output, "hello")
	}

	spec := s.Spec(s.SharedSandbox(), "read", "/router.conf")
	holding("/router.conf", "before")(&spec)
	id := s.CreateFrom(spec)
	spec.Files[0].Content = []byte("after")
	if again, err := s.Engine.Create(s.Ctx, spec); err != nil || again != id {
		s.Fatalf("Create again: %s, %v; want %s", again, err, id)
	}
	s.Start(id)
	code := s.AwaitExit(id).ExitCode
	s.expectOutput("a file that was put there again", code, s.output(id), "after")
}

func testHidingFile(s *env) {
	volume := s.volume(nil)
	code, output := s.with(mounting(volume), "write", "/data/note", "mine")
	s.expectOutput("a container writes", code, output, "")
	owner := s.CreateFrom(func() backend.ContainerSpec {
		spec := s.Spec(s.SharedSandbox(), "exit", "0")
		mounting(volume)(&spec)
		return spec
	}())
	for what, change := range map[string]func(*backend.ContainerSpec){
		"a volume": mounting(volume),
		"a read-only volume and root": func(spec *backend.ContainerSpec) {
			mounting(volume)(spec)
			spec.Mounts[0].ReadOnly, spec.ReadonlyRootfs = true, true
		},
		"a volume of another":  func(spec *backend.ContainerSpec) { spec.VolumesFrom = []string{s.Inspect(owner).Name} },
		"a file system in RAM": func(spec *backend.ContainerSpec) { spec.Tmpfs = map[string]string{"/data": ""} },
	} {
		spec := s.Spec(s.SharedSandbox(), "read", "/data/note")
		change(&spec)
		holding("/data/note", "before")(&spec)
		id := s.CreateFrom(spec)
		spec.Files[0].Content = []byte("after")
		if again, err := s.Engine.Create(s.Ctx, spec); err != nil || again != id {
			s.Fatalf("Create again: %s, %v; want %s", again, err, id)
		}
		s.Start(id)
		code := s.AwaitExit(id).ExitCode
		s.expectOutput("with "+what+" a container reads its file", code, s.output(id), "after")
	}
	code, output = s.with(mounting(volume), "read", "/data/note")
	s.expectOutput("what the volume has", code, output, "mine")

	taken := s.Spec(s.SharedSandbox(), "exit", "0")
	mounting(volume)(&taken)
	holding("/data", "hello")(&taken)
	if _, err := s.Engine.Create(s.Ctx, taken); err == nil || !strings.Contains(err.Error(), "Duplicate mount point: /data") {
		s.Errorf("a file in the place of a mount: %v", err)
	}
}
