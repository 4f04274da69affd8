package backendtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// machineCases have the same machine one after the other, as an engine takes long to make one. Those that
// end it come last, and the last one removes it.
var machineCases = []testCase{
	{"MachinesServeTheSamePorts", testMachines},
	{"AddressesOfContainersThatHaveEndedComeBack", testAddressesComeBack},
	{"PortRangesLeadEachToItsOwn", testPortRange},
	{"ASandboxThatIsCutOffIsSilent", testCutOff},
	{"AMachineIsFilteredAtItsAddress", testMachineFilter},
	{"PortsLeadElsewhereWithoutANewContainer", testPorts},
	{"AContainerNeedsItsSandboxAlsoElsewhere", testSandboxElsewhere},
	{"ANetworkGoesWhenNothingRunsOnIt", testRemoveNetwork},
}

// machine is a sandbox that routes a network, as a container instance is.
type machine struct {
	backend.Container
	bridge backend.Network
}

func (s *env) machine() machine {
	s.Helper()
	m := machine{bridge: s.bridge()}
	spec := s.sandboxSpec()
	spec.Routes = m.bridge.Name
	m.Container = s.newSandbox(spec)
	s.start(m.ID)
	return m
}

// bridgeRanges is the first of the ranges 10.N.0.0/16 in which bridges are. Tests of an engine run beside
// those of others, which have ranges of their own: see freeRange of the tests of package emulator.
const bridgeRanges = 50

// bridge makes a network with a free range. It goes after all that is on it.
func (s *env) bridge() backend.Network {
	s.Helper()
	name := s.name("bridge")
	for range 20 {
		cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(bridgeRanges + rand.IntN(50)), byte(rand.IntN(256)), byte(64 * rand.IntN(4))}), 26)
		n, err := s.Engine.EnsureNetwork(s.ctx, backend.NetworkSpec{Name: name, CIDR: cidr, Isolated: true, Labels: s.labels()})
		if errors.Is(err, backend.ErrAddressInUse) {
			continue
		}
		if err != nil {
			s.Fatalf("EnsureNetwork: %v", err)
		}
		s.networks = append(s.networks, name)
		return n
	}
	s.Fatal("no range is free")
	return backend.Network{}
}

// testAddressesComeBack has more containers run on the network of a machine than it has addresses,
// one after the other. None of them is removed.
func testAddressesComeBack(s *env) {
	m, task := s.machineInTurn()
	job := s.on(m.bridge.Name, task, "exit", "0")
	// The one that waits holds its address, and so does the one that runs. Of the others few are left.
	waits, runs := s.createFrom(job), s.served(s.on(m.bridge.Name, task, "serve", "8080"))
	s.reserveAllBut(3, m.bridge)
	var first backend.Container
	for n := range 7 { // twice as many, and one: the next address is not the first one
		job.Name = s.name("job")
		id := s.createFrom(job)
		s.start(id)
		c := s.awaitExit(id)
		if c.IP == runs.IP {
			s.Fatalf("container %d has the address of one that runs, %v", n, c.IP)
		}
		if n == 0 {
			first = c
		}
	}
	s.start(waits)
	s.start(first.ID)
	if again := s.awaitExit(first.ID); again.ExitCode != 0 || again.IP != first.IP {
		s.Errorf("started again it is %+v; before it was %+v", again, first)
	}
}

// reserveAllBut takes the addresses of a network that are free, but for some, until the case ends.
func (s *env) reserveAllBut(left int, n backend.Network) {
	s.Helper()
	var taken []netip.Addr
	for {
		ip, err := s.Engine.ReserveAddress(s.ctx, n.Name, n.CIDR)
		if errors.Is(err, backend.ErrSubnetFull) && len(taken) > left {
			break
		}
		if err != nil {
			s.Fatalf("ReserveAddress after %d: %v", len(taken), err)
		}
		taken = append(taken, ip)
	}
	for _, ip := range taken[:left] {
		s.Engine.ReleaseAddress(n.Name, ip)
	}
	s.Cleanup(func() {
		for _, ip := range taken[left:] {
			s.Engine.ReleaseAddress(n.Name, ip)
		}
	})
}

// taskOn makes and starts the sandbox of a task on a machine, which has no address.
func (s *env) taskOn(m machine) string {
	s.Helper()
	spec := s.sandboxSpec()
	spec.Network, spec.Parent = "", m.ID
	id := s.createSandbox(spec)
	s.start(id)
	return id
}

// on is a container of a task on a network.
func (s *env) on(network, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.spec(sandbox, command...)
	spec.Network = network
	return spec
}

// joining is a container of a task in the namespace of a machine.
func (s *env) joining(m machine, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.spec(sandbox, command...)
	spec.Joins = m.ID
	return spec
}

// served runs a server and returns it when it listens.
func (s *env) served(spec backend.ContainerSpec) backend.Container {
	s.Helper()
	id := s.createFrom(spec)
	s.start(id)
	s.awaitLine(id, "listening on :"+spec.Command[1])
	return s.inspect(id)
}

// expectAnswer wants a port of a sandbox to answer with a text.
func (s *env) expectAnswer(sandbox string, port int, want string) {
	s.Helper()
	if body, _ := s.get(sandbox, port, "/"); body != want {
		s.Errorf("port %d answers %q, want %q", port, body, want)
	}
}

// expectSilence wants a port of a sandbox not to answer.
func (s *env) expectSilence(sandbox string, port int) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	conn, err := s.Engine.Dial(ctx, "tcp", sandbox, port)
	if err == nil {
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
		_, err = io.ReadFull(conn, make([]byte, 1))
	}
	if err == nil || errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrUnavailable) {
		s.Errorf("port %d: %v, want no answer", port, err)
	}
}

// Two machines serve the same ports, one of a container on their network and one of a
// container in their namespace: to the caller, to other tasks, to each other and to
// themselves.
func testMachines(s *env) {
	var machines [2]machine
	var tasks [2]string
	machines[0], tasks[0] = s.machineInTurn()
	machines[1] = s.machine()
	tasks[1] = s.taskOn(machines[1])
	for i, m := range machines {
		behind := s.served(s.on(m.bridge.Name, tasks[i], "serve", "8080", fmt.Sprint("bridge ", i)))
		s.served(s.joining(m, tasks[i], "serve", "9000", fmt.Sprint("host ", i)))
		s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{
			tcp(80, behind), {Protocol: "udp", Port: 80, To: netip.AddrPortFrom(behind.IP, 8080)},
		}})
	}
	elsewhere := s.spec(s.sharedSandbox(), "check")
	var checks []func()
	for i, m := range machines {
		s.expectAnswer(m.ID, 80, fmt.Sprint("bridge ", i))
		s.expectAnswer(m.ID, 9000, fmt.Sprint("host ", i))
		for _, port := range []int{80, 9000} {
			checks = append(checks, s.ask(elsewhere, m.IP, port, true))
			for j, from := range machines {
				checks = append(checks,
					s.ask(s.on(from.bridge.Name, tasks[j], "check"), m.IP, port, true),
					s.ask(s.joining(from, tasks[j], "check"), m.IP, port, true))
			}
		}
		checks = append(checks,
			s.ask(s.joining(m, tasks[i], "check"), netip.MustParseAddr("127.0.0.1"), 80, true),
			s.ask(elsewhere, m.IP, 81, false))
	}
	for _, judge := range checks {
		judge()
	}
}

// hostnameOf asks a server for its host name.
func (s *env) hostnameOf(sandbox string, port int) string {
	s.Helper()
	_, header := s.get(sandbox, port, "/")
	return header.Get("X-Hostname")
}
