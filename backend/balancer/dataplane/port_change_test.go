package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// ports opens one port of loopback for each that is asked for, and no port twice.
type ports struct {
	mu   sync.Mutex
	open map[string]net.Listener
}

type portListener struct {
	net.Listener
	close func() error
}

func (l portListener) Close() error { return l.close() }

func (p *ports) listen(network, address string) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[address] != nil {
		return nil, fmt.Errorf("%s is taken", address)
	}
	l, err := net.Listen(network, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.open[address] = l
	return portListener{l, func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.open[address] == l {
			delete(p.open, address)
		}
		return l.Close()
	}}, nil
}

// body is what a port answers.
func (p *ports) body(t *testing.T, address string) string {
	t.Helper()
	p.mu.Lock()
	l := p.open[address]
	p.mu.Unlock()
	if l == nil {
		return "closed"
	}
	answer, err := http.Get("http://" + l.Addr().String()) //nolint:noctx // as short as can be
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body)
	return string(body)
}

// newPorts makes a balancer on such ports, and a control client of it.
func newPorts(t *testing.T) (*ports, *control.Client, *dataplane.Balancer) {
	t.Helper()
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	p := &ports{open: map[string]net.Listener{}}
	b := dataplane.New(dataplane.Options{Listen: p.listen})
	t.Cleanup(func() { _ = b.Close() })
	near, far := net.Pipe()
	var serving sync.WaitGroup
	serving.Go(func() { _ = control.NewServer().Serve(context.Background(), b, far) })
	t.Cleanup(serving.Wait)
	t.Cleanup(func() { _ = far.Close() })
	client, err := control.Connect(t.Context(), near, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return p, client, b
}

func update(t *testing.T, c *control.Client, wanted ...balancer.Piece) {
	t.Helper()
	if err := c.Update(t.Context(), wanted); err != nil {
		t.Fatal(err)
	}
}

// answersItself is a listener that answers with its id.
func answersItself(id string, port uint16) balancer.Piece {
	rule := fixed
	rule.Action.FixedResponse = &balancer.FixedResponse{StatusCode: 200, MessageBody: id}
	return balancer.Piece{Listener: &balancer.Listener{ID: id, Port: port, Protocol: "HTTP", Rules: []balancer.Rule{rule}}}
}

// strangerOn takes a port.
func (p *ports) strangerOn(t *testing.T, address string) {
	t.Helper()
	stranger, err := p.listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Close() })
}

// Listeners whose ports go round, seen in one look, have them at the end of it.
func TestListenersThatChangePortsWithEachOther(t *testing.T) {
	p, client, _ := newPorts(t)
	for _, want := range [][]uint16{{1, 2, 3}, {2, 1, 3}, {3, 2, 1}, {1, 3, 2}, {2, 1, 4}} {
		update(t, client, answersItself("a", want[0]), answersItself("b", want[1]), answersItself("c", want[2]))
		for i, port := range want {
			if got, want := p.body(t, fmt.Sprint(":", port)), string(rune('a'+i)); got != want {
				t.Errorf("port %d of %s: %q", port, want, got)
			}
		}
	}
	// One whose port is taken by a stranger has none, and says so until it is free.
	stranger, err := p.listen("tcp", ":9")
	if err != nil {
		t.Fatal(err)
	}
	pieces := []balancer.Piece{answersItself("a", 9), answersItself("b", 2), answersItself("c", 1)}
	if err := client.Update(t.Context(), pieces); err == nil {
		t.Error("no error for a port that is taken")
	}
	if got := p.body(t, ":1") + p.body(t, ":2"); got != "cb" {
		t.Errorf("the others: %q", got)
	}
	_ = stranger.Close()
	update(t, client, pieces...)
	if got := p.body(t, ":9"); got != "a" {
		t.Errorf("%q", got)
	}
}

// A listener that cannot have its new port may go back to the one that it had.
func TestListenerThatMovesBack(t *testing.T) {
	p, client, _ := newPorts(t)
	p.strangerOn(t, ":9")
	update(t, client, answersItself("a", 1))
	if err := client.Update(t.Context(), []balancer.Piece{answersItself("a", 9)}); err == nil {
		t.Error("no error for a port that is taken")
	}
	update(t, client, answersItself("a", 1))
	if got := p.body(t, ":1"); got != "a" {
		t.Errorf("%q", got)
	}
}

// A listener that has never had its port has its targets checked, until it goes.
func TestListenerWithoutAPortGoes(t *testing.T) {
	p, client, b := newPorts(t)
	p.strangerOn(t, ":9")
	unopened := balancer.Piece{Listener: &balancer.Listener{ID: "a", Port: 9, Protocol: "HTTP", Rules: []balancer.Rule{toGroup("group")}}}
	if err := client.Update(t.Context(), []balancer.Piece{{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP"}}, unopened}); err == nil {
		t.Error("no error for a port that is taken")
	}
	if !b.Used("group") {
		t.Error("its targets are not checked")
	}
	update(t, client, balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP"}}, answersItself("b", 1))
	if b.Used("group") {
		t.Error("its targets are checked for ever")
	}
}

// A listener that becomes one of HTTPS serves no request in the clear, not on connections either
// that there are.
func TestListenerThatBecomesHTTPS(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := http.ReadResponse(reader, nil); err != nil {
		t.Fatal(err)
	}
	s.certificate("c", "a")
	s.set(balancer.Piece{Listener: &balancer.Listener{ID: "listener", Port: 8080, Protocol: "HTTPS", Rules: []balancer.Rule{toGroup("group")}, Certificates: []string{"c"}}})
	if _, err := reader.ReadByte(); err != io.EOF {
		t.Errorf("the connection in the clear stays: %v", err)
	}
	if answer, _ := s.fetch(s.secure("a", false), s.request(http.MethodGet, "https://a/", nil)); answer.StatusCode != http.StatusOK {
		t.Errorf("in TLS: %d", answer.StatusCode)
	}
}
