// Package pair is the contract of two engines of one owner that share networks: what of it crosses them. What each
// does by itself is for the suite of one engine.
package pair

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// Fixture is two engines under test. Both have the same owner, and their networks and addresses are the same.
type Fixture struct {
	A, B scene.Fixture
	// Outside is where a server answers HTTP that is in no VPC, such as one on the hosts' own network. Without it,
	// the cases about ways out are left out.
	Outside netip.AddrPort
	// FromHost asks for an address by HTTP, from the host of engine B and out of any container, and reports whether
	// there was an answer. Without it, the cases about the host are left out.
	FromHost func(t *testing.T, to netip.AddrPort) (answered bool)
	// Apart says that owners share nothing at all, so that a range may be given to each of them.
	Apart bool
}

// env is one case on its engines.
type env struct {
	*testing.T
	Fixture
	a, b *scene.Env
}

// testCase is a sentence of the contract. It stands in the file of the noun that it is about.
type testCase struct {
	name string
	run  func(*env)
}

// suite is what the cases of one owner share.
type suite struct {
	Fixture
	a, b *scene.Suite
}

func newSuite(t *testing.T, fixture Fixture) *suite {
	t.Helper()
	return &suite{Fixture: fixture, a: scene.NewSuite(t, fixture.A), b: scene.NewSuite(t, fixture.B)}
}

// newEnv begins a case. What it makes goes with it: of engine B first, so that networks are made on engine A.
func (s *suite) newEnv(t *testing.T) *env {
	t.Helper()
	return &env{T: t, Fixture: s.Fixture, a: s.a.NewEnv(t), b: s.b.NewEnv(t)}
}

// Run runs the cases. It calls open for each owner that it needs.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	s := newSuite(t, open(t))
	t.Run("Owner", func(t *testing.T) {
		for _, c := range slices.Concat(networkCases, addressCases, nameCases, filterCases, machineCases, loadBalancerCases, resolverCases, containerCases, imageCases, s.besides()) {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(s.newEnv(t))
			})
		}
	})
	apart := func(name string, run func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
	apart("OwnersOnTheSameEnginesAreApart", func(t *testing.T) {
		other := newSuite(t, open(t))
		testOwners(s.newEnv(t), other.newEnv(t))
	})
	apart("RemoveAllLeavesTheOtherEngine", func(t *testing.T) { testRemoveAll(newSuite(t, open(t)).newEnv(t)) })
	apart("AnEngineThatIsClosedTakesNoOtherAlong", func(t *testing.T) { testClosed(t, open(t)) })
	if s.B.Lose != nil && s.B.Restore != nil {
		apart("AnEngineGoesOnWhileTheOtherIsAway", func(t *testing.T) { testAway(newSuite(t, open(t)).newEnv(t)) })
	}
	if s.B.Hang != nil && s.B.Resume != nil {
		apart("AnEngineGoesOnWhileTheOtherHangs", func(t *testing.T) { testHung(newSuite(t, open(t)).newEnv(t)) })
	}
}

// both runs something on each engine, with the other one.
func (s *env) both(each func(here, there *scene.Env)) {
	s.Helper()
	each(s.a, s.b)
	each(s.b, s.a)
}
