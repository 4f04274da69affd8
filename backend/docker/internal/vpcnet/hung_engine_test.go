package vpcnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owncontainer"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
)

// cluster is a swarm for tests in a bubble of synctest: no connection is made.
type cluster struct {
	*Swarm

	mu          sync.Mutex
	networks    []network.Summary
	attachments string // what a manager says of containers on networks
	nodes       string // and of nodes
}

// member is an engine of a cluster. What it is asked while it hangs is never answered.
type member struct {
	*Networks
	of      *cluster
	manager bool
	hangs   atomic.Bool

	containers string // that it lists
}

func newCluster() *cluster {
	return &cluster{Swarm: NewSwarm(slog.New(slog.DiscardHandler)), attachments: "[]"}
}

// engine adds an engine of a node.
func (c *cluster) engine(t *testing.T, node string, manager bool) *member {
	t.Helper()
	m := &member{of: c, manager: manager}
	cli, err := client.New(client.WithHost("tcp://"+node), client.WithAPIVersion("1.44"), client.WithHTTPClient(&http.Client{Transport: m}))
	if err != nil {
		t.Fatal(err)
	}
	closing, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	m.Networks = New(Options{
		Client: dockerapi.Client{Client: &endpoint.Client{Client: cli}}, Owner: label.Owner{Name: "me"}, Leases: &Leases{}, Swarm: c.Swarm,
		Silence: silence.New(closing, m.answers), Name: swarm.Engine{Name: node}, Log: slog.New(slog.DiscardHandler),
		Found: func(context.Context, Network, container.Summary) bool { return false },
		MTU:   func(ctx context.Context, _ string) (int, error) { return 0, m.answers(ctx) },
		Quit: func(ctx context.Context, _ string, _ Network) (func(), error) {
			if err := m.answers(ctx); err != nil {
				return nil, err
			}
			return func() {}, nil
		},
	})
	m.node.Set(swarm.Node{ID: node, Manager: manager})
	return m
}

func (m *member) answers(ctx context.Context) error {
	if m.hangs.Load() {
		<-ctx.Done()
	}
	return ctx.Err()
}

// RoundTrip implements http.RoundTripper.
func (m *member) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := m.answers(r.Context()); err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	answer.Header().Set("Content-Type", "application/json")
	m.serve(answer, r, strings.TrimPrefix(r.URL.Path, "/v1.44"))
	return answer.Result(), nil
}

func (m *member) serve(w http.ResponseWriter, r *http.Request, path string) {
	m.of.mu.Lock()
	defer m.of.mu.Unlock()
	id, of := strings.CutPrefix(path, "/networks/")
	switch {
	case !m.manager && (path == "/swarm" || path == "/tasks"):
		refuse(w, http.StatusServiceUnavailable, "This node is not a swarm manager.")
	case path == "/swarm":
		_, _ = w.Write([]byte(`{}`))
	case path == "/tasks":
		_, _ = w.Write([]byte(m.of.attachments))
	case path == "/nodes":
		_, _ = w.Write([]byte(m.of.nodes))
	case strings.HasPrefix(path, "/nodes/") && strings.Contains(m.of.nodes, path[len("/nodes/"):]):
		_, _ = w.Write([]byte(`{}`))
	case path == "/containers/json":
		_, _ = w.Write([]byte("[" + m.containers + "]"))
	case path == "/networks":
		_ = json.NewEncoder(w).Encode(m.of.networks)
	case path == "/networks/create":
		var asked network.CreateRequest
		_ = json.NewDecoder(r.Body).Decode(&asked)
		n := network.Summary{Network: network.Network{
			ID: fmt.Sprintf("net%d", len(m.of.networks)), Name: asked.Name, Scope: swarmScope, Driver: overlayDriver, Labels: asked.Labels, IPAM: *asked.IPAM,
		}}
		m.of.networks = append(m.of.networks, n)
		_, _ = fmt.Fprintf(w, `{"Id": %q}`, n.ID)
	case of && r.Method == http.MethodDelete && strings.Contains(m.of.attachments, id):
		refuse(w, http.StatusBadRequest, "network "+id+" is in use by task t")
	default:
		refuse(w, http.StatusNotFound, "not found")
	}
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message": %q}`, why)
}

// make has the network of a VPC be there, as Ensure does.
func (m *member) make(ctx context.Context, name string) (Network, error) {
	spec := backend.NetworkSpec{Name: name, CIDR: netip.MustParsePrefix("10.9.0.0/16")}
	if name == "other" {
		spec.CIDR = netip.MustParsePrefix("10.10.0.0/16")
	}
	vpc, err := m.ensure(ctx, spec, owncontainer.Own{})
	if err == nil {
		err = m.know(ctx, name, vpc)
	}
	return vpc, err
}

// within reports what took longer than that.
func within(t *testing.T, most time.Duration, what string, do func() error) {
	t.Helper()
	began := time.Now()
	if err := do(); err != nil || time.Since(began) > most {
		t.Errorf("%s takes %v; want at most %v: %v", what, time.Since(began), most, err)
	}
}

func TestAnEngineThatHangsDelaysNetworksOfOthersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		hung, one := c.engine(t, "hung", true), c.engine(t, "one", true)
		hung.hangs.Store(true)
		var vpc, other Network
		within(t, enginePatience+managerSoon, "the first network", func() (err error) { vpc, err = one.make(t.Context(), "vpc"); return err })
		within(t, 0, "the second network", func() (err error) { other, err = one.make(t.Context(), "other"); return err })
		within(t, 0, "the removal of one", func() error { return one.RemoveOverlay(t.Context(), "vpc", vpc) })
		within(t, 0, "the removal of the other", func() error { return one.RemoveOverlay(t.Context(), "other", other) })
	})
}

func TestAnEngineThatHangsDelaysTheRemovalOfANetworkOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		hung, one := c.engine(t, "hung", false), c.engine(t, "one", true)
		vpc, err := hung.make(t.Context(), "vpc")
		if err != nil {
			t.Fatal(err)
		}
		hung.hangs.Store(true)
		c.attachments = "[" + attached("hung", "there", "10.9.0.9") + "]"
		c.attachments = strings.ReplaceAll(c.attachments, `"net"`, `"`+vpc.ID+`"`)
		for n, most := range []time.Duration{enginePatience, 0} {
			within(t, most, fmt.Sprintf("attempt %d", n), func() error {
				if err := one.RemoveOverlay(t.Context(), "vpc", vpc); err == nil || !inUse(err) {
					return fmt.Errorf("the network is used: %w", err)
				}
				return nil
			})
		}
		hung.hangs.Store(false)
		c.attachments = "[]"
		time.Sleep(5 * time.Second) // it is asked again and again
		within(t, 0, "the removal once all answer", func() error { return one.RemoveOverlay(t.Context(), "vpc", vpc) })
	})
}

func TestAManagerThatHangsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		hung, other := c.engine(t, "hung", true), c.engine(t, "other", true)
		c.engine(t, "worker", false)
		c.manages(hung.Networks)
		hung.hangs.Store(true)
		for _, most := range []time.Duration{managerSoon, 0} {
			within(t, most, "a manager", func() error {
				manager, err := c.Manager(t.Context())
				if err == nil && manager != other.Client {
					err = errors.New("another engine than the one that answers")
				}
				return err
			})
		}
		other.hangs.Store(true)
		for _, most := range []time.Duration{managerPatience + managerSoon, 0} {
			within(t, most, "that there is none", func() error {
				if _, err := c.Manager(t.Context()); !errors.Is(err, backend.ErrNoManager) || !errors.Is(err, backend.ErrUnavailable) {
					return fmt.Errorf("it says %w", err)
				}
				return nil
			})
		}
	})
}

func TestASwarmOfWhichNoEngineIsOpenHasNoManager(t *testing.T) {
	c := newCluster()
	one := c.engine(t, "one", true)
	c.Leave(one.Networks)
	if _, err := c.Manager(t.Context()); !errors.Is(err, backend.ErrNoManager) || strings.Contains(err.Error(), "%!") {
		t.Errorf("got %v", err)
	}
}

// Networks that were made there would be on no other engine.
func TestAManagerOfAnotherSwarmIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		stray, other := c.engine(t, "stray", true), c.engine(t, "other", true)
		for _, m := range []*member{stray, other} {
			m.node.Set(swarm.Node{ID: m.Name.Name, Manager: true, Cluster: "one"})
		}
		if err := c.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.manages(stray.Networks)
		stray.node.Set(swarm.Node{ID: "stray", Manager: true, Cluster: "two"})
		if manager, err := c.Manager(t.Context()); err != nil || manager != other.Client {
			t.Errorf("%v, %v; want the engine that is still in the swarm", manager, err)
		}
	})
}
