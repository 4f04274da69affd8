package backendtest

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// machineCases have the same machine one after the other, as an engine takes long to make one. Those that
// end it come last, and the last one removes it.
var machineCases = []testCase{
	{"MachinesServeTheSamePorts", testMachines},
	{"AddressesOfContainersThatHaveEndedComeBack", testAddressesComeBack},
	{"PortRangesLeadEachToItsOwn", testPortRange},
	{"ASandboxThatIsCutOffIsSilent", testCutOff},
	{"AMachineIsFilteredAtItsAddress", testMachineFilter},
	{"DaemonsOfAMachineHaveAnAddress", testDaemons},
	{"PortsLeadElsewhereWithoutANewContainer", testPorts},
	{"AContainerNeedsItsSandboxAlsoElsewhere", testSandboxElsewhere},
	{"ANetworkGoesWhenNothingRunsOnIt", testRemoveNetwork},
}

// testAddressesComeBack has more containers run on the network of a machine than it has addresses,
// one after the other. None of them is removed.
func testAddressesComeBack(s *env) {
	m, task := s.MachineInTurn()
	job := s.On(m.Bridge.Name, task, "exit", "0")
	// The one that waits holds its address, and so does the one that runs. Of the others few are left.
	waits, runs := s.CreateFrom(job), s.Served(s.On(m.Bridge.Name, task, "serve", "8080"))
	s.reserveAllBut(3, m.Bridge)
	var first backend.Container
	for n := range 7 { // twice as many, and one: the next address is not the first one
		job.Name = s.UniqueName("job")
		id := s.CreateFrom(job)
		s.Start(id)
		c := s.AwaitExit(id)
		if c.IP == runs.IP {
			s.Fatalf("container %d has the address of one that runs, %v", n, c.IP)
		}
		if n == 0 {
			first = c
		}
	}
	s.Start(waits)
	s.Start(first.ID)
	if again := s.AwaitExit(first.ID); again.ExitCode != 0 || again.IP != first.IP {
		s.Errorf("started again it is %+v; before it was %+v", again, first)
	}
}

// reserveAllBut takes the addresses of a network that are free, but for some, until the case ends.
func (s *env) reserveAllBut(left int, n backend.Network) {
	s.Helper()
	var taken []netip.Addr
	for {
		ip, err := s.Engine.ReserveAddress(s.Ctx, n.Name, n.CIDR)
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

// Two machines serve the same ports, one of a container on their network and one of a
// container in their namespace: to the caller, to other tasks, to each other and to
// themselves.
func testMachines(s *env) {
	var machines [2]scene.Machine
	var tasks [2]string
	machines[0], tasks[0] = s.MachineInTurn()
	machines[1] = s.Machine()
	tasks[1] = s.TaskOn(machines[1])
	for i, m := range machines {
		behind := s.Served(s.On(m.Bridge.Name, tasks[i], "serve", "8080", fmt.Sprint("bridge ", i)))
		s.Served(s.Joining(m, tasks[i], "serve", "9000", fmt.Sprint("host ", i)))
		s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{
			tcp(80, behind), {Protocol: "udp", Port: 80, To: netip.AddrPortFrom(behind.IP, 8080)},
		}})
	}
	elsewhere := s.Spec(s.SharedSandbox(), "check")
	var checks []func()
	for i, m := range machines {
		s.ExpectAnswer(m.ID, 80, fmt.Sprint("bridge ", i))
		s.ExpectAnswer(m.ID, 9000, fmt.Sprint("host ", i))
		for _, port := range []int{80, 9000} {
			checks = append(checks, s.Ask(elsewhere, m.IP, port, true))
			for j, from := range machines {
				checks = append(checks,
					s.Ask(s.On(from.Bridge.Name, tasks[j], "check"), m.IP, port, true),
					s.Ask(s.Joining(from, tasks[j], "check"), m.IP, port, true))
			}
		}
		checks = append(checks,
			s.Ask(s.Joining(m, tasks[i], "check"), netip.MustParseAddr("127.0.0.1"), 80, true),
			s.Ask(elsewhere, m.IP, 81, false))
	}
	for _, judge := range checks {
		judge()
	}
}

// testDaemons has what listens in the namespace of a machine be found at one address, from there and from sandboxes that are told
// of which machine they are. No filter is about it.
func testDaemons(s *env) {
	m, task := s.MachineInTurn()
	s.Served(s.Joining(m, task, "serve", "9000", "daemon"))
	at := netip.MustParseAddr(backend.DaemonAddress)
	inside, stranger := s.StartedSandbox(), s.SharedSandbox()
	for _, sandbox := range []string{m.ID, inside.ID} {
		s.SetFilter(sandbox, &backend.Filter{Strict: true})
		s.setTraffic(sandbox, backend.Traffic{Daemons: m.IP})
	}
	from := s.Spec(inside.ID, "check")
	scene.Judge(
		s.Ask(s.Joining(m, task, "check"), at, 9000, true),
		s.Ask(from, at, 9000, true),
		s.Ask(from, at, 9001, false),
		s.Ask(from, m.IP, 9000, false),
		s.Ask(s.Spec(stranger, "check"), at, 9000, false),
	)
	s.setTraffic(inside.ID, backend.Traffic{CutOff: true, Daemons: m.IP})
	s.Ask(from, at, 9000, false)()
	s.setTraffic(inside.ID, backend.Traffic{Daemons: m.IP})
	s.Ask(from, at, 9000, true)()
}

// hostnameOf asks a server for its host name.
func (s *env) hostnameOf(sandbox string, port int) string {
	s.Helper()
	_, header := s.Get(sandbox, port, "/")
	return header.Get("X-Hostname")
}
