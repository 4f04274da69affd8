package pair

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var nameCases = []testCase{
	{"SandboxesReachEachOther", testReach},
	{"NamesLeadToTheOtherEngine", testNames},
}

// at is the URL of a port of a sandbox.
func at(c backend.Container, port int) string { return fmt.Sprintf("http://%s:%d/", c.IP, port) }

// started makes and starts a sandbox that is found by a name as well.
func started(s *scene.Env, name string) backend.Container {
	s.Helper()
	spec := s.SingleSpec()
	spec.Aliases = []string{name}
	c := s.NewSandbox(spec)
	s.Start(c.ID)
	return c
}

// testReach has a server on each engine, which who dials reaches through its own engine, and a sandbox of the
// other one by TCP and UDP.
func testReach(s *env) {
	s.both(func(here, there *scene.Env) {
		server, client := here.StartedSandbox(), there.Inspect(there.SharedSandbox())
		here.ServeBoth(server.ID)
		from := there.Spec(client.ID, "check")
		there.AwaitAnswer(from, at(server, 8080))
		there.AwaitAnswer(from, fmt.Sprintf("udp://%s:5353", server.IP))
		there.AskURL(from, at(server, 8081), false)()
		here.ExpectAnswer(server.ID, 8080, "served")
		_, err := there.Engine.Dial(there.Ctx, "tcp", server.ID, 8080)
		there.ExpectMissing("Dial to a sandbox of the other engine", err, backend.KindContainer)
	})
}

// testNames has containers find a sandbox of the other engine by its host name and by an alias, as long as it
// runs.
func testNames(s *env) {
	s.both(func(here, there *scene.Env) {
		alias := strings.ToLower(here.UniqueName("web")) + ".shop.test"
		server := started(here, alias)
		here.Serve(server.ID, "8080")
		neighbour := there.Spec(there.SharedSandbox(), "check")
		name := backend.HostName(server.IP, "ec2.internal")
		for _, called := range append(backend.FoundBy(name), alias) {
			there.AwaitAnswer(neighbour, "http://"+called+":8080/")
		}
		here.Stop(server.ID, scene.Grace)
		there.AskURL(neighbour, "http://"+name+":8080/", false)()
		here.Start(server.ID)
		here.Serve(server.ID, "8081")
		there.AwaitAnswer(neighbour, "http://"+alias+":8081/")
	})
}
