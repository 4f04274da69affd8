package loadbalancer

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

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
		s.update(func(tx *store.Tx) {
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
	c := New(Options{Store: s.store, Clock: s.clock, Log: slog.New(slog.DiscardHandler), Nodes: nodes{s.engine}, Delays: delays})
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
	s.update(func(tx *store.Tx) { elbv2.Register(tx, s.group, id, 80, "", s.clock.Now()) })
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
		s.update(func(tx *store.Tx) { elbv2.DeleteListener(tx, s.listener) })
		s.told("without listener", "no listener, no 10.0.0.1:80, no target-group")
		if b := s.row(); b.Addresses["subnet-1"] != "172.31.0.4" {
			t.Errorf("without a listener it has %+v", b.Addresses)
		}
		s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
		s.told("deleted", "end")
		if reached := s.controller.Reached(); len(reached) > 0 {
			t.Errorf("it is reached at %+v", reached)
		}
	})
}

// A listener that comes with the end of another one has its port.
func TestAListenerThatTakesThePlaceOfAnother(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.told("at first", "run, target-group, listener")
		next := *s.listener
		next.ARN = elbv2.NewListenerARN(next.LoadBalancer)
		s.update(func(tx *store.Tx) {
			elbv2.DeleteListener(tx, s.listener)
			elbv2.PutListener(tx, &next)
		})
		synctest.Wait()
		reached := s.controller.Reached()
		if len(reached) != 1 || len(reached[0].Listeners) != 1 || reached[0].Listeners[0].ARN != next.ARN || reached[0].Listeners[0].Local[0] != "127.0.0.1:80" {
			t.Errorf("it is reached at %+v", reached)
		}
	})
}

// TestTargetsThatSeeClients has them told of by a network load balancer when they answer through it.
func TestTargetsThatSeeClients(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.engine.tasks = []netip.Addr{netip.MustParseAddr("10.0.0.1")}
		s.register("10.0.0.1")
		s.told("of an application load balancer", "run, target-group, listener, 10.0.0.1:80")
		s.update(func(tx *store.Tx) {
			row, group := *s.row(), *s.group
			row.Type, group.Protocol, group.HealthCheck.Protocol = elb.LoadBalancerTypeEnumNetwork, elb.ProtocolEnumUdp, elb.ProtocolEnumTcp
			elbv2.PutLoadBalancer(tx, &row)
			elbv2.PutTargetGroup(tx, &group)
			s.group = &group
		})
		s.told("of a network load balancer", "target-group, direct 10.0.0.1:80")
		s.register("10.0.0.2")
		s.told("of one that does not run", "10.0.0.2:80")
		s.engine.mu.Lock()
		s.engine.tasks = append(s.engine.tasks, netip.MustParseAddr("10.0.0.2"))
		s.engine.mu.Unlock()
		s.engine.server.Report(balancer.Health{Group: s.group.ARN, Target: "10.0.0.2:80", State: "healthy"})
		s.told("when it runs", "direct 10.0.0.2:80")
	})
}

func TestATargetDrainsAndIsForgotten(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.register("10.0.0.1")
		s.told("a target", "run, target-group, listener, 10.0.0.1:80")
		s.update(func(tx *store.Tx) { elbv2.Deregister(tx, s.group, "10.0.0.1", 80, s.clock.Now()) })
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
		s.engine.server.Report(news)
		if h := health(); h.State != elb.TargetHealthStateEnumUnhealthy || h.Reason != elb.TargetHealthReasonEnumTimeout || *h.Description != "Request timed out" {
			t.Errorf("then it is %+v", h)
		}
		s.stop()
		news.State = "healthy"
		s.engine.server.Report(news) // while the controller does not listen
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

// A stream that was opened while the container went may lead to nothing.
func TestALoadBalancerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.told("at first", "run, target-group, listener")
		s.engine.mu.Lock()
		s.engine.deaf = 1
		s.engine.mu.Unlock()
		s.engine.end()
		time.Sleep(2 * greetTimeout)
		s.told("again", "end, run, target-group, listener")
	})
}

func TestALoadBalancerIsImpairedWhileItCannotRun(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.engine.end()
		s.engine.refuse(errors.New("no room"))
		s.register("10.0.0.1")
		synctest.Wait()
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActiveImpaired || b.StateReason != "no room" {
			t.Errorf("it is %s: %s", b.State, b.StateReason)
		}
		s.engine.refuse(nil)
		time.Sleep(2 * reconcile.LastRetry) // of the bubble
		synctest.Wait()
		if b := s.row(); b.State != elb.LoadBalancerStateEnumActive || b.StateReason != "" {
			t.Errorf("it is %s: %s", b.State, b.StateReason)
		}
	})
}

// The engine could not run it for a while: its address is its own all the same, also when its
// listeners go meanwhile.
func TestALoadBalancerThatCannotRunKeepsItsAddress(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.told("at first", "run, target-group, listener")
		s.engine.refuse(errors.New("not on its network"))
		s.controller.Wake(s.listener.LoadBalancer)
		keeps := func(when string) {
			t.Helper()
			synctest.Wait()
			if b := s.row(); b.State != elb.LoadBalancerStateEnumActiveImpaired || b.Addresses["subnet-1"] != "172.31.0.4" {
				t.Errorf("%s it is %s with %v", when, b.State, b.Addresses)
			}
		}
		keeps("refused")
		s.update(func(tx *store.Tx) { elbv2.DeleteListener(tx, s.listener) })
		keeps("without a listener")
		s.engine.refuse(nil)
		time.Sleep(2 * reconcile.LastRetry) // of the bubble
		s.told("afterwards", "no listener, no target-group")
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

// A target group that leaves its load balancer is in use no more, and what was found about its
// targets is not so when it comes back.
func TestATargetGroupThatLeavesItsLoadBalancer(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.becomes(state.Activating)
		s.becomes(state.Running)
		s.engine.server.Report(balancer.Health{Group: s.group.ARN, Target: "10.0.0.7:8080", State: "healthy"})
		synctest.Wait()
		is := func(when, want string, health types.HealthStatus) {
			t.Helper()
			task := state.FindTask(s.store.Read(), s.task)
			if got := s.traffic().Targets[0].State; got != want || task.Health() != health {
				t.Errorf("%s it is %s and the task %s, want %s and %s", when, got, task.Health(), want, health)
			}
		}
		is("at first", "healthy", types.HealthStatusHealthy)
		s.update(func(tx *store.Tx) { elbv2.DeleteListener(tx, s.listener) })
		is("without a listener", "unused", types.HealthStatusUnknown)
		s.update(func(tx *store.Tx) { elbv2.PutListener(tx, s.listener) })
		is("on another listener", "initial", types.HealthStatusUnknown)
	})
}

func TestATargetFollowsItsInstance(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.update(func(tx *store.Tx) {
			g := *s.group
			g.Type = elb.TargetTypeEnumInstance
			elbv2.PutTargetGroup(tx, &g)
		})
		is := func(reached ec2types.InstanceStateName, ip string) {
			s.update(func(tx *store.Tx) {
				ec2.PutInstance(tx, &ec2.Instance{Scope: scope, ID: "i-0aaaaaaaaaaaaaaaa", Reached: reached, Wanted: reached, PrivateIP: ip})
			})
		}
		is("running", "")
		s.register("i-0aaaaaaaaaaaaaaaa")
		s.told("without an address", "run, target-group, listener")
		is("running", "10.0.0.1")
		s.told("with an address", "i-0aaaaaaaaaaaaaaaa:80")
		is("running", "10.0.0.2")
		s.told("with another", "i-0aaaaaaaaaaaaaaaa:80")
		is("stopped", "10.0.0.2")
		s.told("stopped", "no i-0aaaaaaaaaaaaaaaa:80")
	})
}

// One that is deleted while the engine does nothing leaves it when that is over, also for another
// emulator, which the engine tells of it.
func TestALoadBalancerIsDeletedWhileTheEngineIsAway(t *testing.T) {
	for what, why := range map[string]error{"away": backend.ErrUnavailable, "full": errors.New("no space left on device")} {
		t.Run(what, func(t *testing.T) {
			withController(t, Delays{}, func(s *balancedScene) {
				s.told("at first", "run, target-group, listener")
				s.engine.refuse(why)
				arn := s.listener.LoadBalancer
				s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
				s.told("while the engine is "+what, "")
				if reached := s.controller.Reached(); len(reached) > 0 {
					t.Errorf("it is reached at %+v", reached)
				}
				s.stop()
				s.begin(Delays{})
				s.controller.Wake(arn)
				s.told("for another emulator", "")
				s.engine.refuse(nil)
				time.Sleep(2 * reconcile.LastRetry) // of the bubble
				s.told("afterwards", "end")
			})
		})
	}
}
