package emulator_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestFaultHoldsForItsTimeOnTheClock(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "sleep", "7200")
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, For: time.Hour})
	w.must(err)
	fails := w.runTask(definition)
	w.eventually("a task fails", func() bool { return *w.task(fails).LastStatus == "STOPPED" })
	if list := w.srv.Faults().List(); len(list) != 1 || list[0].ID != id || list[0].Used != 1 {
		t.Errorf("faults %+v", list)
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	if list := w.srv.Faults().List(); len(list) != 0 {
		t.Errorf("faults after an hour: %+v", list)
	}
	runs := w.runTask(definition)
	w.eventually("a task runs", func() bool { return *w.task(runs).LastStatus == "RUNNING" })
}

func TestResetEndsFaults(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway})
	w.must(err)
	w.must(w.srv.Reset())
	runs := w.runTask(w.register("web", "web"))
	w.eventually("a task runs", func() bool { return *w.task(runs).LastStatus == "RUNNING" })
}

func TestAdvanceWaitsForACrashThatIsDue(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "sleep", "86400")
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.CrashFault, Delay: 30 * time.Minute})
	w.must(err)
	for range 10 {
		id := w.runTask(definition)
		w.eventually("a task runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
		w.must(w.srv.Clock().Advance(40 * time.Minute))
		task := w.task(id)
		if *task.LastStatus != "STOPPED" {
			t.Fatalf("after forty minutes the task is %s", *task.LastStatus)
		}
		if ran := task.StoppedAt.Sub(*task.StartedAt); ran > 31*time.Minute {
			t.Errorf("it ran for %v", ran)
		}
	}
}

// One client may have the engine leave while another has it return.
func TestTheEngineIsAwayWhileAFaultSaysSo(t *testing.T) {
	t.Parallel()
	w := start(t)
	faults, engine := w.srv.Faults(), w.srv.Faulty()
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	for range rounds {
		_, err := faults.Add(emulator.Fault{Kind: emulator.EngineAway})
		w.must(err)
		cleared := make(chan struct{})
		go func() {
			defer close(cleared)
			faults.ClearAll()
		}()
		for added := false; !added; {
			_, err := faults.Add(emulator.Fault{Kind: emulator.EngineAway})
			added = err == nil
		}
		<-cleared
		if _, err := engine.Info(t.Context()); err == nil {
			t.Fatal("the engine is there")
		}
		faults.ClearAll()
	}
}

func TestAFaultBeginsWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "sleep", "7200")
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, At: time.Hour, For: time.Hour})
	w.must(err)
	runs := w.runTask(definition)
	w.eventually("a task runs", func() bool { return *w.task(runs).LastStatus == "RUNNING" })
	if list := w.srv.Faults().List(); len(list) != 1 || list[0].Used != 0 {
		t.Errorf("faults before their time: %+v", list)
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	fails := w.runTask(definition)
	w.eventually("a task fails", func() bool { return *w.task(fails).LastStatus == "STOPPED" })
	w.must(w.srv.Clock().Advance(time.Hour))
	if list := w.srv.Faults().List(); len(list) != 0 {
		t.Errorf("faults after their time: %+v", list)
	}
}

// One that is cleared before its time never begins.
func TestAFaultThatHasNotBegunIsCleared(t *testing.T) {
	t.Parallel()
	w := start(t)
	id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, At: time.Minute})
	w.must(err)
	if !w.srv.Faults().Clear(id) || w.srv.Faults().Clear(id) {
		t.Error("it is not cleared once")
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	if _, err := w.srv.Faulty().Info(t.Context()); err != nil {
		t.Errorf("the engine is away: %v", err)
	}
}
