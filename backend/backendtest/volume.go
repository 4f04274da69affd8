package backendtest

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var volumeCases = []testCase{
	{"ContainersShareAVolume", testVolume},
	{"VolumesAreFoundByNameAndLabels", testVolumeLabels},
	{"AVolumeGoesWhenNothingMountsIt", testRemoveVolume},
	{"ASharedVolumeStays", testSharedVolume},
	{"AFolderOfAVolumeIsMounted", testFolder},
}

// volume makes one that goes with the case.
func (s *env) volume(labels map[string]string) string {
	s.Helper()
	name := s.UniqueName("volume")
	s.ensureVolume(backend.VolumeSpec{Name: name, Labels: labels})
	s.Volumes = append(s.Volumes, name)
	return name
}

func (s *env) ensureVolume(spec backend.VolumeSpec) {
	s.Helper()
	if err := s.Engine.EnsureVolume(s.Ctx, spec); err != nil {
		s.Fatalf("EnsureVolume: %v", err)
	}
}

// with runs a container with mounts until it has exited, and returns its exit code and
// what it wrote.
func (s *env) with(change func(*backend.ContainerSpec), command ...string) (code int, output string) {
	s.Helper()
	spec := s.Spec(s.SharedSandbox(), command...)
	change(&spec)
	id := s.CreateFrom(spec)
	s.Start(id)
	code = s.AwaitExit(id).ExitCode
	return code, s.output(id)
}

// output is what a container has written.
func (s *env) output(id string) string {
	s.Helper()
	return strings.Join(scene.Texts(s.Logs(id, backend.LogOptions{})), "\n")
}

// mounting has a container mount a volume at /data.
func mounting(volume string) func(*backend.ContainerSpec) {
	return func(spec *backend.ContainerSpec) {
		spec.Mounts = []backend.Mount{{Source: volume, Volume: true, Target: "/data"}}
	}
}

func (s *env) expectOutput(what string, code int, output, want string) {
	s.Helper()
	if code != 0 || output != want {
		s.Errorf("%s: exit code %d, %q; want 0 and %q", what, code, output, want)
	}
}

func testVolume(s *env) {
	volume := s.volume(nil)
	code, output := s.with(mounting(volume), "write", "/data/note", "hello")
	s.expectOutput("a container writes", code, output, "")
	s.ensureVolume(backend.VolumeSpec{Name: volume}) // changes nothing
	code, output = s.with(mounting(volume), "read", "/data/note")
	s.expectOutput("another one reads", code, output, "hello")

	const unknown = `Error response from daemon: create unknown: error looking up volume plugin no-such-driver: plugin "no-such-driver" not found`
	err := s.Engine.EnsureVolume(s.Ctx, backend.VolumeSpec{Name: "unknown", Driver: "no-such-driver"})
	if err == nil || err.Error() != unknown {
		s.Errorf("EnsureVolume with a driver that there is not: %v", err)
	}

	source := s.CreateFrom(func() backend.ContainerSpec {
		spec := s.Spec(s.SharedSandbox(), "exit", "0")
		mounting(volume)(&spec)
		return spec
	}())
	from := func(mode string) func(*backend.ContainerSpec) {
		return func(spec *backend.ContainerSpec) { spec.VolumesFrom = []string{s.Inspect(source).Name + mode} }
	}
	code, output = s.with(from(""), "read", "/data/note")
	s.expectOutput("one with the volumes of another reads", code, output, "hello")

	readOnly := func(spec *backend.ContainerSpec) {
		mounting(volume)(spec)
		spec.Mounts[0].ReadOnly = true
	}
	for what, change := range map[string]func(*backend.ContainerSpec){"a read-only mount": readOnly, "read-only volumes of another": from(":ro")} {
		code, output = s.with(change, "write", "/data/note", "bye")
		if code != 1 || !strings.HasSuffix(output, "read-only file system") {
			s.Errorf("through %s a container writes with exit code %d, %q", what, code, output)
		}
	}
}

func testVolumeLabels(s *env) {
	red := map[string]string{"backendtest.colour": "red " + s.Token, "backendtest.size": "1"}
	one, two := s.volume(red), s.volume(map[string]string{"backendtest.colour": "blue " + s.Token})
	found, err := s.Engine.Volumes(s.Ctx, map[string]string{"backendtest.colour": red["backendtest.colour"]})
	if err != nil || len(found) != 1 || found[0].Name != one || !maps.Equal(found[0].Labels, red) {
		s.Errorf("Volumes by a label: %+v, %v; want %s", found, err, one)
	}
	all, err := s.Engine.Volumes(s.Ctx, nil)
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(v backend.Volume) bool { return v.Name == name })
	}
	if err != nil || !has(one) || !has(two) {
		s.Errorf("Volumes: %+v, %v; want %s and %s among them", all, err, one, two)
	}
	if v, err := s.Engine.Volume(s.Ctx, one); err != nil || v.Name != one || v.Mountpoint == "" || !maps.Equal(v.Labels, red) {
		s.Errorf("Volume: %+v, %v", v, err)
	}
	_, err = s.Engine.Volume(s.Ctx, s.UniqueName("nothing"))
	s.ExpectMissing("Volume of what there is not", err, backend.KindVolume)
}

func testRemoveVolume(s *env) {
	volume := s.volume(nil)
	spec := s.Spec(s.SharedSandbox(), "exit", "0")
	mounting(volume)(&spec)
	id := s.CreateFrom(spec)
	if err := s.Engine.RemoveVolume(s.Ctx, volume); err == nil {
		s.Error("RemoveVolume takes it away from a container")
	}
	s.Remove(id)
	for range 2 {
		if err := s.Engine.RemoveVolume(s.Ctx, volume); err != nil {
			s.Errorf("RemoveVolume: %v", err)
		}
	}
	_, err := s.Engine.Volume(s.Ctx, volume)
	s.ExpectMissing("Volume of what was removed", err, backend.KindVolume)
}

func testSharedVolume(s *env) {
	spec := backend.VolumeSpec{Name: s.UniqueName("shared"), Shared: true, Labels: s.Labels()}
	s.ensureVolume(spec)
	s.Shared = append(s.Shared, spec.Name)
	code, output := s.with(mounting(spec.Name), "write", "/data/note", "hello")
	s.expectOutput("a container writes", code, output, "")
	s.ensureVolume(spec)
	if err := s.Engine.RemoveVolume(s.Ctx, spec.Name); err != nil {
		s.Errorf("RemoveVolume of a shared one: %v", err)
	}
	if found, err := s.Engine.Volumes(s.Ctx, s.Labels()); err != nil || len(found) > 0 {
		s.Errorf("Volumes shows %+v, %v; want no shared one", found, err)
	}
	code, output = s.with(mounting(spec.Name), "read", "/data/note")
	s.expectOutput("what was written stays", code, output, "hello")
}

func testFolder(s *env) {
	volume := s.volume(nil)
	code, output := s.with(mounting(volume), "write", "/data/apps/web/note", "hello")
	s.expectOutput("a container writes", code, output, "")
	within := func(path string) func(*backend.ContainerSpec) {
		return func(spec *backend.ContainerSpec) { spec.Mounts = []backend.Mount{{Source: path, Target: "/mine"}} }
	}
	path, err := s.Engine.Folder(s.Ctx, backend.FolderSpec{Source: volume, Volume: true, Path: "apps/web"})
	if err != nil {
		s.Fatalf("Folder: %v", err)
	}
	code, output = s.with(within(path), "read", "/mine/note")
	s.expectOutput("one that has the folder reads", code, output, "hello")

	for range 2 {
		path, err = s.Engine.Folder(s.Ctx, backend.FolderSpec{Source: volume, Volume: true, Path: "open/to/all", Make: 0o777})
		if err != nil {
			s.Fatalf("Folder that is made: %v", err)
		}
		code, output = s.with(func(spec *backend.ContainerSpec) {
			within(path)(spec)
			spec.User = "1000:1000"
		}, "write", "/mine/note", "hello")
		s.expectOutput("anybody writes", code, output, "")
	}
	code, output = s.with(mounting(volume), "read", "/data/open/to/all/note")
	s.expectOutput("it is in the volume", code, output, "hello")

	_, err = s.Engine.Folder(s.Ctx, backend.FolderSpec{Source: s.UniqueName("nothing"), Volume: true, Path: "x"})
	s.ExpectMissing("Folder of a volume that there is not", err, backend.KindVolume)
	_, err = s.Engine.Folder(s.Ctx, backend.FolderSpec{Source: volume, Volume: true, Path: "../x"})
	s.ExpectError("Folder outside", err, backend.ErrOutside)
	if info, err := s.Engine.Info(s.Ctx); err != nil || info.Simulated {
		return // there every folder is
	}
	_, err = s.Engine.Folder(s.Ctx, backend.FolderSpec{Source: volume, Volume: true, Path: "apps/none"})
	s.ExpectMissing("Folder that there is not", err, backend.KindFolder)
}
