package control_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

func part(t interface{ Fatal(...any) }, pieces ...balancer.Piece) *control.Part {
	p, err := control.NewPart("targets", pieces)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func isTarget(k balancer.Key) bool { return k.Kind == balancer.KindTarget }

// What follows a part is pushed by what differs from it, without a look at what else the server has.
func TestAPartIsFollowedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		looked := 0
		push := func(p *control.Part, own ...balancer.Piece) error {
			return s.UpdateParts(t.Context(), []*control.Part{p}, own, func(k balancer.Key) bool { looked++; return isTarget(k) })
		}
		update(t, s, target("former"), listener("web"))
		there.plane.takes()
		if err := push(part(t, target("a"), target("b")), listener("own")); err != nil {
			t.Fatal(err)
		}
		expect(t, "the first part", there.plane.takes(), "set a, set b, set own, remove former")
		looked = 0
		if err := push(part(t, target("b"), target("c")), listener("own")); err != nil {
			t.Fatal(err)
		}
		expect(t, "the second part", there.plane.takes(), "set c, remove a")
		if looked > 0 {
			t.Errorf("%d keys were looked at for two changes", looked)
		}
		refused := push(part(t, target("b"), target("refused")))
		if refused == nil {
			t.Error("the third part is not refused")
		}
		expect(t, "the third part", there.plane.takes(), "remove c")
		if err := push(part(t, target("b"))); err != nil {
			t.Fatal(err)
		}
		expect(t, "the fourth part takes back what was refused", there.plane.takes(), "remove refused")
	})
}

// Update says all that there is to be, so parts are not in place any more.
func TestAPartIsPushedAgainAfterAnUpdateWithoutIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		for range 2 {
			if err := s.UpdateParts(t.Context(), []*control.Part{part(t, target("a"))}, nil, isTarget); err != nil {
				t.Fatal(err)
			}
			expect(t, "the part", there.plane.takes(), "set a")
			update(t, s)
			expect(t, "nothing", there.plane.takes(), "remove a")
		}
	})
}

// What was sent and not answered for in time may be in place.
func TestWhatWasNotAnsweredForIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		update(t, s, target("a"))
		there.plane.takes()
		there.plane.slow = time.Second
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		drains := target("a")
		drains.Target.Draining = true
		if err := s.Update(soon, []balancer.Piece{drains, target("b")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		expect(t, "late", there.plane.takes(), "set a, set b")
		update(t, s, target("a"))
		expect(t, "taken back", there.plane.takes(), "set a, remove b")
	})
}

// failing is a data plane that fails with what drains, when it is told to.
type failing struct {
	*memory
	fails, goOn chan struct{}
}

func (f failing) Set(p balancer.Piece) error {
	if !p.Target.Draining {
		return f.memory.Set(p)
	}
	close(f.fails)
	<-f.goOn
	return errors.New("no")
}

func TestAFailureTakesBackNoLaterVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plane := failing{&memory{has: map[string]uint16{}}, make(chan struct{}), make(chan struct{})}
		server := control.NewServer()
		dial := func() *control.Client {
			near, there := net.Pipe()
			go func() { _ = server.Serve(t.Context(), plane, there) }()
			return connect(t, near, nil)
		}
		first, second := dial(), dial()
		drains, failed := target("a"), make(chan struct{})
		drains.Target.Draining = true
		go func() { defer close(failed); _ = first.Update(t.Context(), []balancer.Piece{drains}) }()
		<-plane.fails
		update(t, second, target("x"), target("a")) // which is version 2
		close(plane.goOn)
		<-failed
		for _, h := range dial().Has() {
			if h.Key.ID == "a" && h.Version != 2 {
				t.Errorf("%+v", h)
			}
		}
	})
}

// memory is a data plane that has what it was told, and refuses what it is to refuse.
type memory struct {
	mu      sync.Mutex
	has     map[string]uint16 // ports of targets by id
	refuses string
}

func (m *memory) Set(p balancer.Piece) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.Target.ID == m.refuses {
		return errors.New("no")
	}
	m.has[p.Target.ID] = p.Target.Addr.Port()
	return nil
}

func (m *memory) Remove(key balancer.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.has, key.ID)
}

func (m *memory) Settle()                  {}
func (m *memory) Counts() *balancer.Counts { return nil }

// Servers that get parts at different times, refuse some of their pieces and lose their clients act by the part that they
// got last.
func TestServersActByTheirLatestPart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		planes, servers, clients := make([]*memory, 3), make([]*control.Server, 3), make([]*control.Client, 3)
		dial := func(i int) {
			if clients[i] != nil {
				clients[i].Close()
			}
			near, there := net.Pipe()
			go func() { _ = servers[i].Serve(t.Context(), planes[i], there) }()
			var err error
			if clients[i], err = control.Connect(t.Context(), near, nil); err != nil {
				r.Fatal(err)
			}
		}
		for i := range planes {
			planes[i], servers[i] = &memory{has: map[string]uint16{}}, control.NewServer()
			dial(i)
		}
		defer func() {
			for _, c := range clients {
				c.Close()
			}
		}()
		latest := part(r)
		wanted := map[string]uint16{}
		id := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		r.Repeat(map[string]func(*rapid.T){
			"the part changes": func(r *rapid.T) {
				wanted = rapid.MapOf(id, rapid.Uint16Range(1, 3)).Draw(r, "targets")
				var pieces []balancer.Piece
				for _, name := range slices.Sorted(maps.Keys(wanted)) {
					at := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), wanted[name])
					pieces = append(pieces, balancer.Piece{Target: &balancer.Target{Group: "group", ID: name, Addr: at}})
				}
				latest = part(r, pieces...)
			},
			"a server gets it": func(r *rapid.T) {
				i := rapid.IntRange(0, 2).Draw(r, "server")
				planes[i].mu.Lock()
				planes[i].refuses = rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(r, "refused")
				planes[i].mu.Unlock()
				err := clients[i].UpdateParts(t.Context(), []*control.Part{latest}, nil, isTarget)
				planes[i].mu.Lock()
				defer planes[i].mu.Unlock()
				if err == nil && !maps.Equal(planes[i].has, wanted) {
					r.Fatalf("server %d has %v, want %v", i, planes[i].has, wanted)
				}
				if _, ok := wanted[planes[i].refuses]; err != nil && !ok {
					r.Fatal(err)
				}
			},
			"a server gets another client": func(r *rapid.T) { dial(rapid.IntRange(0, 2).Draw(r, "server")) },
			"":                             func(*rapid.T) {},
		})
	})
}
