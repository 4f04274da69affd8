package loadbalancer

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// setCounts has the load balancer say that it has counted something; nil is one of an older build.
func (e *engine) setCounts(c *balancer.Counts) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts = c
}

// freeze has the load balancer answer no questions until the channel is closed; nil has it answer.
func (e *engine) freeze(until chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.frozen = until
}

func TestLoadBalancersTellWhatTheyHaveCounted(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		var log bytes.Buffer
		s.controller.Log = slog.New(slog.NewTextHandler(&log, nil))
		if all := s.controller.Counts(s.Context()); len(all) > 0 {
			t.Errorf("one of an older build has counted %+v", all)
		}
		s.controller.Counts(s.Context())
		if said := log.String(); strings.Count(said, "of an older build counts no requests") != 1 {
			t.Errorf("the log says %q", said)
		}
		s.engine.setCounts(&balancer.Counts{Run: "a", Connections: 2})
		arn := s.listener.LoadBalancer
		if all := s.controller.Counts(s.Context()); len(all) != 1 || all[0].ARN != arn || all[0].Connections != 2 {
			t.Errorf("it has counted %+v", all)
		}

		var last []Counted
		s.controller.Removing = func(c Counted) { last = append(last, c) }
		s.engine.setCounts(&balancer.Counts{Run: "a", Connections: 3})
		s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
		if len(last) != 1 || last[0].ARN != arn || last[0].Connections != 3 {
			t.Errorf("at its end it has counted %+v", last)
		}
		if all := s.controller.Counts(s.Context()); len(all) > 0 {
			t.Errorf("after its end it has counted %+v", all)
		}
	})
}

func TestFlowsThatTheKernelDoesNotCount(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		var log bytes.Buffer
		s.controller.Log = slog.New(slog.NewTextHandler(&log, nil))
		s.engine.setCounts(&balancer.Counts{Run: "a", Uncounted: "lacks nft_counter"})
		for range 2 {
			if all := s.controller.Counts(s.Context()); len(all) != 1 || all[0].Uncounted == "" {
				t.Errorf("it has counted %+v", all)
			}
		}
		if said := log.String(); strings.Count(said, "the kernel does not count the flows") != 1 || !strings.Contains(said, "lacks nft_counter") {
			t.Errorf("the log says %q", said)
		}
	})
}

// A load balancer that does not answer, such as one whose container is paused, is waited for once. Then clients and the clock go
// on without it, the log says so, and what it has counted comes when it answers again.
func TestALoadBalancerThatDoesNotAnswer(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		var log bytes.Buffer
		s.controller.Log = slog.New(slog.NewTextHandler(&log, nil))
		s.engine.setCounts(&balancer.Counts{Run: "a", Connections: 2})
		frozen := make(chan struct{})
		s.engine.freeze(frozen)
		took := func(step string, want time.Duration) {
			t.Helper()
			began := time.Now()
			if all := s.controller.Counts(s.Context()); len(all) > 0 {
				t.Errorf("%s: it has counted %+v", step, all)
			}
			if err := s.controller.Idle(s.Context()); err != nil {
				t.Error(err)
			}
			if got := time.Since(began); got != want {
				t.Errorf("%s: clients and the clock wait for %v, want %v", step, got, want)
			}
		}
		took("first", answerTimeout)
		took("second", 0)
		s.register("10.0.0.9")
		took("while it is to be told something", 0)

		s.engine.setCounts(&balancer.Counts{Run: "a", Connections: 5})
		s.engine.freeze(nil)
		close(frozen)
		synctest.Wait()
		if all := s.controller.Counts(s.Context()); len(all) != 1 || all[0].Connections != 5 {
			t.Errorf("when it answers again it has counted %+v", all)
		}
		s.controller.Counts(s.Context())
		for _, line := range []string{"does not answer", "answers again"} {
			if said := log.String(); strings.Count(said, line) != 1 || strings.Count(said, s.listener.LoadBalancer) != 2 {
				t.Errorf("the log says %q", said)
			}
		}
	})
}

// One that stays silent is given up by its client. The next client is asked again.
func TestALoadBalancerThatIsSilentForLong(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		s.engine.setCounts(&balancer.Counts{Run: "a", Connections: 2})
		frozen := make(chan struct{})
		s.engine.freeze(frozen)
		s.controller.Counts(s.Context())
		s.engine.freeze(nil)
		time.Sleep(time.Minute) // the stream of before stays frozen
		if all := s.controller.Counts(s.Context()); len(all) != 1 || all[0].Connections != 2 {
			t.Errorf("through another stream it has counted %+v", all)
		}
		close(frozen)
	})
}
