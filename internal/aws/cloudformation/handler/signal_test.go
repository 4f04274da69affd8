package handler_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// TestInstancesCountAsSignals: one that is ready is a signal, once, and the step is taken again at once with it. An instance that is
// not is looked at again; one that has signalled itself is asked nothing.
func TestInstancesCountAsSignals(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	root, err := document.Read("P: {ResourceSignal: {Count: 2, Timeout: PT10M}}")
	if err != nil {
		t.Fatal(err)
	}
	stable := false
	of := &handler.Type{
		Name: "AWS::EC2::Instance", Launches: true,
		Create: func(n *handler.Turn) error { n.ID = "i-1"; return nil },
		Read: func(n *handler.Turn) (bool, error) {
			n.Instance("i-1")
			n.Instance("i-2")
			return stable, nil
		},
	}
	ready := map[string]bool{}
	r := handler.Request{
		Action: handler.Create, Type: of.Name, LogicalID: "A", Incarnation: "1", Began: noon, Now: noon, CreationPolicy: root.Get("P"),
		Ready: func(id string) bool { return ready[id] },
	}
	run := func() handler.Result {
		result := of.Run(context.Background(), nil, r)
		r.PhysicalID, r.Progress = result.PhysicalID, result.Progress
		for _, id := range result.Signalled {
			r.Signals = append(r.Signals, signal.Signal{UniqueID: id})
		}
		return result
	}
	if result := run(); len(result.Signalled) > 0 || result.Failure != nil || result.Again <= handler.AtOnce {
		t.Errorf("no instance is ready: %+v", result)
	}
	ready["i-1"], ready["i-2"] = true, true
	if result := run(); len(result.Signalled) != 2 || result.Again != handler.AtOnce {
		t.Errorf("both are ready: %+v", result)
	}
	if result := run(); len(result.Signalled) != 0 || result.Again <= handler.AtOnce || result.Failure != nil {
		t.Errorf("it is not stable: %+v", result)
	}
	stable = true
	if result := run(); result.Again != 0 || result.Failure != nil {
		t.Errorf("all is there: %+v", result)
	}
	r.Signals, r.Now, ready = r.Signals[:1], noon.Add(10*time.Minute), nil
	if result := run(); result.Failure == nil || result.Failure.Message != "Failed to receive 1 resource signal(s) within the specified duration" {
		t.Errorf("too late: %+v", result)
	}
	r.Action, r.Previous, r.Progress, r.Signals = handler.Update, r.Properties, "", nil
	if result := run(); result.Failure != nil || result.Again != 0 {
		t.Errorf("an update waits: %+v", result)
	}
}
