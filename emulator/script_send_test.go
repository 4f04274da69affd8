package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xtaci/smux"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// scriptSend has a container of a task send requests, each over a connection of its own, and prints the answers.
func scriptSend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: send <number> <task> <container> <url>")
	}
	number, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	s, err := newSender(ctx, ts.Value(emulatorKey{}).(*emulator.Server), args[1], args[2], args[3])
	ts.Check(err)
	defer s.end()
	for range number {
		text, err := s.send(ctx)
		ts.Check(err)
		fmt.Fprintln(ts.Stdout(), text)
	}
}

// sender sends requests from within a container.
type sender struct {
	url     string
	session backend.Session
	near    *smux.Session
	client  *http.Client
}

// newSender connects to where a URL leads in a container.
func newSender(ctx context.Context, srv *emulator.Server, task, container, address string) (*sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	port := 80
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, err
		}
	}
	session, err := srv.Exec(ctx, task, container, backend.ExecSpec{Forward: &backend.Forward{Host: u.Hostname(), Port: port}})
	if err != nil {
		return nil, err
	}
	config := smux.DefaultConfig()
	config.Version, config.KeepAliveDisabled = 1, true
	near, err := smux.Client(&forwarded{session}, config)
	if err != nil {
		_ = session.Close()
		return nil, err
	}
	dial := func(context.Context, string, string) (net.Conn, error) { return near.OpenStream() }
	return &sender{address, session, near, &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
}

func (s *sender) end() {
	_ = s.near.Close()
	_ = s.session.Close()
}

// send returns the status and the body of an answer.
func (s *sender) send(ctx context.Context) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return "", err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return strconv.Itoa(answer.StatusCode) + " " + string(body), err
}

// forwarded is a session as smux reads and writes it. Errors that the far end tells end streams.
type forwarded struct{ backend.Session }

func (f *forwarded) Read(p []byte) (int, error) {
	for {
		n, from, err := f.Session.Read(p)
		if from != backend.Stderr || err != nil {
			return n, err
		}
	}
}
