package tasktraffic

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/tasktraffic/tasktraffictest"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// scene is a task of a service with one target group, which is on a load balancer.
type scene struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
	group *elbv2.TargetGroup
	task  string
	tried *controller
}

func withTask(t *testing.T, story func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &scene{T: t, store: rows, clock: clock.New(clock.Options{})}
		s.update(func(tx *store.Tx) { s.task, s.group = tasktraffictest.AddTask(tx, scope, s.clock.Now()) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		c := newController(Options{Store: rows, Clock: s.clock, Log: slog.New(slog.DiscardHandler)})
		s.tried = c
		go func() {
			defer close(ended)
			_ = c.Run(ctx)
		}()
		synctest.Wait()
		story(s)
		cancel()
		<-ended
	})
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
}

// becomes is the agent's part.
func (s *scene) becomes(lastStatus string) {
	s.Helper()
	s.update(func(tx *store.Tx) {
		if err := tasktraffictest.Become(tx, s.task, lastStatus); err != nil {
			s.Fatal(err)
		}
	})
}

func (s *scene) stop() {
	s.Helper()
	s.update(func(tx *store.Tx) { state.StopTask(tx, s.task, state.Stop{At: s.clock.Now()}) })
}

func (s *scene) target() *elbv2.Target {
	return elbv2.FindTarget(s.store.Read(), s.group.ARN, "10.0.0.7", 8080)
}

func (s *scene) traffic() state.TaskTraffic { return tasktraffictest.Traffic(s.store.Read(), s.task) }
