package agent

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// cut takes b away, and has its tasks end for a reason; empty: those on Fargate wait.
func (p *pair) cut(reason string) {
	p.Helper()
	p.b.Disconnect(errors.New("a cable is out"))
	synctest.Wait()
	p.agent.SetAbsence("b", Absence{Since: p.agent.SilentSince("b"), Lost: reason})
	synctest.Wait()
}

// live is how many containers and sandboxes of an engine run.
func (p *pair) live(id string) (n int) {
	p.Helper()
	list, err := p.b.List(p.Context(), nil)
	if err != nil {
		p.Fatal(err)
	}
	for _, c := range list {
		if c.State == backend.Running && c.Labels["com.amazonaws.ecs.task-arn"] == id {
			n++
		}
	}
	return n
}

func TestTasksOfALostEngineEndWithoutIt(t *testing.T) {
	withPair(t, func(p *pair) {
		onA, onB := p.runOn("a", container("web")), p.runOn("b", container("web"))
		asked := p.runOn("b", container("web"))
		version := p.task(onB).Version
		p.b.Disconnect(errors.New("a cable is out"))
		synctest.Wait()
		p.stopTask(asked)
		waits := p.runOn("b", container("web"))
		p.expect("task on b", p.task(onB).Status.LastStatus, state.Running)
		p.expect("task that is to stop", p.task(asked).Status.LastStatus, state.Running)

		p.cut("the engine is lost")
		p.expect("task on a", p.task(onA).Status.LastStatus, state.Running)
		row := p.task(onB)
		p.expect("task on b", row.Status.LastStatus, state.Stopped)
		p.expect("its stop", *row.Stop, state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: "the engine is lost", At: row.Stop.At})
		p.expect("its network interface", row.Status.Attachment.Status, "DELETED")
		p.expect("its container", row.Status.Containers[0].LastStatus(), state.Stopped)
		p.expect("its exit code", row.Status.Containers[0].ExitCode == nil, true)
		p.expect("events of its end", row.Version, version+1)
		p.expect("task that was to stop", p.task(asked).Status.LastStatus, state.Stopped)
		p.expect("why it stopped", p.task(asked).Stop.Code, types.TaskStopCodeUserInitiated)
		p.expect("task that had not begun", p.task(waits).Status.LastStatus, state.Stopped)
		late := p.runOn("b", container("web"))
		p.expect("task that came later", p.task(late).Status.LastStatus, state.Stopped)

		// Back, what runs there is removed before anything begins.
		p.b.Reconnect()
		p.settleAfter(time.Second)
		for _, id := range []string{onB, asked, waits, late} {
			p.expect("what runs of a task that has ended", p.live(id), 0)
		}
		p.expect("health", p.agent.Health("b"), nil)
		again := p.runOn("b", container("web"))
		p.expect("a new task on b", p.task(again).Status.LastStatus, state.Running)
		p.stopTask(again)
		p.settleAfter(time.Hour)
		p.expect("what is left on b", p.count(p.b), 0)
	})
}

func TestAnAbsenceEndsWithTheReturnOfItsEngine(t *testing.T) {
	withPair(t, func(p *pair) {
		id := p.runOn("b", container("web"))
		p.b.Disconnect(errors.New("a cable is out"))
		synctest.Wait()
		since := p.agent.SilentSince("b")
		p.b.Reconnect()
		p.settleAfter(time.Second)
		p.agent.SetAbsence("b", Absence{Since: since, Lost: "the engine is lost"})
		p.b.Disconnect(errors.New("a cable is out again"))
		p.settleAfter(time.Second)
		p.expect("task", p.task(id).Status.LastStatus, state.Running)
	})
}

// The engine may be back while the ends of many tasks are being stored: its look takes them for tasks that go on.
func TestWhatIsLeftGoesWhenTheStoreLearnsOfTheEndAfterTheReturn(t *testing.T) {
	withPair(t, func(p *pair) {
		id := p.runOn("b", container("web"))
		w := p.agent.named["b"].lockTask(id)
		w.abandon(&state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: "the engine is lost", At: p.agent.Clock.Now()})
		w.publish(true)
		w.mu.Unlock()
		p.settleAfter(time.Minute)
		p.expect("task", p.task(id).Status.LastStatus, state.Stopped)
		p.expect("what runs of it", p.live(id), 0)
	})
}

func TestTasksOfInstancesWaitUntilTheseAreGone(t *testing.T) {
	withPair(t, func(p *pair) {
		instance := p.instanceOn("b")
		waits := p.runAtOn("b", instance, container("web"))
		p.cut("the engine is lost")
		p.connect(instance, false)
		synctest.Wait()
		p.stopTask(waits)
		p.expect("a task that a user stops", p.task(waits).Status.LastStatus, state.Running)

		other := p.instanceOn("b")
		ends := p.put(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{container("web")}, NetworkMode: types.NetworkModeBridge},
			types.LaunchTypeEc2, state.Placement{ContainerInstance: other, Host: "b"})
		p.connect(other, false)
		p.store.Update(func(tx *store.Tx) error {
			state.StopTask(tx, ends, state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: "Host EC2 (instance i-1) terminated.", At: p.clock.Now()})
			return nil
		})
		synctest.Wait()
		p.expect("a task of an instance that is gone", p.task(ends).Status.LastStatus, state.Stopped)
		p.expect("why", p.task(ends).Stop.Reason, "Host EC2 (instance i-1) terminated.")

		p.b.Reconnect()
		p.settleAfter(time.Second)
		p.connect(instance, true)
		p.settleAfter(time.Minute)
		p.expect("the task that a user stopped, later", p.task(waits).Status.LastStatus, state.Stopped)
	})
}

// faulty is a pair whose engine b goes wrong as rules say.
func (p *pair) faulty() *fault.Engine {
	p.stop()
	f := fault.New(p.b, fault.Options{})
	p.startOn(HostOptions{Name: "a", Engine: p.a}, HostOptions{Name: "b", Engine: f})
	return f
}

func TestNothingBeginsOnAnEngineThatHasYetToEndWhatItRan(t *testing.T) {
	withPair(t, func(p *pair) {
		f := p.faulty()
		ended := p.runOn("b", container("web"))
		p.cut("the engine is lost")
		p.expect("task", p.task(ended).Status.LastStatus, state.Stopped)
		if _, err := f.AddRule(fault.Rule{Call: fault.Remove, Delay: time.Minute}); err != nil {
			t.Fatal(err)
		}
		p.b.Reconnect()
		p.settleAfter(30 * time.Second)
		p.expect("health while it is removed", p.agent.Health("b") != nil, true)
		p.expect("what runs", p.live(ended), 1)
		p.settleAfter(5 * time.Minute)
		p.expect("health later", p.agent.Health("b"), nil)
		p.expect("what runs later", p.live(ended), 0)
		p.expect("a new task", p.task(p.runOn("b", container("web"))).Status.LastStatus, state.Running)
	})
}

// TestWhatAnEngineMakesLateIsRemoved: the answers to calls that were under way when it was lost come when it is back.
func TestWhatAnEngineMakesLateIsRemoved(t *testing.T) {
	withPair(t, func(p *pair) {
		f := p.faulty()
		if _, err := f.AddRule(fault.Rule{Call: fault.Create, Delay: 2 * time.Second, Times: 1}); err != nil {
			t.Fatal(err)
		}
		id := p.runOn("b", container("web"))
		h := p.agent.named["b"]
		h.Engine.Lose(errors.New("one call went wrong"))
		p.agent.SetAbsence("b", Absence{Since: p.agent.SilentSince("b"), Lost: "the engine is lost"})
		synctest.Wait()
		p.expect("task", p.task(id).Status.LastStatus, state.Stopped)
		p.settleAfter(10 * time.Second)
		p.expect("health", p.agent.Health("b"), nil)
		p.expect("runners", len(h.runners), 0)
		p.settleAfter(time.Hour)
		p.expect("what is left on b", p.count(p.b), 0)
	})
}

// TestNoTaskFailsForWantOfAManager: the engine answers, and what runs there goes on.
func TestNoTaskFailsForWantOfAManager(t *testing.T) {
	for _, call := range []fault.Call{fault.EnsureNetwork, fault.CreateSandbox, fault.Start} {
		withPair(t, func(p *pair) {
			f := p.faults["b"]
			runs := p.runOn("b", container("web"))
			lack := errors.Join(backend.ErrUnavailable, backend.ErrNoManager)
			sandbox := true
			rule := fault.Rule{Call: call, Fails: lack, Sandbox: &sandbox}
			if call == fault.EnsureNetwork {
				rule.Sandbox = nil
				p.agent.named["b"].networks.Forget()
			}
			id, err := f.AddRule(rule)
			if err != nil {
				t.Fatal(err)
			}
			waits := p.runOn("b", container("web"))
			elsewhere := p.runOn("a", container("web"))
			ends := p.runOn("b", container("web"))
			p.settleAfter(time.Minute)
			p.stopTask(ends)
			p.settleAfter(time.Minute)
			used := f.Rules()[0].Used
			p.expect("health", p.agent.Health("b"), nil)
			p.expect("calls that failed", used > 60 && used < 400, true)
			p.expect("a task that runs", p.task(runs).Status.LastStatus, state.Running)
			p.expect("a task that waits", state.Before(p.task(waits).Status.LastStatus, state.Running), true)
			p.expect("its stop", p.task(waits).Stop == nil, true)
			p.expect("a task on the other engine", p.task(elsewhere).Status.LastStatus, state.Running)
			p.expect("a task that was to stop", p.task(ends).Status.LastStatus, state.Stopped)
			if err := p.b.Crash(p.Context(), p.task(runs).Status.Containers[0].EngineID); err != nil {
				t.Fatal(err)
			}
			p.settleAfter(time.Second)
			p.expect("a task that has crashed", p.task(runs).Status.LastStatus, state.Stopped)

			f.RemoveRule(id)
			p.settleAfter(5 * time.Second)
			p.expect("the task that waited", p.task(waits).Status.LastStatus, state.Running)
		})
	}
}
