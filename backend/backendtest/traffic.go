package backendtest

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var trafficCases = []testCase{
	{"TrafficIsForSandboxesThatRun", testTrafficRefused},
}

// setTraffic says what a sandbox does with packets.
func (s *env) setTraffic(sandbox string, t backend.Traffic) {
	s.Helper()
	for range 2 { // twice is harmless
		if err := s.Engine.SetTraffic(s.Ctx, sandbox, t); err != nil {
			s.Fatalf("SetTraffic: %v", err)
		}
	}
}

// tcp leads a port to where a container serves.
func tcp(port uint16, to backend.Container) backend.PortForward {
	return backend.PortForward{Protocol: "tcp", Port: port, To: netip.AddrPortFrom(to.IP, 8080)}
}

func testPorts(s *env) {
	m, task := s.MachineInTurn()
	first := s.Served(s.On(m.Bridge.Name, task, "serve", "8080", "first"))
	second := s.Served(s.On(m.Bridge.Name, task, "serve", "8080", "second"))
	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, first), tcp(81, second)}})
	s.ExpectAnswer(m.ID, 80, "first")
	s.ExpectAnswer(m.ID, 81, "second")
	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, second)}})
	s.ExpectAnswer(m.ID, 80, "second")
	s.ExpectSilence(m.ID, 81)
	s.setTraffic(m.ID, backend.Traffic{})
	s.ExpectSilence(m.ID, 80)

	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, first)}})
	s.Stop(m.ID, scene.Grace)
	s.Start(m.ID)
	s.ExpectSilence(m.ID, 80)
	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, first)}})
	s.ExpectAnswer(m.ID, 80, "first")
}

// testPortRange leads ranges that a container serves one port of, in front, inside and at
// the end: each port leads to the one that is as far from the first.
func testPortRange(s *env) {
	m, task := s.MachineInTurn()
	c := s.Served(s.On(m.Bridge.Name, task, "serve", "8080", "inside"))
	for _, r := range []struct{ first, more, to, answers uint16 }{
		{32768, 4, 8080, 32768},
		{32775, 9, 8073, 32782},
		{40001, 99, 7981, 40100},
		{49152, 4095, 4096, 53136},
		{50000, 99, 8041, 50039},
	} {
		forward := backend.PortForward{Protocol: "tcp", Port: r.first, More: r.more, To: netip.AddrPortFrom(c.IP, r.to)}
		s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{forward, tcp(80, c)}})
		s.ExpectAnswer(m.ID, int(r.answers), "inside")
		s.ExpectSilence(m.ID, int(r.answers)-1)
		s.ExpectSilence(m.ID, int(r.answers)+1)
		s.ExpectAnswer(m.ID, 80, "inside")
	}
}

func testTrafficRefused(s *env) {
	s.ExpectMissing("SetTraffic of an unknown one", s.Engine.SetTraffic(s.Ctx, unknownID, backend.Traffic{}), backend.KindContainer)
	err := s.Engine.SetTraffic(s.Ctx, s.SharedStopped(), backend.Traffic{})
	s.ExpectError("SetTraffic of one that does not run", err, backend.ErrNoSandbox)
	to := netip.MustParseAddrPort("10.0.0.9:80")
	m, _ := s.SharedMachine()
	for what, wrong := range map[string]struct {
		id    string
		ports []backend.PortForward
	}{
		"of a sandbox that routes nothing": {s.SharedSandbox(), []backend.PortForward{{Protocol: "tcp", Port: 80, To: to}}},
		"with an unknown protocol":         {m.ID, []backend.PortForward{{Protocol: "sctp", Port: 80, To: to}}},
		"with port 0":                      {m.ID, []backend.PortForward{{Protocol: "tcp", To: to}}},
		"that leads nowhere":               {m.ID, []backend.PortForward{{Protocol: "tcp", Port: 80}}},
		"beyond the last port":             {m.ID, []backend.PortForward{{Protocol: "tcp", Port: 65000, More: 536, To: to}}},
		"to beyond the last port":          {m.ID, []backend.PortForward{{Protocol: "tcp", Port: 80, More: 65456, To: to}}},
		"in ranges that overlap":           {m.ID, []backend.PortForward{{Protocol: "tcp", Port: 85, To: to}, {Protocol: "tcp", Port: 80, More: 5, To: to}}},
		"that leads to two places":         {m.ID, []backend.PortForward{{Protocol: "tcp", Port: 80, To: to}, {Protocol: "tcp", Port: 80, To: to}}},
	} {
		if err := s.Engine.SetTraffic(s.Ctx, wrong.id, backend.Traffic{Ports: wrong.ports}); err == nil {
			s.Errorf("SetTraffic %s succeeds", what)
		}
	}
}

func testCutOff(s *env) {
	m, task := s.MachineInTurn()
	behind := s.Served(s.On(m.Bridge.Name, task, "serve", "8080", "bridge"))
	plain := s.StartedSandbox()
	s.Serve(plain.ID, "8080", "plain")
	elsewhere := s.Spec(s.SharedSandbox(), "check")
	ports := []backend.PortForward{tcp(80, behind)}
	s.setTraffic(m.ID, backend.Traffic{Ports: ports})
	s.ExpectCheck(s.On(m.Bridge.Name, task, "check"), plain.IP, true)

	s.setTraffic(m.ID, backend.Traffic{Ports: ports, CutOff: true})
	s.setTraffic(plain.ID, backend.Traffic{CutOff: true})
	inwards := []func(){s.Ask(elsewhere, m.IP, 80, false), s.Ask(elsewhere, plain.IP, 8080, false)}
	s.ExpectSilence(m.ID, 80)
	s.ExpectSilence(plain.ID, 8080)
	s.ExpectCheck(s.Spec(plain.ID, "check"), netip.MustParseAddr("127.0.0.1"), true)
	for _, judge := range inwards {
		judge()
	}
	s.setTraffic(plain.ID, backend.Traffic{})
	s.ExpectCheck(s.On(m.Bridge.Name, task, "check"), plain.IP, false)
	s.AskAnew(s.On(m.Bridge.Name, task, "check"), fmt.Sprintf("http://%s:8080/", plain.IP), false)()

	s.setTraffic(m.ID, backend.Traffic{Ports: ports})
	s.ExpectAnswer(m.ID, 80, "bridge")
	s.ExpectAnswer(plain.ID, 8080, "plain")
	s.ExpectCheck(s.On(m.Bridge.Name, task, "check"), plain.IP, true)
}
