package dataplane_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// echo serves TCP with what a connection has first been seen to begin with and its bytes,
// until the client half closes; then it says goodbye.
func (s *scene) echo() string {
	s.Helper()
	return s.talk(func(conn net.Conn, _ *bufio.Reader) {
		_, _ = io.Copy(conn, conn)
		_, _ = io.WriteString(conn, "bye")
	})
}

// talk is a target that serves each of its connections so.
func (s *scene) talk(serve func(net.Conn, *bufio.Reader)) (address string) {
	s.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.T.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn, bufio.NewReader(conn))
			}()
		}
	}()
	return l.Addr().String()
}

func (s *scene) streamGroup(attributes map[string]string, address ...string) {
	s.Helper()
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "TCP", Attributes: attributes}})
	for _, a := range address {
		s.target("group", a, a)
	}
}

// Bytes go both ways, half closed connections stay open the other way.
func TestStreams(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, s.echo(), free(t), free(t))
	s.listen("TCP", nil, toGroup("group"))
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	for range 5 { // also those whose first target refuses
		conn := s.dial()
		go func() {
			_, _ = conn.Write(large)
			_ = conn.(*net.TCPConn).CloseWrite()
		}()
		got, err := io.ReadAll(conn)
		if err != nil || !bytes.Equal(got, append(bytes.Clone(large), "bye"...)) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}

// Without anybody to take it a connection ends.
func TestStreamsWithoutTargets(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, free(t))
	s.listen("TCP", nil, toGroup("group"))
	if got, err := io.ReadAll(s.dial()); len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTLSStreams(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, s.echo())
	s.certificate("c", "example.com")
	s.listenTLS("TLS", nil, "c")
	conn := tls.Client(s.dial(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test's own certificate
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	_ = conn.CloseWrite()
	if got, err := io.ReadAll(conn); err != nil || string(got) != "hellobye" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestProxyProtocol(t *testing.T) {
	s := newScene(t)
	s.streamGroup(map[string]string{"proxy_protocol_v2.enabled": "true"}, s.echo())
	s.listen("TCP", nil, toGroup("group"))
	conn := s.dial()
	_, _ = io.WriteString(conn, "hello")
	_ = conn.(*net.TCPConn).CloseWrite()
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	near, far := conn.LocalAddr().(*net.TCPAddr), conn.RemoteAddr().(*net.TCPAddr)
	want := append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01"),
		byte(near.Port>>8), byte(near.Port), byte(far.Port>>8), byte(far.Port))
	if want = append(want, "hellobye"...); !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A connection goes on while its target drains, and ends with it where the group says so.
func TestStreamsOfTargetsThatGo(t *testing.T) {
	for _, cut := range []bool{false, true} {
		s := newScene(t)
		address := s.echo()
		s.streamGroup(map[string]string{"deregistration_delay.connection_termination.enabled": fmt.Sprint(cut)}, address)
		s.listen("TCP", nil, toGroup("group"))
		conn := s.dial()
		reader := bufio.NewReader(conn)
		say := func(word string) {
			t.Helper()
			fmt.Fprintln(conn, word)
			if line, err := reader.ReadString('\n'); line != word+"\n" {
				t.Fatalf("%q, %v", line, err)
			}
		}
		say("one")
		s.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: address, Addr: addrPort(address), Draining: true}})
		say("two")
		s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: address})
		if !cut {
			say("three")
			continue
		}
		if rest, err := io.ReadAll(reader); len(rest) != 0 {
			t.Errorf("%q, %v", rest, err)
		}
	}
}

func TestIdleStreamsEnd(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, s.echo())
	s.listen("TCP", map[string]string{"tcp.idle_timeout.seconds": "1"}, toGroup("group"))
	conn := s.dial()
	if _, err := io.ReadAll(conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
}

// The datagrams of a client keep to one target, whose answers come from the balancer.
func TestDatagrams(t *testing.T) {
	s := newScene(t)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "UDP"}})
	s.udpTargets("a", "b", "c")
	s.listen("UDP", nil, toGroup("group"))
	seen := map[string]bool{}
	for range 20 {
		conn, err := net.Dial("udp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(patience))
		var first string
		for range 3 {
			buffer := make([]byte, 100)
			fmt.Fprint(conn, "hi")
			n, err := conn.Read(buffer)
			if err != nil {
				t.Fatal(err)
			}
			name, text, _ := strings.Cut(string(buffer[:n]), " ")
			if first == "" {
				first = name
			}
			if text != "hi" || name != first {
				t.Errorf("%q after %q", buffer[:n], first)
			}
		}
		seen[first] = true
	}
	if len(seen) < 2 {
		t.Errorf("all went to %v", seen)
	}
}

// When its target is removed, a flow of datagrams goes to another.
func TestDatagramsOfTargetsThatGo(t *testing.T) {
	s := newScene(t)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "UDP"}})
	s.udpTargets("a", "b")
	s.listen("UDP", nil, toGroup("group"))
	conn, err := net.Dial("udp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	ask := func() string {
		t.Helper()
		buffer := make([]byte, 100)
		fmt.Fprint(conn, "hi")
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(string(buffer[:n]), " ")
		return name
	}
	first := ask()
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: first})
	if second := ask(); second == first {
		t.Errorf("it is still %s", first)
	}
}

// udpTargets say their names before what they get.
func (s *scene) udpTargets(names ...string) {
	s.Helper()
	for _, id := range names {
		target, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			s.Fatal(err)
		}
		s.T.Cleanup(func() { _ = target.Close() })
		go func() {
			buffer := make([]byte, 1<<16)
			for {
				n, from, err := target.ReadFrom(buffer)
				if err != nil {
					return
				}
				_, _ = target.WriteTo(append([]byte(id+" "), buffer[:n]...), from)
			}
		}()
		s.target("group", id, target.LocalAddr().String())
	}
}

// Each question of a resolver may come from another port, and be a flow for two minutes.
func TestManyFlowsOfDatagrams(t *testing.T) {
	defer dataplane.SetMostFlows(300)()
	s := newScene(t)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "UDP"}})
	s.udpTargets("a")
	s.listen("UDP", nil, toGroup("group"))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ask := func() {
		t.Helper()
		conn, err := net.Dial("udp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(patience))
		buffer := make([]byte, 100)
		fmt.Fprint(conn, "hi")
		if _, err := conn.Read(buffer); err != nil {
			t.Fatal(err)
		}
	}
	for range 300 {
		ask()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 300; each > 8<<10 {
		t.Errorf("%d bytes for a flow", each)
	}
	for range 300 {
		ask()
	}
	s.until("there are no more flows than may be", func() bool { return s.Outstanding("group", "a") <= 300 })
}
