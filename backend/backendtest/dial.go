package backendtest

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var dialCases = []testCase{
	{"DialReachesAServer", testDial},
	{"DialIsRefusedWhereNoProgramListens", testDialRefused},
	{"DialCarriesDatagrams", testDialDatagrams},
	{"ContainersOfASandboxShareLocalhost", testLocalhost},
	{"ContainersOfASandboxShareItsPorts", testPortTaken},
}

func testDial(s *env) {
	sandbox := s.runningSandbox()
	s.serve(sandbox, "80", "hello")
	for range 2 {
		if body, _ := s.get(sandbox, 80, "/"); body != "hello" {
			s.Errorf("the server answers %q, want %q", body, "hello")
		}
	}
}

// testDialDatagrams takes it that a datagram may be lost.
func testDialDatagrams(s *env) {
	sandbox := s.runningSandbox()
	s.awaitLine(s.run(sandbox, "udp", "5353", "pong"), "listening on :5353")
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	conn, err := s.Engine.Dial(ctx, "udp", sandbox, 5353)
	if errors.Is(err, backend.ErrNoUDP) {
		return
	}
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for answers, b := 0, make([]byte, 64); answers < 2; {
		if ctx.Err() != nil {
			s.Fatalf("%d answers within %s", answers, patience)
		}
		_, _ = io.WriteString(conn, "ping")
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		switch n, err := conn.Read(b); {
		case err == nil && string(b[:n]) == "pong":
			answers++
		case err == nil:
			s.Fatalf("the answer is %q", b[:n])
		}
	}
	_ = conn.SetReadDeadline(time.Unix(1, 0))
	if _, err := conn.Read(make([]byte, 64)); !errors.Is(err, os.ErrDeadlineExceeded) {
		s.Errorf("Read after its deadline: %v", err)
	}
}

// testDialRefused accepts an error on the first read in place of one from Dial:
// an engine may tunnel.
func testDialRefused(s *env) {
	sandbox := s.runningSandbox()
	s.run(sandbox, "sleep", "300")
	stopped := s.createSandbox(s.sandboxSpec())
	for what, id := range map[string]string{"where no program listens": sandbox, "of a sandbox that doesn't run": stopped} {
		ctx, cancel := context.WithTimeout(s.ctx, patience)
		conn, err := s.Engine.Dial(ctx, "tcp", id, 9)
		if err == nil {
			if err = conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
				s.Fatal(err)
			}
			_, err = io.ReadFull(conn, make([]byte, 1))
			conn.Close()
		}
		cancel()
		if err == nil || ctx.Err() == context.DeadlineExceeded {
			s.Errorf("Dial to a port %s: %v", what, err)
		}
		if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrUnavailable) {
			s.Errorf("Dial to a port %s is neither not found nor unavailable: %v", what, err)
		}
	}
}

func testLocalhost(s *env) {
	sandbox := s.runningSandbox()
	s.serve(sandbox, "8080")
	for url, want := range map[string]int{"http://localhost:8080/": 0, "http://127.0.0.1:8080/": 0, "http://127.0.0.1:8081/": 1} {
		if c := s.awaitExit(s.run(sandbox, checks(url, want == 0)...)); c.ExitCode != want {
			s.Errorf("check %s from the other container exits %d, want %d", url, c.ExitCode, want)
		}
	}
	elsewhere := s.run(s.runningSandbox(), checks("http://localhost:8080/", false)...)
	if c := s.awaitExit(elsewhere); c.ExitCode != 1 {
		s.Errorf("check of another sandbox's localhost exits %d, want 1", c.ExitCode)
	}
}

func testPortTaken(s *env) {
	sandbox := s.runningSandbox()
	first := s.serve(sandbox, "8080", "first")
	second := s.run(sandbox, "serve", "8080", "second")
	if c := s.awaitExit(second); c.ExitCode != 1 {
		s.Errorf("the second server on a port exits %d, want 1", c.ExitCode)
	}
	if output := texts(s.logs(second, backend.LogOptions{})); !strings.Contains(strings.Join(output, "\n"), "address already in use") {
		s.Errorf("the second server on a port says %q", output)
	}
	if body, _ := s.get(sandbox, 8080, "/"); body != "first" {
		s.Errorf("the port answers %q, want the first server", body)
	}
	s.stop(first, grace)
	s.serve(sandbox, "8080", "third")
	if body, _ := s.get(sandbox, 8080, "/"); body != "third" {
		s.Errorf("the port answers %q, want the third server", body)
	}
}
