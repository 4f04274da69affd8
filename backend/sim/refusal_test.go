package sim_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// What Docker refuses, in its words, is no container in the simulation either.
func TestWhatDockerRefusesOfAContainer(t *testing.T) {
	w := newWorld(t, sim.Options{})
	if err := w.EnsureVolume(t.Context(), backend.VolumeSpec{Name: "data"}); err != nil {
		t.Fatal(err)
	}
	at := func(path string) backend.Mount { return backend.Mount{Source: "data", Volume: true, Target: path} }
	for _, c := range []struct {
		spec backend.ContainerSpec
		want string
	}{
		{backend.ContainerSpec{Memory: 5 << 20}, "Error response from daemon: Minimum memory limit allowed is 6MB"},
		{backend.ContainerSpec{Mounts: []backend.Mount{at("data")}}, "Error response from daemon: invalid mount config: invalid mount path: 'data' mount path must be absolute"},
		{backend.ContainerSpec{Mounts: []backend.Mount{at("/data"), at("/data/")}}, "Error response from daemon: Duplicate mount point: /data/"},
		{backend.ContainerSpec{Mounts: []backend.Mount{at("/data")}, Tmpfs: map[string]string{"/data": ""}}, "Error response from daemon: Duplicate mount point: /data"},
		{backend.ContainerSpec{Network: "vpc", Names: backend.Names{Hosts: []string{"db:nowhere"}}}, `Error response from daemon: invalid IP address in add-host: "nowhere"`},
		{backend.ContainerSpec{Network: "vpc", Names: backend.Names{Hosts: []string{":192.0.2.1"}}}, `Error response from daemon: bad format for add-host: ":192.0.2.1"`},
	} {
		c.spec.Sandbox, c.spec.Image = w.sandbox, "app"
		if _, err := w.Create(t.Context(), c.spec); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	w.create(backend.ContainerSpec{Memory: 6 << 20, Mounts: []backend.Mount{at("/a"), at("/b")}, Tmpfs: map[string]string{"/c": ""}})
	w.create(backend.ContainerSpec{Network: "vpc", Names: backend.Names{Hosts: []string{"db:2001:db8::1", "host:host-gateway"}}})
	if _, err := w.CreateSandbox(t.Context(), backend.SandboxSpec{Names: backend.Names{Hosts: []string{"db"}}}); err == nil {
		t.Error("a sandbox has a host without an address")
	}
}

// A kernel parameter that no namespace has is refused when the container starts.
func TestKernelParametersOfTheHost(t *testing.T) {
	w := newWorld(t, sim.Options{})
	const want = `Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: ` +
		`sysctl "vm.max_map_count" is not in a separate kernel namespace: unknown`
	id := w.create(backend.ContainerSpec{Sysctls: map[string]string{"vm.max_map_count": "262144"}})
	if err := w.Start(t.Context(), id); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	id = w.create(backend.ContainerSpec{Sysctls: map[string]string{"net.core.somaxconn": "1024", "kernel.shmmax": "1", "fs.mqueue.msg_max": "1"}})
	if err := w.Start(t.Context(), id); err != nil {
		t.Error(err)
	}
}
