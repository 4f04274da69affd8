package agent

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestWhoIsAskedForAtAFrontDoor(t *testing.T) {
	seats := []seat{
		{listener: "one", names: []string{"One-1.elb.amazonaws.com", "*.example"}},
		{listener: "two", names: []string{"two-1.elb.amazonaws.com", "shop.example", "?.test"}},
	}
	for host, want := range map[string]string{
		"one-1.elb.amazonaws.com": "one", "TWO-1.elb.amazonaws.com.:8080": "two", "two-1.elb.amazonaws.com:80": "two",
		"shop.example": "two", "other.example": "one", "a.test": "two", "ab.test": "one", "127.0.0.1:80": "one", "": "one",
	} {
		if got := choose(seats, host).listener; got != want {
			t.Errorf("%q asks for %s, want %s", host, got, want)
		}
	}
}

// While there is one, the engine's kernel leads a published port there.
func TestAPublishedPortIsSharedByTheEmulator(t *testing.T) {
	withPublished(t, []uint16{14600, 14601}, func(b *bench, r *relaying) {
		h := b.agent.hosts[""]
		h.findLoopback(t.Context())
		r.quiet = newQuiet()
		key := doorKey{port: 14601}
		one, two := target{sandbox: "a", ip: netip.MustParseAddr("10.0.0.1"), port: 80}, target{sandbox: "b", ip: netip.MustParseAddr("10.0.0.2"), port: 80}
		door, at := h.enterDoor(key, seat{listener: "one", leads: one})
		synctest.Wait()
		b.expect("where it is", at, []HostPort{{ContainerPort: 14601, Protocol: types.TransportProtocolTcp, Address: "127.0.0.1:14601"}})
		b.expect("with one, it leads", r.lead(), map[string]string{"14601/tcp": "10.0.0.1:80"})
		_, other := h.enterDoor(key, seat{listener: "two", leads: two})
		synctest.Wait()
		b.expect("where the other is", other, at)
		b.expect("with two, it leads", r.lead(), map[string]string{})
		b.expect("then the emulator listens", r.quiet.open(), map[string]bool{"127.0.0.1:14601": true})
		h.leaveDoor(door, "one")
		synctest.Wait()
		b.expect("when one has left, it leads", r.lead(), map[string]string{"14601/tcp": "10.0.0.2:80"})
		b.expect("then the emulator listens", r.quiet.open(), map[string]bool{})
		h.leaveDoor(door, "two")
		synctest.Wait()
		b.expect("at last it leads", r.lead(), map[string]string{})
	})
}

// What has been read of TLS is there to be read again.
func TestTheServersNameIsReadAndLeft(t *testing.T) {
	near, far := net.Pipe()
	go func() {
		defer near.Close()
		_, _ = io.WriteString(near, "not TLS at all, of a client that is lost")
	}()
	name, again := serverName(far)
	said, err := io.ReadAll(again)
	if name != "" || err != nil || string(said) != "not TLS at all, of a client that is lost" {
		t.Errorf("%q, %q, %v", name, said, err)
	}
}
