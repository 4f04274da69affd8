package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/emulator/elbv2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// engine is a host with one load balancer, which notes what it is told.
type engine struct {
	mu      sync.Mutex
	runs    bool
	refuses error
	station *balancer.Station
	streams []net.Conn
	did     []string
	ports   []string
}

func (e *engine) RunLoadBalancer(context.Context, *elbv2.LoadBalancer) (netip.Addr, string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuses != nil {
		return netip.Addr{}, "", e.refuses
	}
	if !e.runs {
		e.runs, e.station = true, balancer.NewStation()
		e.did = append(e.did, "run")
	}
	return netip.MustParseAddr("172.31.0.4"), "subnet-1", nil
}

func (e *engine) Settle() {}

func (e *engine) ConnectLoadBalancer(context.Context, string) (io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	near, far := net.Pipe()
	e.streams = append(e.streams, far)
	go e.station.Serve(context.Background(), e, far) //nolint:errcheck // it ends with the stream
	return near, nil
}

func (e *engine) RemoveLoadBalancer(context.Context, string) error {
	e.end()
	return nil
}

func (e *engine) OpenLoadBalancerPort(_ context.Context, _, listener string, _ types.TransportProtocol, port uint16) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Contains(e.ports, listener) {
		e.ports = append(e.ports, listener)
	}
	return []string{fmt.Sprintf("127.0.0.1:%d", port)}
}

func (e *engine) CloseLoadBalancerPorts(_ string, but []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ports = slices.Clone(but)
}

// end ends the load balancer, and what it knew.
func (e *engine) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs {
		e.did = append(e.did, "end")
	}
	e.runs = false
	for _, s := range e.streams {
		_ = s.Close()
	}
	e.streams = nil
}

// Set, Remove and Counts are those of a balancer.
func (e *engine) Set(p balancer.Piece) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	key, _ := p.Key()
	word := string(key.Kind)
	switch {
	case p.Listener != nil && p.Listener.Port == 7:
		return errors.New("the port is taken")
	case p.Target != nil && p.Target.Draining:
		word = "draining " + key.ID
	case p.Target != nil:
		word = key.ID
	}
	e.did = append(e.did, word)
	return nil
}

func (e *engine) Remove(key balancer.Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	word := "no " + string(key.Kind)
	if key.Kind == balancer.KindTarget {
		word = "no " + key.ID
	}
	e.did = append(e.did, word)
}

func (e *engine) Counts() balancer.Counts { return balancer.Counts{} }

// balancedScene is the rows of a scene and a controller for them.
type balancedScene struct {
	*scene
	engine     *engine
	controller *Controller
	listener   *elbv2.Listener
	stop       func()
}

func withController(t *testing.T, delays Delays, story func(s *balancedScene)) {
	withTask(t, func(s *scene) {
		b := &balancedScene{scene: s, engine: &engine{}}
		b.listener = elbv2.AllListeners(s.store.Read(), scope)[0]
		s.update(func(tx *state.Tx) {
			row := *b.row()
			row.CreatedAt = s.clock.Now()
			elbv2.PutLoadBalancer(tx, &row)
		})
		b.begin(delays)
		defer func() {
			b.stop()
			b.engine.end()
		}()
		story(b)
	})
}

func (s *balancedScene) begin(delays Delays) {
	ctx, cancel := context.WithCancel(s.Context())
	c := &Controller{Store: s.store, Clock: s.clock, Log: slog.New(slog.DiscardHandler), Host: s.engine, Delays: delays}
	s.controller = c
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Run(ctx)
	}()
	s.stop = func() { cancel(); <-ended }
	synctest.Wait()
}

// told is what the engine has been told since the last time.
func (s *balancedScene) told(what, want string) {
	s.Helper()
	synctest.Wait()
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	if got := strings.Join(s.engine.did, ", "); got != want {
		s.Errorf("%s: the engine is told %q, want %q", what, got, want)
	}
	s.engine.did = nil
}

func (s *balancedScene) row() *elbv2.LoadBalancer {
	return elbv2.FindLoadBalancer(s.store.Read(), s.listener.LoadBalancer)
}

func (s *balancedScene) register(id string) {
	s.Helper()
	s.update(func(tx *state.Tx) { elbv2.Register(tx, s.group, id, 80, "", s.clock.Now()) })
}

func TestALoadBalancerDoesWhatItsRowsSay(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.told("at first", "run, target-group, listener")
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActive || b.Addresses["subnet-1"] != "172.31.0.4" {
			t.Errorf("the row is %+v", b)
		}
		reached := s.controller.Reached()
		if len(reached) != 1 || len(reached[0].Listeners) != 1 || reached[0].Listeners[0].Local[0] != "127.0.0.1:80" {
			t.Errorf("it is reached at %+v", reached)
		}
		s.register("10.0.0.1")
		s.told("a target", "10.0.0.1:80")
		s.update(func(tx *state.Tx) { elbv2.DeleteListener(tx, s.listener) })
		s.told("without listener", "end")
		if b := s.row(); len(b.Addresses) > 0 || len(s.controller.Reached()) > 0 {
			t.Errorf("without a listener it has %+v", b.Addresses)
		}
	})
}

func TestATargetDrainsAndIsForgotten(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.register("10.0.0.1")
		s.told("a target", "run, target-group, listener, 10.0.0.1:80")
		s.update(func(tx *state.Tx) { elbv2.Deregister(tx, s.group, "10.0.0.1", 80, s.clock.Now()) })
		s.told("deregistered", "draining 10.0.0.1:80")
		s.advance(29 * time.Second)
		s.told("before its delay is over", "")
		s.advance(time.Second)
		s.told("after it", "no 10.0.0.1:80")
		if t := elbv2.FindTarget(s.store.Read(), s.group.ARN, "10.0.0.1", 80); t != nil {
			s.Errorf("the row is left: %+v", t)
		}
	})
}

func TestHealthOfTargetsIsWritten(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.register("10.0.0.1")
		health := func() elb.TargetHealth {
			synctest.Wait()
			tx := s.store.Read()
			return elbv2.Health(tx, s.group, elbv2.FindTarget(tx, s.group.ARN, "10.0.0.1", 80))
		}
		if h := health(); h.State != elb.TargetHealthStateEnumInitial {
			t.Errorf("at first it is %s", h.State)
		}
		news := balancer.Health{Group: s.group.ARN, Target: "10.0.0.1:80", State: "unhealthy", Reason: "Target.Timeout", Description: "Request timed out"}
		s.engine.station.Report(news)
		if h := health(); h.State != elb.TargetHealthStateEnumUnhealthy || h.Reason != elb.TargetHealthReasonEnumTimeout || *h.Description != "Request timed out" {
			t.Errorf("then it is %+v", h)
		}
		s.stop()
		news.State = "healthy"
		s.engine.station.Report(news) // while nobody listens
		s.engine.did = nil
		s.begin(Delays{})
		if h := health(); h.State != elb.TargetHealthStateEnumHealthy {
			t.Errorf("after a restart it is %s", h.State)
		}
		s.told("after a restart", "")
	})
}

func TestALoadBalancerThatHasEndedIsToldAllAgain(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.told("at first", "run, target-group, listener")
		s.engine.end()
		s.told("after its end", "end, run, target-group, listener")
	})
}

func TestALoadBalancerIsImpairedWhileItCannotRun(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.engine.end()
		s.engine.mu.Lock()
		s.engine.refuses = errors.New("no room")
		s.engine.mu.Unlock()
		s.register("10.0.0.1")
		synctest.Wait()
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActiveImpaired || b.StateReason != "no room" {
			t.Errorf("it is %s: %s", b.State, b.StateReason)
		}
		s.engine.mu.Lock()
		s.engine.refuses = nil
		s.engine.mu.Unlock()
		time.Sleep(2 * lastRetry) // of the bubble
		synctest.Wait()
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActive || b.StateReason != "" {
			t.Errorf("it is %s: %s", b.State, b.StateReason)
		}
	})
}

func TestALoadBalancerTakesItsTime(t *testing.T) {
	withController(t, Delays{Provision: time.Minute}, func(s *balancedScene) {
		if b := s.row(); b.State != elb.LoadBalancerStateEnumProvisioning {
			t.Errorf("at first it is %s", b.State)
		}
		s.advance(time.Minute)
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActive {
			t.Errorf("a minute later it is %s", b.State)
		}
	})
}

func (s *balancedScene) advance(d time.Duration) {
	s.Helper()
	if err := s.clock.Advance(s.Context(), d); err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
}
