package backendtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var dialCases = []testCase{
	{"DialReachesAServer", testDial},
	{"DialIsRefusedWhereNoProgramListens", testDialRefused},
	{"DialCarriesDatagrams", testDialDatagrams},
	{"ContainersOfASandboxShareLocalhost", testLocalhost},
	{"ContainersOfASandboxShareItsPorts", testPortTaken},
}

func testDial(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	s.Serve(sandbox, fmt.Sprint(port), "hello")
	for range 2 {
		if body, _ := s.Get(sandbox, port, "/"); body != "hello" {
			s.Errorf("the server answers %q, want %q", body, "hello")
		}
	}
}

// testDialDatagrams takes it that a datagram may be lost.
func testDialDatagrams(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	s.AwaitLine(s.Launch(sandbox, "udp", fmt.Sprint(port), "pong"), fmt.Sprint("listening on :", port))
	ctx, cancel := context.WithTimeout(s.Ctx, scene.Patience)
	defer cancel()
	conn, err := s.Engine.Dial(ctx, "udp", sandbox, port)
	if errors.Is(err, backend.ErrNoUDP) {
		return
	}
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for answers, b := 0, make([]byte, 64); answers < 2; {
		if ctx.Err() != nil {
			s.Fatalf("%d answers within %s", answers, scene.Patience)
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
	sandbox := s.SharedSandbox()
	s.SharedHost() // runs in it
	stopped := s.CreatedSandbox()
	for what, id := range map[string]string{"where no program listens": sandbox, "of a sandbox that doesn't run": stopped} {
		ctx, cancel := context.WithTimeout(s.Ctx, scene.Patience)
		conn, err := s.Engine.Dial(ctx, "tcp", id, 9)
		if err == nil {
			if err = conn.SetReadDeadline(time.Now().Add(scene.Patience)); err != nil {
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
	sandbox, port, silent := s.SharedSandbox(), s.Port(), s.Port()
	s.Serve(sandbox, fmt.Sprint(port))
	here, served := s.Spec(sandbox, "check"), fmt.Sprintf("http://localhost:%d/", port)
	scene.Judge(
		s.AskURL(here, served, true),
		s.Ask(here, netip.MustParseAddr("127.0.0.1"), port, true),
		s.Ask(here, netip.MustParseAddr("127.0.0.1"), silent, false),
		s.AskURL(s.Spec(s.SharedFriend().ID, "check"), served, false),
	)
}

func testPortTaken(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	number := fmt.Sprint(port)
	first := s.Serve(sandbox, number, "first")
	second := s.Launch(sandbox, "serve", number, "second")
	if c := s.AwaitExit(second); c.ExitCode != 1 {
		s.Errorf("the second server on a port exits %d, want 1", c.ExitCode)
	}
	output := scene.Texts(s.Logs(second, backend.LogOptions{}))
	if !strings.Contains(strings.Join(output, "\n"), "address already in use") {
		s.Errorf("the second server on a port says %q", output)
	}
	if body, _ := s.Get(sandbox, port, "/"); body != "first" {
		s.Errorf("the port answers %q, want the first server", body)
	}
	s.Stop(first, scene.Grace)
	s.Serve(sandbox, number, "third")
	if body, _ := s.Get(sandbox, port, "/"); body != "third" {
		s.Errorf("the port answers %q, want the third server", body)
	}
}
