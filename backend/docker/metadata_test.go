package docker_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

const (
	metadataURL = "http://" + backend.TaskMetadataAddress + "/"
	instanceURL = "http://169.254.169.254/latest/meta-data/"
	// instanceTime is where an instance asks for the time, by datagrams.
	instanceTime = "udp://169.254.169.254:123"
)

// newMetadata answers who asks for metadata, and notes from where.
func newMetadata(t *testing.T, engine *docker.Engine) *home {
	t.Helper()
	return serveHome(t, engine.ListenMetadata(), "metadata")
}

// expectAnswered wants a container of a spec to get an answer.
func (t *task) expectAnswered(spec backend.ContainerSpec, url string) {
	t.Helper()
	if c := t.exited(t.run(spec, "check", url)); c.ExitCode != 0 {
		t.Errorf("%s is not answered: %q", url, t.lines(c.ID, backend.LogOptions{}))
	}
}

// expectRefused wants a container of a spec to hear at once that nothing listens there.
func (t *task) expectRefused(spec backend.ContainerSpec, url string) {
	t.Helper()
	c := t.exited(t.run(spec, "check", url))
	if said := t.lines(c.ID, backend.LogOptions{}); c.ExitCode == 0 || !strings.Contains(strings.Join(said, "\n"), "connection refused") {
		t.Errorf("%s is not refused: exit code %d, %q", url, c.ExitCode, said)
	}
}

// A task has metadata with any filter, and port 80 of its own; the relay may come and go.
func TestATaskAsksForMetadata(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	h := newMetadata(t, engine)
	task := newTask(t, engine, backend.SandboxSpec{})
	app := task.run(backend.ContainerSpec{}, "serve", "80", "app")
	task.says(app, "listening on :80")
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	task.expectAnswered(backend.ContainerSpec{}, "http://127.0.0.1/")
	if got := h.visitors(); !slices.Equal(got, []string{task.ip.String()}) {
		t.Errorf("visitors %v, want the task's address %s", got, task.ip)
	}
	task.expectRefused(backend.ContainerSpec{}, instanceURL)
	task.expectRefused(backend.ContainerSpec{}, "http://"+backend.TaskMetadataAddress+":8080/")
	task.expectRefused(backend.ContainerSpec{}, instanceTime)

	if err := engine.SetFilter(t.Context(), task.sandbox, &backend.Filter{Strict: true}); err != nil {
		t.Fatal(err)
	}
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	task.expectRefused(backend.ContainerSpec{}, instanceURL)

	first := relayOf(t, engine)
	if _, err := dockertest.Client(t).ContainerKill(t.Context(), first, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another relay runs", func() bool { id := relayOf(t, engine); return id != "" && id != first })
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
}

func TestAMachineAsksForMetadata(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	h := newMetadata(t, engine)
	m := newMachine(t, engine, backend.SandboxSpec{}, "serve", "8080")
	if err := engine.SetFilter(t.Context(), m.machine.ID, &backend.Filter{Strict: true}); err != nil {
		t.Fatal(err)
	}
	bridge, host := backend.ContainerSpec{Network: "bridge-" + m.name}, backend.ContainerSpec{Joins: m.machine.ID}
	for mode, spec := range map[string]backend.ContainerSpec{"bridge": bridge, "host": host} {
		t.Log(mode)
		m.expectAnswered(spec, metadataURL)
		m.expectRefused(spec, instanceURL)
		m.expectRefused(spec, instanceTime)
	}
	if got, want := h.visitors(), m.ip.String(); !slices.Equal(got, []string{want, want}) {
		t.Errorf("visitors %v, want the machine's address %s, twice", got, want)
	}
	none := m.exited(m.run(backend.ContainerSpec{}, "check", metadataURL))
	if said := m.lines(none.ID, backend.LogOptions{}); none.ExitCode == 0 || !strings.Contains(strings.Join(said, "\n"), "unreachable") {
		t.Errorf("a container without a network: exit code %d, %q", none.ExitCode, said)
	}
}

// What runs on a machine asks its agent at port 51678: in host mode at localhost, in bridge mode at
// the address of the machine. Elsewhere the port is free.
func TestAMachineIsAskedAboutItsTasks(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	h := newMetadata(t, engine)
	m := newMachine(t, engine, backend.SandboxSpec{}, "serve", "8080")
	bridge, host := backend.ContainerSpec{Network: "bridge-" + m.name}, backend.ContainerSpec{Joins: m.machine.ID}
	m.expectAnswered(host, "http://localhost:51678/v1/metadata")
	m.expectAnswered(host, "http://"+m.ip.String()+":51678/v1/tasks")
	m.expectAnswered(bridge, "http://"+m.ip.String()+":51678/v1/tasks")
	if got, want := h.visitors(), m.ip.String(); !slices.Equal(got, []string{want, want, want}) {
		t.Errorf("visitors %v, want the machine's address %s, three times", got, want)
	}
	task := newTask(t, engine, backend.SandboxSpec{})
	task.expectRefused(backend.ContainerSpec{}, "http://127.0.0.1:51678/")
}

// A sandbox has it as soon as it runs, also one that was started for a task to come, and one
// that starts again. Without a listener no container waits, or gets the metadata of the host.
func TestMetadataOfSandboxes(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, err := docker.Open(t.Context(), docker.Options{Owner: owner, WarmSandboxes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	before := newTask(t, engine, backend.SandboxSpec{})
	before.expectRefused(backend.ContainerSpec{}, metadataURL)
	newMetadata(t, engine)
	after := newTask(t, engine, backend.SandboxSpec{})
	after.expectAnswered(backend.ContainerSpec{}, metadataURL)
	kept := awaitWarm(t, owner, 2) // one of each kind
	warm := newTask(t, engine, backend.SandboxSpec{})
	if !slices.Contains(kept, warm.sandbox) {
		t.Errorf("the task's sandbox is %s, want one of %v", warm.sandbox, kept)
	}
	warm.expectAnswered(backend.ContainerSpec{}, metadataURL)
	if err := engine.Stop(t.Context(), after.sandbox, 0); err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(t.Context(), after.sandbox); err != nil {
		t.Fatal(err)
	}
	after.expectAnswered(backend.ContainerSpec{}, metadataURL)
	after.expectRefused(backend.ContainerSpec{}, instanceURL)
}

// What a run has left goes on to have metadata in the next one.
func TestMetadataAfterARestart(t *testing.T) {
	t.Parallel()
	d := newDataDir(t)
	first := d.open()
	newMetadata(t, first)
	task := newTask(t, first, backend.SandboxSpec{})
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	if err := first.Close(); err != nil { // as at the end of a run
		t.Fatal(err)
	}
	task.engine = d.open()
	h := newMetadata(t, task.engine)
	if _, err := task.engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	if got := h.visitors(); !slices.Equal(got, []string{task.ip.String()}) {
		t.Errorf("visitors %v, want the task's address %s", got, task.ip)
	}
}

// On a network of the user's another container may have the address that the relay is to have, and may be
// gone in the next run.
func TestMetadataWhereTheRelayIsElsewhere(t *testing.T) {
	t.Parallel()
	cli := dockertest.Client(t)
	made, name, cidr := labelledNetwork(t)
	self, other := emulatorContainer(t, name), emulatorContainer(t, "bridge")
	third := cidr.Addr().Next().Next().Next()
	_, err := cli.NetworkConnect(t.Context(), made, client.NetworkConnectOptions{Container: other, EndpointConfig: &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: third}}})
	if err != nil {
		t.Fatal(err)
	}
	d := newDataDir(t)
	open := func() *docker.Engine {
		engine := d.open()
		if err := engine.RunInContainer(t.Context(), cli, self); err != nil {
			t.Fatal(err)
		}
		return engine
	}
	first := open()
	newMetadata(t, first)
	task := newTask(t, first, backend.SandboxSpec{})
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cli.NetworkDisconnect(t.Context(), made, client.NetworkDisconnectOptions{Container: other, Force: true}); err != nil {
		t.Fatal(err)
	}
	task.engine = open()
	newMetadata(t, task.engine)
	ensureNetwork(t, task.engine, "vpc")
	task.expectAnswered(backend.ContainerSpec{}, metadataURL)
	if err := task.engine.RemoveAll(t.Context()); err != nil {
		t.Error(err)
	}
}
