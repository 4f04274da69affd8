package docker_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// ensureBridge makes a network with a range that is free: other tests, also those of
// other packages, make networks at the same time.
func ensureBridge(ctx context.Context, engine *docker.Engine, name string) (err error) {
	for range 20 {
		cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(50 + rand.IntN(50)), byte(rand.IntN(256)), byte(64 * rand.IntN(4))}), 26)
		_, err = engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: name, CIDR: cidr, Isolated: true})
		if !errors.Is(err, backend.ErrAddressInUse) {
			return err
		}
	}
	return err
}

// makeMachine makes a machine with a task on it, and a container of that on the
// machine's network, which listens on port 8080.
func makeMachine(ctx context.Context, engine *docker.Engine, name, image string, spec backend.SandboxSpec, command ...string) (machine backend.Container, task, app string, err error) {
	if _, err = engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		return machine, "", "", err
	}
	if err = ensureBridge(ctx, engine, "bridge-"+name); err != nil {
		return machine, "", "", err
	}
	spec.Name, spec.Network, spec.Routes = name+"-machine", "vpc", "bridge-"+name
	if machine, err = engine.CreateSandbox(ctx, spec); err != nil {
		return machine, "", "", err
	}
	if err = engine.Start(ctx, machine.ID); err != nil {
		return machine, "", "", err
	}
	box, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: name + "-task", Parent: machine.ID})
	if err != nil {
		return machine, "", "", err
	}
	if err = engine.Start(ctx, box.ID); err != nil {
		return machine, "", "", err
	}
	app, err = engine.Create(ctx, backend.ContainerSpec{Name: name + "-bridge", Image: image, Sandbox: box.ID, Network: "bridge-" + name, Command: command})
	if err != nil {
		return machine, "", "", err
	}
	return machine, box.ID, app, engine.Start(ctx, app)
}

// runMachine is a part of the emulator that dies; see childEnv.
func runMachine(ctx context.Context, engine *docker.Engine, owner string) error {
	_, _, _, err := makeMachine(ctx, engine, owner, os.Getenv(childEnv+"_IMAGE"), backend.SandboxSpec{}, "ignore-term")
	return err
}

// machine is one with a task and a container.
type machine struct {
	task
	machine backend.Container
	app     backend.Container
}

func newMachine(t *testing.T, engine *docker.Engine, spec backend.SandboxSpec, command ...string) *machine {
	t.Helper()
	m := &machine{task: task{T: t, engine: engine, image: dockertest.Image(t), name: dockertest.Owner()}}
	made, sandbox, app, err := makeMachine(t.Context(), engine, m.name, m.image, spec, command...)
	if err != nil {
		t.Fatal(err)
	}
	m.machine, m.sandbox, m.ip, m.app = made, sandbox, made.IP, m.inspect(app)
	return m
}

// forward leads port 80 of the machine to port 8080 of a container.
func (m *machine) forward(protocol string, to backend.Container) {
	m.Helper()
	err := m.engine.SetTraffic(m.Context(), m.machine.ID, backend.Traffic{Ports: []backend.PortForward{
		{Protocol: protocol, Port: 80, To: netip.AddrPortFrom(to.IP, 8080)},
	}})
	if err != nil {
		m.Fatal(err)
	}
}

// caller sends datagrams to port 80 of the machine, all from one port.
func (m *machine) caller() net.Conn {
	m.Helper()
	conn, err := net.Dial("udp4", netip.AddrPortFrom(m.ip, 80).String())
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { _ = conn.Close() })
	return conn
}

// datagram asks until there is an answer.
func (m *machine) datagram(conn net.Conn) (answer string) {
	m.Helper()
	eventually(m.T, "a datagram is answered", func() bool {
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		buffer := make([]byte, 64)
		_, _ = conn.Write([]byte("hello"))
		n, _ := conn.Read(buffer)
		answer = string(buffer[:n])
		return n > 0
	})
	return answer
}

// expectNoGroup wants the control groups of sandboxes gone, where they can be seen.
func expectNoGroup(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := os.Stat("/sys/fs/cgroup/memory/docker/" + id); err == nil {
			t.Errorf("the control group of %s is still there", id)
		}
	}
}

func TestMachinesForwardDatagrams(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	if info, err := engine.Info(t.Context()); err != nil || !info.Reachable {
		dockertest.Lack(t, "addresses of sandboxes cannot be reached from here: %v", err)
	}
	machines := []*machine{
		newMachine(t, engine, backend.SandboxSpec{}, "udp", "8080", "first"),
		newMachine(t, engine, backend.SandboxSpec{}, "udp", "8080", "second"),
	}
	for i, want := range []string{"first", "second"} {
		m := machines[i]
		m.says(m.app.ID, "listening on :8080")
		m.forward("udp", m.app)
		if got := m.datagram(m.caller()); got != want {
			t.Errorf("machine %d answers %q; want %q", i, got, want)
		}
	}
	m := machines[0]
	caller := m.caller()
	m.datagram(caller)
	third := m.run(backend.ContainerSpec{Network: "bridge-" + m.name}, "udp", "8080", "third")
	m.says(third, "listening on :8080")
	m.forward("udp", m.inspect(third))
	if got := m.datagram(caller); got != "third" {
		t.Errorf("the port that leads elsewhere now answers %q; want %q", got, "third")
	}

	if err := m.engine.SetTraffic(t.Context(), m.machine.ID, backend.Traffic{}); err != nil {
		t.Fatal(err)
	}
	early := m.caller()
	eventually(t, "a datagram to a port that leads nowhere is refused", func() bool { // a refusal may be lost
		_ = early.SetDeadline(time.Now().Add(time.Second))
		_, _ = early.Write([]byte("hello"))
		n, err := early.Read(make([]byte, 64))
		if err == nil {
			t.Fatalf("a port that leads nowhere answers %d bytes", n)
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	m.forward("udp", m.inspect(third))
	if got := m.datagram(early); got != "third" {
		t.Errorf("who asked before the port was open hears %q; want %q", got, "third")
	}
}

func TestMemoryIsBoundedAtEachLevel(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	if !bounds(t, engine) {
		return
	}
	const bound, roomy = 64 << 20, 512 << 20
	for level, limits := range map[string][3]int64{
		"machine": {bound, roomy, roomy}, "task": {roomy, bound, roomy}, "container": {roomy, roomy, bound},
	} {
		m := newMachine(t, engine, backend.SandboxSpec{Memory: limits[0], CPU: 512}, "ignore-term")
		// More time than the machine has must not keep anything from starting.
		inside := newTask(t, engine, backend.SandboxSpec{Parent: m.machine.ID, Memory: limits[1], CPU: 64 * 1024})
		for name, spec := range map[string]backend.ContainerSpec{
			"with the sandbox's address": {}, "on the bridge": {Network: "bridge-" + m.name}, "in the machine": {Joins: m.machine.ID},
		} {
			spec.Memory, spec.CPU = limits[2], 64*1024
			c := inside.exited(inside.run(spec, "eat", "120"))
			for tries := 1; c.ExitCode == 137 && !c.OOMKilled && tries < 3; tries++ { // under load containerd may tell of the end alone
				c = inside.exited(inside.run(spec, "eat", "120"))
			}
			if c.ExitCode != 137 || !c.OOMKilled {
				t.Errorf("bounded by the %s, %s: exited with %d, OOMKilled %v; want 137 and true", level, name, c.ExitCode, c.OOMKilled)
			}
		}
		if c := m.inspect(m.machine.ID); c.State != backend.Running {
			t.Errorf("the machine is %s", c.State)
		}
	}
}

func TestMachineSurvivesARestartOfTheEmulator(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	before := dir.open()
	m := newMachine(t, before, backend.SandboxSpec{CPU: 512}, "serve", "8080", "first")
	dir.close(before)
	dir.expect(owner.Kept, "container", "network", "network", "sandbox", "sandbox")

	m.engine = dir.open()
	m.forward("tcp", m.app)
	second := m.run(backend.ContainerSpec{Network: "bridge-" + m.name, CPU: 4096}, "serve", "8080", "second")
	if c := m.inspect(second); c.IP == m.app.IP || c.SandboxID != m.sandbox {
		t.Errorf("after a restart %+v; want another address than %v and the sandbox %s", c, m.app.IP, m.sandbox)
	}
	conn, err := m.engine.Dial(t.Context(), "tcp", m.machine.ID, 80)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	// From inside it goes as from outside.
	m.engine.DialInside()
	if conn, err = m.engine.Dial(t.Context(), "tcp", m.machine.ID, 80); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if err := m.engine.SetTraffic(t.Context(), m.machine.ID, backend.Traffic{CutOff: true}); err != nil {
		t.Fatal(err)
	}
	if conn, err := m.engine.Dial(t.Context(), "tcp", m.machine.ID, 80); err == nil {
		_ = conn.Close()
		t.Error("a machine that is cut off answers through the engine's API")
	}
}

// A machine whose process died before those of its tasks leaves no control group, when
// it is removed after them.
func TestNothingIsLeftOfAMachine(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*machine) error{
		"removed one by one": func(m *machine) error {
			for _, id := range []string{m.app.ID, m.sandbox, m.machine.ID} {
				if err := m.engine.Remove(m.Context(), id); err != nil {
					return fmt.Errorf("remove %s: %w", id, err)
				}
			}
			return m.engine.RemoveNetwork(m.Context(), "bridge-"+m.name)
		},
		"removed as a whole": func(m *machine) error { return m.engine.RemoveAll(m.Context()) },
	} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, crashed %v", name, crash), func(t *testing.T) {
				t.Parallel()
				m := newMachine(t, dockertest.Engine(t), backend.SandboxSpec{}, "ignore-term")
				if crash {
					if err := m.engine.Crash(t.Context(), m.machine.ID); err != nil {
						t.Fatal(err)
					}
					m.exited(m.machine.ID)
				}
				if err := remove(m); err != nil {
					t.Fatal(err)
				}
				expectNoGroup(t, m.machine.ID)
			})
		}
	}
}

// restart goes on as another run of the owner. The earlier one is closed: it would make
// another lifeline when that is removed which it had.
func (m *machine) restart(owner string) {
	_ = m.engine.Close()
	m.engine = open(m.T, owner)
}

// The engine cannot remove a control group that has others in it, and forgets about it.
func TestASandboxIsRemovedBeforeWhatIsInIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone []int // of machine, sandbox and container
		all  bool
	}{
		"a machine": {[]int{0}, false}, "a task": {[]int{1}, false}, "both": {[]int{0, 1}, false},
		"a task, and all is removed": {[]int{1}, true}, "everything, and all is removed": {[]int{0, 1, 2}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner := dockertest.Owner()
			removeAllOf(t, owner)
			m := newMachine(t, open(t, owner), backend.SandboxSpec{}, "ignore-term")
			m.restart(owner)
			if _, err := m.engine.List(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			ids := []string{m.machine.ID, m.sandbox, m.app.ID}
			for _, i := range c.gone {
				_, err := dockertest.Client(t).ContainerRemove(t.Context(), ids[i], client.ContainerRemoveOptions{Force: true})
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.all {
				if err := m.engine.RemoveAll(t.Context()); err != nil {
					t.Fatal(err)
				}
			} else {
				for _, id := range slices.Backward(ids) {
					if err := m.engine.Remove(t.Context(), id); err != nil {
						t.Fatal(err)
					}
				}
			}
			expectNoGroup(t, m.machine.ID)
		})
	}
}

// The emulator was killed, and a user removed what it had, but not all.
func TestGroupsOfWhatAKilledEmulatorHad(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	m := newMachine(t, open(t, owner), backend.SandboxSpec{}, "ignore-term")
	_ = m.engine.Close() // it would make another lifeline
	for _, id := range []string{m.machine.ID, m.sandbox} {
		if _, err := dockertest.Client(t).ContainerRemove(t.Context(), id, client.ContainerRemoveOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dockertest.Engine(t).RemoveOwner(t.Context(), owner, false); err != nil {
		t.Fatal(err)
	}
	expectNoGroup(t, m.machine.ID)
}
