package servicescheduler

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// onEngines has the fixture's tasks run on engines, of which b is away.
func (f *fixture) onEngines() {
	board := &engineroom.Board{Engines: func() []engineroom.Engine {
		return []engineroom.Engine{
			{Name: "a", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}, {Name: "b", Architecture: "x86_64", CPU: 4096, Memory: 8192},
			{Name: "c", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192},
		}
	}}
	f.controller = New(Options{Store: f.store, Log: slog.New(slog.DiscardHandler), Engines: board})
}

// named has the tasks of a service name an engine.
func named(engine string) func(*state.Service) {
	return func(s *state.Service) {
		s.PropagateTags, s.Tags = types.PropagateTagsService, []types.Tag{{Key: aws.String(engineroom.Tag), Value: &engine}}
	}
}

func (f *fixture) hosts() map[string]int {
	hosts := map[string]int{}
	for _, t := range f.tasks() {
		hosts[t.Placement.Host]++
	}
	return hosts
}

func TestServiceIsSpreadOverEngines(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 6 })
	f.onEngines()
	f.schedule()
	if hosts := f.hosts(); hosts["a"] != 3 || hosts["c"] != 3 {
		t.Errorf("of six tasks %v are on the engines, want three on each that answers", hosts)
	}
}

// Tasks that name an engine that is away wait, and an event says for which. They do not count as failed.
func TestServiceWaitsForItsEngine(t *testing.T) {
	f := newFixture(t, named("b"))
	f.onEngines()
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 2 running 0 failed 0")
	for _, task := range f.tasks() {
		if !task.WaitsForEngine() || task.Placement.Host != "" || task.Placement.Zone == "" {
			t.Errorf("task is placed on %+v", task.Placement)
		}
	}
	messages := f.messages()
	if last := messages[len(messages)-1]; !strings.HasSuffix(last, "was unable to place a task. Reason: ecs-emulator: the engine b does not answer.") || len(messages) != 2 {
		t.Errorf("events %q", messages)
	}
	if c := state.FindClusterSummary(f.store.Read(), scope.Cluster("c")); c.Waiting != 0 || c.PendingFargate != 2 {
		t.Errorf("%d tasks wait for instances and %d are pending on Fargate, want none and two", c.Waiting, c.PendingFargate)
	}
}

func TestServiceNamesAnEngineThatIsNotThere(t *testing.T) {
	f := newFixture(t, named("x"))
	f.onEngines()
	f.reconcile(serviceARN)
	if messages := f.messages(); len(f.tasks()) != 0 || len(messages) != 1 ||
		messages[0] != "(service web) was unable to place a task. Reason: ecs-emulator: there is no engine x among a, b and c." {
		t.Errorf("%d tasks, events %q", len(f.tasks()), messages)
	}
}

// TestOneEngineWithoutANameHeedsNoTag: all is as it was.
func TestOneEngineWithoutANameHeedsNoTag(t *testing.T) {
	f := newFixture(t, named("x"))
	f.schedule()
	if hosts := f.hosts(); hosts[""] != 2 {
		t.Errorf("tasks are on %v", hosts)
	}
}
