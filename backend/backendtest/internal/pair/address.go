package pair

import (
	"net/netip"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var addressCases = []testCase{
	{"AnAddressIsGivenOnce", testAddresses},
	{"AReservationHoldsOnBoth", testReservation},
	{"AnAddressInUseIsRefusedAtOnce", testAddressInUse},
	{"AnAddressMovesToTheOtherEngine", testAddressMoves},
}

// subnet is one of 16 addresses that no other case uses.
func (s *env) subnet(number int) netip.Prefix {
	base := s.a.Network.CIDR.Addr().As4()
	base[2], base[3] = 201, byte(16*number)
	return netip.PrefixFrom(netip.AddrFrom4(base), 28)
}

// room is how many sandboxes a subnet of 16 addresses has room for: AWS keeps five of each.
const room = 16 - 5

// testAddresses fills a subnet from both engines at once.
func testAddresses(s *env) {
	var mu sync.Mutex
	given := map[netip.Addr]int{}
	var calls sync.WaitGroup
	for i := range room {
		on := []*scene.Env{s.a, s.b}[i%2]
		calls.Go(func() {
			address, err := on.Engine.ReserveAddress(on.Ctx, on.Network.Name, s.subnet(1))
			if err != nil {
				s.Errorf("ReserveAddress: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			given[address]++
		})
	}
	calls.Wait()
	if len(given) != room {
		s.Fatalf("of %d addresses some were given twice: %v", room, given)
	}
	s.both(func(here, _ *scene.Env) {
		_, err := here.Engine.ReserveAddress(here.Ctx, here.Network.Name, s.subnet(1))
		here.ExpectError("ReserveAddress in a subnet that both have filled", err, backend.ErrSubnetFull)
		spec := here.SingleSpec()
		spec.Subnet = s.subnet(1)
		_, err = here.Engine.CreateSandbox(here.Ctx, spec)
		here.ExpectError("CreateSandbox in a subnet that both have filled", err, backend.ErrSubnetFull)
	})
	for address := range given { // also those that the other engine has reserved
		s.b.Engine.ReleaseAddress(s.b.Network.Name, address)
	}
	first, second := s.a.SingleSpec(), s.b.SingleSpec()
	first.Subnet, second.Subnet = s.subnet(1), s.subnet(1)
	if one, other := s.a.NewSandbox(first), s.b.NewSandbox(second); one.IP == other.IP || one.MAC == other.MAC {
		s.Errorf("sandboxes of both engines have the address %v with %s, and %v with %s", one.IP, one.MAC, other.IP, other.MAC)
	}
}

// testReservation has a sandbox of one engine have the address that the other one reserved.
func testReservation(s *env) {
	s.both(func(here, there *scene.Env) {
		reserved, err := here.Engine.ReserveAddress(here.Ctx, here.Network.Name, s.subnet(2))
		if err != nil {
			s.Fatalf("ReserveAddress: %v", err)
		}
		spec := there.SingleSpec()
		spec.Subnet = s.subnet(2)
		if c := there.NewSandbox(spec); c.IP == reserved {
			s.Errorf("a sandbox that asks for none has the address %v, which the other engine has reserved", c.IP)
		}
		asks := there.SingleSpec()
		asks.IP = reserved
		if c := there.NewSandbox(asks); c.IP != reserved {
			s.Errorf("the sandbox has the address %v, want %v", c.IP, reserved)
		}
		here.Engine.ReleaseAddress(here.Network.Name, reserved)
	})
}

func testAddressInUse(s *env) {
	s.both(func(here, there *scene.Env) {
		has := here.NewSandbox(here.SingleSpec())
		here.Start(has.ID)
		spec := there.SingleSpec()
		spec.IP = has.IP
		began := time.Now()
		_, err := there.Engine.CreateSandbox(there.Ctx, spec)
		soon(s, began)
		there.ExpectError("CreateSandbox with an address that a sandbox of the other engine has", err, backend.ErrAddressInUse)
		here.Stop(has.ID, scene.Grace)
		began = time.Now()
		_, err = there.Engine.CreateSandbox(there.Ctx, spec)
		soon(s, began)
		there.ExpectError("CreateSandbox with the address of one that has stopped", err, backend.ErrAddressInUse)
	})
}

// testAddressMoves has a caller reach a server that is elsewhere under an address that it has asked before.
func testAddressMoves(s *env) {
	caller := s.a.StartedSandbox()
	old := s.a.SingleSpec()
	old.Subnet = s.subnet(3)
	first := s.a.NewSandbox(old)
	s.a.Start(first.ID)
	s.a.Serve(first.ID, "8080")
	from := s.a.Spec(caller.ID, "check")
	s.a.AwaitAnswer(from, at(first, 8080))
	s.a.Remove(first.ID)
	next := s.b.SingleSpec()
	next.IP = first.IP
	second := s.b.NewSandbox(next)
	s.b.Start(second.ID)
	s.b.Serve(second.ID, "8081")
	s.a.AwaitAnswer(from, at(second, 8081))
	s.a.AskURL(from, at(second, 8080), false)()
}
