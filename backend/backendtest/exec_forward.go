package backendtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
	"github.com/xtaci/smux"
)

// forwarded is a session that leads to a port, and its near end.
type forwarded struct {
	*scene.Session
	near *smux.Session
	mu   sync.Mutex
	said chan struct{} // closed at the first error
}

func (s *env) forward(id string, to backend.Forward) *forwarded {
	s.Helper()
	f := &forwarded{Session: s.Open(id, backend.ExecSpec{Forward: &to}), said: make(chan struct{})}
	config := smux.DefaultConfig()
	config.Version, config.KeepAliveDisabled = 1, true
	near, err := smux.Client(&wire{f: f}, config)
	if err != nil {
		s.Fatal(err)
	}
	f.near = near
	s.Cleanup(func() { _ = near.Close() })
	return f
}

// wire is a session as smux reads and writes it.
type wire struct {
	f     *forwarded
	write sync.Mutex
}

func (w *wire) Read(p []byte) (int, error) {
	for {
		n, from, err := w.f.Read(p)
		if from == backend.Stderr && n > 0 {
			w.f.note(p[:n])
			continue
		}
		return n, err
	}
}

func (f *forwarded) note(text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Stderr.Len() == 0 {
		close(f.said)
	}
	f.Stderr.Write(text)
}

func (w *wire) Write(p []byte) (int, error) {
	w.write.Lock()
	defer w.write.Unlock()
	return w.f.Write(p)
}

func (w *wire) Close() error { return w.f.Close() }

// get asks what is forwarded, over a connection of its own.
func (f *forwarded) get(path string) (body string, err error) {
	stream, err := f.near.OpenStream()
	if err != nil {
		return "", err
	}
	defer func() { _ = stream.Close() }()
	_ = stream.SetDeadline(time.Now().Add(scene.Patience))
	if _, err := fmt.Fprintf(stream, "GET %s HTTP/1.1\r\nHost: forwarded\r\n\r\n", path); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(bufio.NewReader(stream), nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

func (f *forwarded) expectGet(want string) {
	f.Env.Helper()
	if got, err := f.get("/"); err != nil || got != want {
		f.Env.Errorf("what is forwarded answers %q, %v; want %q", got, err, want)
	}
}

// expectRefused opens a connection that cannot be made.
func (f *forwarded) expectRefused() {
	f.Env.Helper()
	stream, err := f.near.OpenStream()
	if err != nil {
		f.Env.Fatalf("OpenStream: %v", err)
	}
	defer func() { _ = stream.Close() }()
	_ = stream.SetDeadline(time.Now().Add(scene.Patience))
	if n, err := stream.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		f.Env.Errorf("a connection that cannot be made reads %d bytes, %v; want EOF", n, err)
	}
	select {
	case <-f.said:
	case <-time.After(scene.Patience):
		f.Env.Error("the session has not said why the connection cannot be made")
	}
}

// serving runs a server in a container that may have sessions.
func (s *env) serving(sandbox, port string, text string) string {
	s.Helper()
	id := s.CreateFrom(s.Prepared(sandbox, "serve", port, text))
	s.Start(id)
	s.AwaitLine(id, "listening on :"+port)
	return id
}

func testForward(s *env) {
	port := s.Port()
	id := s.serving(s.SharedSandbox(), fmt.Sprint(port), "served")
	f := s.forward(id, backend.Forward{Port: port})
	var streams []*smux.Stream
	for range 8 {
		stream, err := f.near.OpenStream()
		if err != nil {
			s.Fatal(err)
		}
		_ = stream.SetDeadline(time.Now().Add(scene.Patience))
		streams = append(streams, stream)
	}
	for _, stream := range streams { // all are open
		if _, err := fmt.Fprint(stream, "GET / HTTP/1.1\r\nHost: forwarded\r\n\r\n"); err != nil {
			s.Fatal(err)
		}
	}
	for _, stream := range streams {
		answer, err := http.ReadResponse(bufio.NewReader(stream), nil)
		if err != nil {
			s.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "served" {
			s.Errorf("a connection answers %q, %v", body, err)
		}
		_ = stream.Close()
	}
	f.expectGet("served")
}

func testForwardRefused(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	id := s.serving(sandbox, fmt.Sprint(s.Port()), "served")
	f := s.forward(id, backend.Forward{Port: port})
	f.expectRefused()
	s.Serve(sandbox, fmt.Sprint(port), "later")
	f.expectGet("later")
}

// testForwardElsewhere reaches another sandbox as far as filters let it, by its address and its
// name.
func testForwardElsewhere(s *env) {
	server, client := s.StartedSandbox(), s.StartedSandbox()
	s.Serve(server.ID, "8080", "served")
	id := s.serving(client.ID, "8081", "near")
	for _, host := range []string{server.IP.String(), backend.HostName(server.IP, "ec2.internal")} {
		s.forward(id, backend.Forward{Host: host, Port: 8080}).expectGet("served")
	}
	s.forward(id, backend.Forward{Host: "127.0.0.1", Port: 8081}).expectGet("near")
	s.forward(id, backend.Forward{Host: client.IP.String(), Port: 8081}).expectGet("near")
	s.forward(id, backend.Forward{Host: "nowhere.invalid", Port: 8080}).expectRefused()

	stranger := s.Inspect(s.SharedSandbox())
	s.SetFilter(server.ID, &backend.Filter{In: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(stranger.IP))}, Out: scene.Everything()})
	f := s.forward(id, backend.Forward{Host: server.IP.String(), Port: 8080})
	if body, err := f.getWithin(time.Second); err == nil {
		s.Errorf("what a filter keeps out is answered %q", body)
	}
	s.SetFilter(server.ID, &backend.Filter{In: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(client.IP))}, Out: scene.Everything()})
	s.forward(id, backend.Forward{Host: server.IP.String(), Port: 8080}).expectGet("served")
}

// getWithin does not wait for what packets that are dropped would have answered.
func (f *forwarded) getWithin(d time.Duration) (string, error) {
	given := time.AfterFunc(d, func() { _ = f.near.Close() })
	defer given.Stop()
	return f.get("/")
}

func testForwardEnds(s *env) {
	port := s.Port()
	id := s.serving(s.SharedSandbox(), fmt.Sprint(port), "served")
	f := s.forward(id, backend.Forward{Port: port})
	f.expectGet("served")
	s.Stop(id, scene.Grace)
	_ = f.near.SetDeadline(time.Now().Add(scene.Patience))
	if _, err := f.near.AcceptStream(); !errors.Is(err, io.EOF) {
		s.Errorf("when its container has ended, the session reads %v; want EOF", err)
	}
}
