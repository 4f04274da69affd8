package loadbalancer

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// setCounts has the load balancer say that it has counted something; nil is one of an older build.
func (e *engine) setCounts(c *balancer.Counts) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts = c
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
		s.update(func(tx *state.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
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
