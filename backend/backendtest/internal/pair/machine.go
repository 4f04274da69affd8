package pair

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var machineCases = []testCase{
	{"MachinesReachTheOtherEngine", testMachines},
}

// testMachines has a machine on each engine, with the port of a container on its bridge, which sandboxes and the
// machine of the other engine reach.
func testMachines(s *env) {
	var tasks [2]string
	var machines [2]scene.Machine
	for i, on := range []*scene.Env{s.a, s.b} {
		machines[i], tasks[i] = on.SharedMachine()
	}
	server := s.a.Served(s.a.On(machines[0].Bridge.Name, tasks[0], "serve", "8080"))
	lead := backend.Traffic{Ports: []backend.PortForward{{Protocol: "tcp", Port: 80, To: netip.AddrPortFrom(server.IP, 8080)}}}
	if err := s.a.Engine.SetTraffic(s.a.Ctx, machines[0].ID, lead); err != nil {
		s.Fatalf("SetTraffic: %v", err)
	}
	entrance := at(machines[0].Container, 80)
	onBridge := s.b.On(machines[1].Bridge.Name, tasks[1], "check")
	s.b.AwaitAnswer(s.b.Spec(s.b.SharedSandbox(), "check"), entrance)
	s.b.AwaitAnswer(s.b.Joining(machines[1], tasks[1], "check"), entrance)
	s.b.AwaitAnswer(onBridge, entrance)
	s.b.AskURL(onBridge, fmt.Sprintf("http://%s:8080/", server.IP), false)() // nothing leads to the bridge itself

	s.a.SetFilter(machines[0].ID, &backend.Filter{Out: scene.Everything(), Strict: true, In: []backend.FilterRule{
		scene.Rule(backend.TCP, 80, 80, scene.Only(machines[1].IP)),
	}})
	scene.Judge(s.b.AskURL(onBridge, entrance, true), s.b.AskURL(s.b.Spec(s.b.SharedSandbox(), "check"), entrance, false))
	s.a.SetFilter(machines[0].ID, nil)
}
