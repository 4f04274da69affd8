package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// plane notes what it is told.
type plane struct {
	slow time.Duration // what a piece takes
	mu   sync.Mutex
	did  []string

	counts  *balancer.Counts
	drained chan struct{} // ends Drain
}

func (p *plane) Drain(ctx context.Context) {
	select {
	case <-p.drained:
	case <-ctx.Done():
	}
}

func (p *plane) Set(piece balancer.Piece) error {
	time.Sleep(p.slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	key, _ := piece.Key()
	if key.ID == "refused" {
		return errors.New("there is no such port")
	}
	p.did = append(p.did, fmt.Sprint("set ", key.ID))
	return nil
}

func (p *plane) Remove(key balancer.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, "remove "+key.ID)
}

func (p *plane) Settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, "settle")
}

func (p *plane) Counts() *balancer.Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// takes is what the plane has been told since the last time.
func (p *plane) takes() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.did = nil }()
	return strings.Join(p.did, ", ")
}

// far is a control server with a data plane, and the streams to it.
type far struct {
	*control.Server
	plane plane
}

func (f *far) dial(t *testing.T) net.Conn {
	near, there := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = f.Serve(t.Context(), &f.plane, there)
	}()
	t.Cleanup(func() { _ = near.Close(); _ = there.Close(); <-ended })
	return near
}

// news collects what a client hears.
type news struct {
	mu   sync.Mutex
	last map[string]string // state by target
}

func (n *news) hear(all []balancer.Health) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range all {
		if n.last == nil {
			n.last = map[string]string{}
		}
		n.last[h.Target] = h.State
	}
}

func (n *news) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, id := range slices.Sorted(maps.Keys(n.last)) {
		all = append(all, id+" "+n.last[id])
	}
	return strings.Join(all, ", ")
}

func connect(t *testing.T, stream io.ReadWriteCloser, heard func([]balancer.Health)) *control.Client {
	t.Helper()
	s, err := control.Connect(t.Context(), stream, heard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func update(t *testing.T, s *control.Client, wanted ...balancer.Piece) {
	t.Helper()
	if err := s.Update(t.Context(), wanted); err != nil {
		t.Fatal(err)
	}
}

func group(protocol string) balancer.Piece {
	return balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: protocol}}
}

func target(id string) balancer.Piece {
	return balancer.Piece{Target: &balancer.Target{Group: "group", ID: id, Addr: netip.MustParseAddrPort("10.0.0.1:80")}}
}

func listener(id string) balancer.Piece {
	return balancer.Piece{Listener: &balancer.Listener{ID: id, Port: 80}}
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestOnlyWhatDiffersIsPushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		update(t, s, group("HTTP"), target("a"), listener("web"))
		expect(t, "at first", there.plane.takes(), "set group, set a, set web")
		update(t, s, group("HTTP"), target("a"), listener("web"))
		expect(t, "again", there.plane.takes(), "")
		healthy := target("a")
		healthy.Target.Healthy = true
		update(t, s, group("HTTPS"), healthy, target("b"), listener("web"))
		expect(t, "a change", there.plane.takes(), "set group, set b")
		update(t, s, group("HTTPS"), target("b"))
		expect(t, "what is gone", there.plane.takes(), "remove web, remove a")
		update(t, s, group("HTTPS"), target("b"), listener("web"))
		there.plane.takes()
		update(t, s, group("HTTPS"), listener("other"))
		expect(t, "a listener that may want the port of one that is gone", there.plane.takes(), "remove web, set other, remove b")
	})
}

func TestAPartIsPushedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		update(t, s, group("HTTP"), target("a"), target("b"), listener("web"))
		there.plane.takes()
		targets := func(k balancer.Key) bool { return k.Kind == balancer.KindTarget }
		if err := s.UpdateParts(t.Context(), nil, []balancer.Piece{target("b"), target("c")}, targets); err != nil {
			t.Fatal(err)
		}
		expect(t, "the part", there.plane.takes(), "set c, remove a")
		update(t, s, group("HTTP"), target("b"), target("c"), listener("web"))
		expect(t, "the whole", there.plane.takes(), "")
	})
}

func TestWhoComesBackPushesOnlyWhatHasChangedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		first := connect(t, there.dial(t), nil)
		update(t, first, group("HTTP"), target("a"), listener("web"))
		first.Close()
		there.plane.takes()
		second := connect(t, there.dial(t), nil)
		update(t, second, group("HTTP"), target("b"), listener("web"))
		expect(t, "the next run", there.plane.takes(), "set b, remove a")
	})
}

func TestAPieceThatIsRefusedKeepsNoOtherFromItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		err := s.Update(t.Context(), []balancer.Piece{listener("refused"), listener("web")})
		if err == nil || err.Error() != "listener refused: there is no such port" {
			t.Errorf("the error is %v", err)
		}
		expect(t, "the others", there.plane.takes(), "set web")
	})
}

func TestASessionHearsHowTargetsAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		there.Report(balancer.Health{Group: "group", Target: "a", State: "healthy"})
		there.Report(balancer.Health{Group: "group", Target: "b", State: "initial"})
		var heard news
		s := connect(t, there.dial(t), heard.hear)
		sync := func() {
			if err := s.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		sync()
		expect(t, "who comes late", heard.String(), "a healthy, b initial")
		there.Report(balancer.Health{Group: "group", Target: "b", State: "unhealthy"})
		sync()
		expect(t, "who is there", heard.String(), "a healthy, b unhealthy")
		update(t, s, target("a"))
		update(t, s)
		heard.last = nil
		connect(t, there.dial(t), heard.hear)
		synctest.Wait()
		expect(t, "a target that is gone", heard.String(), "b unhealthy")
	})
}

// The client does not know what has become of a piece that was not answered for in time: the next one has
// to be newer than that.
func TestAPieceThatWasNotAnsweredForIsPushedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		s := connect(t, there.dial(t), nil)
		there.plane.slow = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.Update(ctx, []balancer.Piece{group("HTTP")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Update = %v", err)
		}
		update(t, s, group("HTTPS"))
		expect(t, "both", there.plane.takes(), "set group, set group")
	})
}

// A stream that outlives those who talk to it, as a container's standard input does.
func TestWhatAKilledOneHasLeftBelongsToNoOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := far{Server: control.NewServer()}
		stream := there.dial(t)
		said := make(chan struct{})
		go func() {
			defer close(said)
			_, _ = io.WriteString(stream, "\n{\"Number\":1}\n{\"Number\":2,\"Set\":{\"List")
		}()
		<-said
		s := connect(t, stream, nil)
		update(t, s, listener("web"))
		expect(t, "the next one", there.plane.takes(), "set web")
	})
}

func TestAStationThatFallsSilentEndsTheSession(t *testing.T) {
	for what, full := range map[string]bool{"what is written gets lost": false, "what is written is not taken": true} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				there := far{Server: control.NewServer()}
				stuck := &stuck{Conn: there.dial(t), full: full, closed: make(chan struct{})}
				s := connect(t, stuck, nil)
				stuck.deaf.Store(true)
				began := time.Now()
				<-s.Over()
				if took := time.Since(began); took > time.Minute {
					t.Errorf("it took %v", took)
				}
				if err := s.Update(context.Background(), []balancer.Piece{listener("web")}); err == nil {
					t.Error("news after the end is taken")
				}
			})
		})
	}
}

// stuck loses all writes once it is deaf, or if it is full holds them until it is closed.
type stuck struct {
	net.Conn
	deaf   atomic.Bool
	full   bool
	once   sync.Once
	closed chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	if !s.deaf.Load() {
		return s.Conn.Write(b)
	}
	if s.full {
		<-s.closed
		return 0, net.ErrClosed
	}
	return len(b), nil
}

func (s *stuck) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

func TestNoLoadBalancerThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, there := net.Pipe()
		go io.Copy(io.Discard, there) //nolint:errcheck // it ends with the test
		defer there.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := control.Connect(ctx, near, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Connect = %v", err)
		}
	})
}

func TestASessionHasTheBalancerSettle(t *testing.T) {
	f := &far{Server: control.NewServer()}
	s := connect(t, f.dial(t), nil)
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if did := f.plane.takes(); did != "settle" {
		t.Errorf("the balancer is told %q", did)
	}
}

func TestWhatIsPushedDoesNotWaitForWhatDrains(t *testing.T) {
	f := &far{Server: control.NewServer()}
	f.plane.drained = make(chan struct{})
	s := connect(t, f.dial(t), nil)
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(t.Context()) }()
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-drained:
		t.Errorf("it has drained already, %v", err)
	default:
	}
	close(f.plane.drained)
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

func TestClientReadsCounts(t *testing.T) {
	f := &far{Server: control.NewServer()}
	s := connect(t, f.dial(t), nil)
	defer s.Close()
	if _, err := s.Count(t.Context()); !errors.Is(err, control.ErrNotCounted) {
		t.Errorf("of one that does not count: %v", err)
	}
	f.plane.mu.Lock()
	f.plane.counts = &balancer.Counts{Run: "a", Answers: map[int]uint64{404: 2}, Groups: map[string]balancer.GroupCounts{"g": {Requests: 3}}}
	f.plane.mu.Unlock()
	if c, err := s.Count(t.Context()); err != nil || c.Run != "a" || c.Answers[404] != 2 || c.Groups["g"].Requests != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}
