package docker_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-yamux/v5"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// relayEngine is an engine with one network, whose relays answer for as long as a test wants.
type relayEngine struct {
	mu       sync.Mutex
	relays   map[string]bool // by id
	sessions map[string]*yamux.Session
	made     int
	holder   string   // id of the relay that has the address it asked for
	asked    []string // addresses that relays asked the network for
	removals int
	left     []container.Summary // by an earlier run, on the network

	creating, removing func() // called before
}

const theVPC = `{"Id":"vpc","Name":"vpc","Labels":{"ecs-emulator.owner":"me","ecs-emulator.vpc":"vpc"},
	"IPAM":{"Config":[{"Subnet":"10.9.0.0/16","Gateway":"10.9.0.1"}]}}`

func (r *relayEngine) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	parts := strings.Split(strings.Trim(q.URL.Path, "/"), "/")
	switch what := q.Method + " " + parts[0] + "/" + parts[len(parts)-1]; {
	case what == "POST containers/create":
		r.create(w, q)
	case what == "POST containers/attach":
		r.attach(w, parts[1])
	case what == "POST networks/connect":
		r.connect(w, q)
	case q.Method == http.MethodDelete && parts[0] == "containers":
		r.remove(w, parts[1])
	case q.URL.Path == "/containers/json" && strings.Contains(q.URL.Query().Get("filters"), "ecs-emulator.kind=relay"):
		r.list(w)
	case q.URL.Path == "/containers/json" && strings.Contains(q.URL.Query().Get("filters"), `"network"`):
		r.mu.Lock()
		defer r.mu.Unlock()
		_ = json.NewEncoder(w).Encode(slices.Clone(r.left))
	case q.URL.Path == "/containers/json": // of lifelines, say
		says(200, "[]")(w, q)
	case q.URL.Path == "/info":
		says(200, `{"OSType":"linux","Architecture":"x86_64"}`)(w, q)
	case q.URL.Path == "/networks":
		says(200, "["+theVPC+"]")(w, q)
	case parts[0] == "containers" && q.Method == http.MethodGet:
		says(200, `{"Id":"`+parts[1]+`","State":{"Running":true},"NetworkSettings":{"Networks":{"vpc":{"IPAddress":"10.9.255.9"}}}}`)(w, q)
	default:
		says(200, `{}`)(w, q)
	}
}

func (r *relayEngine) create(w http.ResponseWriter, q *http.Request) {
	var request container.CreateRequest
	_ = json.NewDecoder(q.Body).Decode(&request)
	relay := request.Labels["ecs-emulator.kind"] == "relay"
	if relay && r.creating != nil {
		r.creating()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made++
	id := fmt.Sprintf("c%d", r.made)
	if relay {
		r.relays[id] = true
	}
	says(201, `{"Id":"`+id+`"}`)(w, q)
}

func (r *relayEngine) attach(w http.ResponseWriter, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	conn := upgraded(w)
	if r.relays[id] {
		r.sessions[id], _ = tunnel.Far(framed{conn})
	}
}

func (r *relayEngine) connect(w http.ResponseWriter, q *http.Request) {
	var request network.ConnectRequest
	_ = json.NewDecoder(q.Body).Decode(&request)
	r.mu.Lock()
	defer r.mu.Unlock()
	address := ""
	if c := request.EndpointConfig.IPAMConfig; c != nil {
		address = c.IPv4Address.String()
	}
	r.asked = append(r.asked, address)
	switch {
	case address == "":
	case r.holder != "":
		says(403, `{"message":"Address already in use"}`)(w, q)
		return
	default:
		r.holder = request.Container
	}
	says(200, `{}`)(w, q)
}

func (r *relayEngine) remove(w http.ResponseWriter, id string) {
	r.mu.Lock()
	relay := r.relays[id]
	if relay {
		r.removals++
	}
	r.mu.Unlock()
	if relay && r.removing != nil {
		r.removing()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.relays, id)
	if r.holder == id {
		r.holder = ""
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *relayEngine) list(w http.ResponseWriter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []container.Summary
	for id := range r.relays {
		all = append(all, container.Summary{ID: id, Labels: map[string]string{"ecs-emulator.kind": "relay", "ecs-emulator.owner": "me"}})
	}
	_ = json.NewEncoder(w).Encode(all)
}

func (r *relayEngine) state() (relays int, asked []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.relays), slices.Clone(r.asked)
}

func newRelayEngine() *relayEngine {
	return &relayEngine{relays: map[string]bool{}, sessions: map[string]*yamux.Session{}}
}

// begin opens the engine, listens, and has the relay begin.
func (r *relayEngine) begin(t *testing.T, opts docker.Options) *docker.Engine {
	t.Helper()
	opts.Owner = "me"
	engine := fakeEngine{anyRequest: r.ServeHTTP}.open(t, opts)
	engine.Listen()
	r.ensure(t, engine)
	return engine
}

func (r *relayEngine) ensure(t *testing.T, engine *docker.Engine) {
	t.Helper()
	if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", CIDR: netip.MustParsePrefix("10.9.0.0/16"), Exact: true}); err != nil {
		t.Fatal(err)
	}
}

// framed writes as a container's standard output comes.
type framed struct{ net.Conn }

func (f framed) Write(b []byte) (int, error) {
	head := binary.BigEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(len(b)))
	if _, err := f.Conn.Write(head); err != nil {
		return 0, err
	}
	return f.Conn.Write(b)
}

// Containers that run know the relay by its address.
func TestTheNextRelayHasTheAddressOfTheOneBefore(t *testing.T) {
	r := newRelayEngine()
	release := make(chan struct{})
	r.removing = func() { <-release }
	engine := r.begin(t, docker.Options{})
	eventually(t, "the relay is on the network", func() bool { _, asked := r.state(); return len(asked) == 1 })
	engine.AwaitRelay(t.Context())
	r.mu.Lock()
	for _, session := range r.sessions {
		_ = session.Close()
	}
	r.mu.Unlock()
	eventually(t, "the broken relay is being removed", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.removals > 0 })
	r.ensure(t, engine) // another call has another made meanwhile
	eventually(t, "a call waits, or does not", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.removals > 1 || len(r.asked) > 1
	})
	close(release)
	eventually(t, "another relay is on the network", func() bool { _, asked := r.state(); return len(asked) > 1 })
	engine.AwaitRelay(t.Context())
	if _, asked := r.state(); !slices.Equal(asked, []string{"10.9.0.3", "10.9.0.3"}) {
		t.Errorf("relays asked for the addresses %q", asked)
	}
}

// A container that starts when the relay has broken may talk to the next one at once.
func TestContainersWaitForTheNextRelay(t *testing.T) {
	r := newRelayEngine()
	creating, release := make(chan struct{}, 2), make(chan struct{}, 2)
	r.creating = func() {
		creating <- struct{}{}
		<-release
	}
	release <- struct{}{}
	engine := r.begin(t, docker.Options{})
	engine.AwaitRelay(t.Context())
	<-creating
	r.mu.Lock()
	for _, session := range r.sessions {
		_ = session.Close()
	}
	r.mu.Unlock()
	<-creating
	time.AfterFunc(100*time.Millisecond, func() { release <- struct{}{} })
	engine.AwaitRelay(t.Context())
	if _, asked := r.state(); len(asked) != 2 {
		t.Errorf("%d relays are on the network when the wait is over; want the second one there", len(asked))
	}
}

func TestARelayOfARunThatWasKilledMakesRoom(t *testing.T) {
	r := newRelayEngine()
	r.relays["before"], r.holder = true, "before"
	engine := r.begin(t, docker.Options{Directory: t.TempDir()})
	eventually(t, "the relay is on the network", func() bool { _, asked := r.state(); return len(asked) > 0 })
	engine.AwaitRelay(t.Context())
	if relays, asked := r.state(); relays != 1 || !slices.Equal(asked, []string{"10.9.0.3"}) {
		t.Errorf("%d relays; they asked for the addresses %q", relays, asked)
	}
}

// Another container had the usual address when the relay first came. Sandboxes lead to where it was then.
func TestTheRelayOfTheNextRunIsWhereSandboxesLead(t *testing.T) {
	r := newRelayEngine()
	r.left = []container.Summary{{
		ID: "box", Labels: map[string]string{"ecs-emulator.owner": "me", "ecs-emulator.kind": "sandbox", "ecs-emulator.relay": "10.9.255.9"},
		NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"vpc": {IPAddress: netip.MustParseAddr("10.9.0.8")}}},
	}}
	engine := r.begin(t, docker.Options{Directory: t.TempDir()})
	eventually(t, "the relay is on the network", func() bool { _, asked := r.state(); return len(asked) > 0 })
	engine.AwaitRelay(t.Context())
	if _, asked := r.state(); !slices.Equal(asked, []string{"10.9.255.9"}) {
		t.Errorf("the relay asked for the addresses %q", asked)
	}
}

func TestARelayThatIsDroppedInHasteEnds(t *testing.T) {
	r := newRelayEngine()
	creating, release := make(chan struct{}), make(chan struct{})
	r.creating = func() {
		close(creating)
		<-release
	}
	engine := r.begin(t, docker.Options{})
	<-creating
	hurry, cancel := context.WithCancel(t.Context())
	cancel()
	_ = engine.RemoveAll(hurry)
	close(release)
	eventually(t, "the relay is made and gone", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.made > 1 && len(r.relays) == 0 })
}

func TestCallsThatBeganBeforeAllWasRemovedMakeNoRelay(t *testing.T) {
	r := newRelayEngine()
	engine := r.begin(t, docker.Options{})
	engine.AwaitRelay(t.Context())
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	before := r.made
	r.mu.Unlock()
	if err := engine.EarlierRelay(t.Context()); err == nil {
		t.Error("a call got a relay")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.made != before || len(r.relays) > 0 {
		t.Errorf("%d containers have been made since, and there are %d relays", r.made-before, len(r.relays))
	}
}
