package emulator_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// hanging is an engine that answers nothing from some time on.
type hanging struct {
	backend.Engine
	hangs atomic.Bool
}

func (h *hanging) silence(ctx context.Context) error {
	if h.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (h *hanging) Info(ctx context.Context) (backend.Info, error) {
	if err := h.silence(ctx); err != nil {
		return backend.Info{}, err
	}
	return h.Engine.Info(ctx)
}

func (h *hanging) RemoveAll(ctx context.Context) error {
	if err := h.silence(ctx); err != nil {
		return err
	}
	return h.Engine.RemoveAll(ctx)
}

// Sweep always hangs.
func (*hanging) Sweep(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestAnEngineThatHangsDelaysNeitherAnswersNorTheEnd(t *testing.T) {
	t.Parallel()
	engine := &hanging{Engine: sim.New(sim.Options{})}
	srv, err := emulator.New(emulator.Options{Backend: engine})
	if err != nil {
		t.Fatal(err)
	}
	engine.hangs.Store(true)
	if _, err := ecs.NewFromConfig(srv.Config()).ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
		t.Error(err)
	}
	begin := time.Now()
	if err := srv.Close(); err == nil {
		t.Error("Close does not say that nothing is removed")
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("Close took %v", took)
	}
}

func TestAStartSaysThatTheEngineOfItsStateDoesNotAnswer(t *testing.T) {
	t.Parallel()
	engine := &hanging{Engine: sim.New(sim.Options{})}
	opts := emulator.Options{Backend: engine, DataDir: t.TempDir()}
	for _, c := range []struct {
		hangs   bool
		problem string
	}{{false, ""}, {true, "the engine sim has not answered within 5s"}} {
		engine.hangs.Store(c.hangs)
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		if problem := srv.EngineProblem(); problem != c.problem {
			t.Errorf("the engine hangs: %v; the problem is %q, want %q", c.hangs, problem, c.problem)
		}
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	}
}

// busy is an engine that takes some time for its first answer.
type busy struct {
	backend.Engine
	takes time.Duration
	begun atomic.Bool
}

func (b *busy) Info(ctx context.Context) (backend.Info, error) {
	if until, bounded := ctx.Deadline(); b.begun.CompareAndSwap(false, true) && bounded && time.Until(until) < b.takes {
		return backend.Info{}, context.DeadlineExceeded
	}
	return b.Engine.Info(ctx)
}

func TestAStartWaitsForABusyEngine(t *testing.T) {
	t.Parallel()
	srv, err := emulator.New(emulator.Options{Backend: &busy{Engine: sim.New(sim.Options{}), takes: 30 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}
