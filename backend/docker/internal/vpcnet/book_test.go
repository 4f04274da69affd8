package vpcnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
)

// overlayForTest is a network of a swarm with one book.
func overlayForTest() Network {
	subnet := netip.MustParsePrefix("10.1.0.0/16")
	return Network{ID: "net", Subnet: subnet, Gateway: subnet.Addr().Next(), Overlay: true, share: swarm.ShareOf(subnet, false, 2).All}
}

// engineOf is an engine of a swarm that answers so.
func engineOf(t *testing.T, w *Swarm, node string, answer http.HandlerFunc) *Networks {
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
	api := dockerapi.Client{Client: cli}
	s := New(Options{Client: api, Leases: &Leases{}, Swarm: w, Silence: silence.New(t.Context(), api.Ping), Log: slog.New(slog.DiscardHandler)})
	s.node.Set(swarm.Node{ID: node})
	return s
}

// An engine that is asked whether a container is gone may hang, while others need the book.
func TestAnEngineThatIsAskedAboutAddressesHoldsUpNoOther(t *testing.T) {
	w, vpc := NewSwarm(slog.New(slog.DiscardHandler)), overlayForTest()
	asked, answer := make(chan struct{}), make(chan struct{})
	slow := engineOf(t, w, "slow", func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/containers/gone/") {
			close(asked)
			<-answer
		}
		http.Error(rw, `{"message":"no such container"}`, http.StatusNotFound)
	})
	other := engineOf(t, w, "other", http.NotFound)
	b, at := w.bookOf(vpc), netip.MustParseAddr("10.1.0.9")
	b.attach(dockerapi.Attachment{Node: "slow", Container: "gone", Address: at})
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		b.settle(context.WithoutCancel(t.Context()), slow)
	}()
	<-asked
	placed := make(chan swarm.Places)
	go func() { placed <- b.placesOf(other, vpc) }()
	select {
	case <-placed:
	case <-time.After(3 * time.Second):
		t.Error("another engine waits for one that is asked")
	}
	close(answer)
	<-settled
	if !b.addresses.Occupy(at) {
		t.Errorf("%s is not given back, although its container is gone", at)
	}
}

// Swarm learns later than the engine that a container is gone, such as a warm sandbox of an earlier run.
func TestAddressesOfWhatIsGoneAreNotTaken(t *testing.T) {
	w, vpc := NewSwarm(slog.New(slog.DiscardHandler)), overlayForTest()
	one := engineOf(t, w, "one", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/_ping"):
			rw.Header().Set("Api-Version", "1.41")
		case strings.HasSuffix(path, "/swarm"):
			_, _ = rw.Write([]byte(`{}`))
		case strings.HasSuffix(path, "/containers/json"):
			_, _ = rw.Write([]byte(`[]`))
		case strings.HasSuffix(path, "/containers/there/json"):
			_, _ = rw.Write([]byte(`{"Id": "there"}`))
		case strings.HasSuffix(path, "/tasks"):
			_, _ = rw.Write([]byte(`[` + attached("one", "gone", "10.1.0.8") + `, ` + attached("one", "there", "10.1.0.9") + `, ` + attached("away", "gone", "10.1.0.10") + `]`))
		default:
			http.Error(rw, `{"message":"no such container"}`, http.StatusNotFound)
		}
	})
	opened, err := one.open(t.Context(), vpc)
	if err != nil {
		t.Fatal(err)
	}
	for at, free := range map[string]bool{"10.1.0.8": true, "10.1.0.9": false, "10.1.0.10": false} {
		if opened.Addresses.Occupy(netip.MustParseAddr(at)) != free {
			t.Errorf("%s is free: %t; want %t", at, !free, free)
		}
	}
}

// attached is what a manager says of a container on a network.
func attached(node, container, at string) string {
	return fmt.Sprintf(`{"NodeID": %q, "Spec": {"NetworkAttachmentSpec": {"ContainerID": %q}}, `+
		`"NetworksAttachments": [{"Network": {"ID": "net"}, "Addresses": [%q]}]}`, node, container, at+"/16")
}

// Engines keep the numbers that they had, also those that were away when the network was first used, or opened later.
func TestNoTwoEnginesHaveOneNumber(t *testing.T) {
	w, vpc := NewSwarm(slog.New(slog.DiscardHandler)), overlayForTest()
	engine := func(node string) *Networks { return engineOf(t, w, node, http.NotFound) }
	away, one, third := engine("away"), engine("one"), engine("third")
	b := w.bookOf(vpc)
	b.note(third, 3)
	b.noteOther("away", 1)
	b.noteOther("left out", 2)
	b.number([]*Networks{away, one, third}, []error{context.DeadlineExceeded, nil, nil})
	later := engine("later")
	for s, want := range map[*Networks]int{later: 4, one: 0, third: 3} {
		if got := b.placesOf(s, vpc); got != swarm.PlacesOf(vpc.Subnet, vpc.Gateway, vpc.share, want) {
			t.Errorf("%+v are not the places of number %d", got, want)
		}
	}
	if got := b.placesOf(away, vpc); got != swarm.PlacesOf(vpc.Subnet, vpc.Gateway, vpc.share, 1) {
		t.Errorf("the engine that was away has %+v", got)
	}
}

func TestAnEngineListsItsContainersAnewOnANetworkThatItHasForgotten(t *testing.T) {
	w, vpc := NewSwarm(slog.New(slog.DiscardHandler)), overlayForTest()
	var lists atomic.Int32
	one := engineOf(t, w, "one", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/containers/json"):
			lists.Add(1)
			_, _ = rw.Write([]byte(`[]`))
		case strings.HasSuffix(path, "/tasks"):
			_, _ = rw.Write([]byte(`[]`))
		default:
			_, _ = rw.Write([]byte(`{}`))
		}
	})
	for want := range int32(2) {
		if err := one.know(t.Context(), "vpc", vpc); err != nil || lists.Load() != want+1 {
			t.Errorf("%d lists, %v; want %d", lists.Load(), err, want+1)
		}
		one.Forget(t.Context(), func(string, Network) bool { return true })
	}
}

// A container that was made and not started is in no list while its engine is away, so another one may get its address.
func TestAContainerWhoseAddressWasGivenAwayMeanwhileIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCluster()
		one, away := w.engine(t, "one", true), w.engine(t, "away", false)
		vpc, err := one.make(t.Context(), "vpc")
		if err != nil {
			t.Fatal(err)
		}
		delete(w.books, vpc.ID) // as after a restart
		vpc.fresh = false
		away.hangs.Store(true)
		opened, err := one.open(t.Context(), vpc)
		if at := netip.MustParseAddr("10.9.0.9"); err != nil || !opened.Addresses.Occupy(at) {
			t.Fatalf("%s is not free while its engine is away: %v", at, err)
		}
		away.hangs.Store(false)
		away.containers = `{"Id": "made", "State": "created", "NetworkSettings": {"Networks": {"` + vpc.DockerName + `": {"IPAMConfig": {"IPv4Address": "10.9.0.9"}}}}}`
		time.Sleep(5 * time.Second) // until it is known to answer
		for range 2 {
			if _, err := away.open(t.Context(), vpc); err != nil {
				t.Fatal(err)
			}
			if err := away.Leases.Resume("made"); !errors.Is(err, backend.ErrAddressInUse) {
				t.Errorf("it is started: %v", err)
			}
			w.bookOf(vpc).unlist(away.Networks)
		}
		opened.Addresses.Give(netip.MustParseAddr("10.9.0.9"))
		if err := away.Leases.Resume("made"); err != nil {
			t.Errorf("its address is free again: %v", err)
		}
	})
}
