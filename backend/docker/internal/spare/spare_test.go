package spare

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/claim"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// clientOf is a client of an engine that answers so.
func clientOf(t *testing.T, answer http.HandlerFunc) dockerapi.Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(answer)
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	at, err := endpoint.Resolve("unix://" + socket)
	if err != nil {
		t.Fatal(err)
	}
	cli, err := at.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cli.Close() })
	return dockerapi.Client{Client: cli}
}

// sparesOf are the spare containers on an engine.
func sparesOf(t *testing.T, cli dockerapi.Client) *Spares {
	t.Helper()
	owner := label.Owner{Name: "me"}
	store := containers.New(cli, owner, claim.New(claim.Options{Client: cli, Owner: owner}), program.Finder{}, nil)
	store.LoseSandboxImage("sandbox:image")
	return New(Options{
		Client: cli, Containers: store, Owner: owner, Closing: t.Context(), Log: slog.New(slog.DiscardHandler),
		Quiet: func(context.Context) error { return nil },
	})
}

// The event of its end may come before the engine's answer that it has started.
func TestASpareContainerThatEndsAtOnceIsStartedAgain(t *testing.T) {
	var s *Spares
	starts, again := 0, make(chan struct{})
	cli := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			w.Header().Set("Api-Version", "1.44")
		case strings.HasSuffix(r.URL.Path, "/containers/create"):
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"Id": "spare"}`)
		case strings.HasSuffix(r.URL.Path, "/start"):
			if starts++; starts == 1 {
				s.Ended("spare")
			} else {
				close(again)
			}
		}
	})
	s = sparesOf(t, cli)
	if err := s.Ensure(t.Context(), vpcnet.Network{ID: "vpc", DockerName: "vpc", Overlay: true}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-again:
	case <-time.After(10 * time.Second):
		t.Error("it is not started again")
	}
}

// The end of a container that was being made when its network was to be removed is no reason for another one.
func TestARemovedSpareContainerDoesNotComeBack(t *testing.T) {
	vpc := vpcnet.Network{ID: "vpc", DockerName: "vpc", Overlay: true}
	var s *Spares
	removed := make(chan error, 1)
	cli := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			w.Header().Set("Api-Version", "1.44")
		case strings.HasSuffix(r.URL.Path, "/containers/create"):
			go func() {
				_, err := s.Remove(t.Context(), vpc)
				removed <- err
			}()
			for s.wanted(s.of(vpc)) {
				runtime.Gosched()
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"Id": "spare"}`)
		case r.Method == http.MethodDelete:
			s.Ended("spare")
			w.WriteHeader(http.StatusNoContent)
		}
	})
	s = sparesOf(t, cli)
	if err := s.Ensure(t.Context(), vpc); err != nil {
		t.Fatal(err)
	}
	if err := <-removed; err != nil {
		t.Fatal(err)
	}
	if s.wanted(s.of(vpc)) {
		t.Error("another one is to be made")
	}
}

// A container that was dropped while its end was told of belongs to no set any more: nothing would remove another one.
func TestASpareContainerThatWasDroppedIsNotMadeAgain(t *testing.T) {
	made := make(chan struct{}, 1)
	s := sparesOf(t, clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/containers/create") {
			made <- struct{}{}
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	its, era := s.of(vpcnet.Network{ID: "vpc", DockerName: "vpc", Overlay: true}), s.set.Era()
	if err := s.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.begin(its, era)
	if s.wanted(its) || len(made) > 0 {
		t.Error("it is made for a caller that asked before it was dropped")
	}
}
