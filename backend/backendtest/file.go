package backendtest

import "github.com/ecs-emulator/ecs-emulator/backend"

var fileCases = []testCase{
	{"FilesArePutIntoAContainer", testFiles},
	{"AFileIsPutIntoAVolume", testFileInVolume},
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

func testFileInVolume(s *env) {
	volume := s.volume(nil)
	code, output := s.with(func(spec *backend.ContainerSpec) {
		mounting(volume)(spec)
		holding("/data/note", "hello")(spec)
	}, "read", "/data/note")
	s.expectOutput("a container reads a file in its volume", code, output, "hello")
	code, output = s.with(mounting(volume), "read", "/data/note")
	s.expectOutput("another one reads it", code, output, "hello")
}
