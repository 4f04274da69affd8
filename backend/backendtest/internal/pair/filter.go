package pair

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var filterCases = []testCase{
	{"AFilterKnowsPeersOnTheOtherEngine", testFilter},
}

// testFilter has a server let in one sandbox of the other engine and not its neighbour there, and a client be let
// out to it alone.
func testFilter(s *env) {
	s.both(func(here, there *scene.Env) {
		server, friend, stranger := here.StartedSandbox(), there.StartedSandbox(), there.Inspect(there.SharedSandbox())
		here.ServeBoth(server.ID)
		for _, c := range []backend.Container{friend, stranger} {
			there.AwaitAnswer(there.Spec(c.ID, "check"), at(server, 8080))
		}
		here.SetFilter(server.ID, &backend.Filter{Out: scene.Everything(), Strict: true, In: []backend.FilterRule{
			scene.Rule(backend.TCP, 8080, 8080, scene.Only(friend.IP)), scene.Rule(backend.UDP, 5353, 5353, scene.Only(stranger.IP)),
		}})
		scene.Judge(there.AskBoth(friend.ID, server.IP, true, false), there.AskBoth(stranger.ID, server.IP, false, true))
		here.SetFilter(server.ID, nil)

		there.SetFilter(friend.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.UDP, -1, -1, scene.Only(server.IP))}})
		scene.Judge(there.AskBoth(friend.ID, server.IP, false, true), there.AskBoth(stranger.ID, server.IP, true, true))
		there.SetFilter(friend.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(stranger.IP))}})
		scene.Judge(there.AskBoth(friend.ID, server.IP, false, false))
	})
}
