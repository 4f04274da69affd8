package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// hangs is every call of an engine that has stopped answering.
var hangs = fault.Rule{Call: fault.Any, Hang: true}

// An engine may go on in the background with the context of a call that has come to its deadline.
func TestWhatOutlivesALateCallStaysCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls inFlight
		f := calls.begin(&chain{}, false)
		defer f.end()
		var kept context.Context
		_, late, err := callUntil(f, time.Second, func(ctx context.Context) (struct{}, error) {
			kept = ctx
			<-ctx.Done()
			return struct{}{}, ctx.Err()
		})
		if !late || !errors.Is(err, context.Canceled) || kept.Err() == nil {
			t.Errorf("late: %v, %v; what outlives the call has the error %v", late, err, kept.Err())
		}
		if f.Err() != nil || kept.Value(backend.ClockWaiterKey) != any(f) {
			t.Errorf("the flight has ended with the call: %v", f.Err())
		}
	})
}

func TestAnEngineThatHangsIsLostAndTasksStayAsTheyAre(t *testing.T) {
	for _, call := range []fault.Call{fault.CreateSandbox, fault.Create, fault.Start, fault.Image, fault.Pull, fault.EnsureNetwork} {
		t.Run(string(call), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults(fault.Rule{Call: call, Hang: true}, fault.Rule{Call: fault.Info, Hang: true})
				b.settleAfter(time.Minute)
				b.faults.RemoveRule("2")
				b.settleAfter(time.Minute) // the engine has been listed
				if _, err := b.faults.AddRule(fault.Rule{Call: fault.Info, Hang: true}); err != nil {
					b.Fatal(err)
				}
				id := b.run(container("web"))
				b.settleAfter(3 * time.Hour)
				if err := b.agent.Health(""); !errors.Is(err, backend.ErrUnavailable) {
					b.Errorf("health: %v", err)
				}
				if task := b.task(id); task.Stop != nil || task.Status.LastStatus == state.Running {
					b.Errorf("the task is %s: %+v", task.Status.LastStatus, task.Stop)
				}
				for _, r := range b.faults.Rules() {
					b.faults.RemoveRule(r.ID)
				}
				b.settleAfter(time.Minute)
				b.expect("when the engine answers again", b.task(id).Status.LastStatus, state.Running)
				b.expect("health", b.agent.Health(""), nil)
			})
		})
	}
}

func TestACallThatHangsOnAnEngineThatAnswersFailsTheTask(t *testing.T) {
	for call, want := range map[fault.Call]string{
		fault.Create: "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
		fault.Start:  "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
	} {
		t.Run(string(call), func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults(fault.Rule{Call: call, Sandbox: containers, Hang: true, Times: 1})
				id, other := b.run(container("web")), b.run(container("web"))
				b.settleAfter(5 * time.Minute)
				task := b.task(id)
				if task.Stop == nil {
					b.Fatalf("the task is %s", task.Status.LastStatus)
				}
				b.expect("stopCode", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
				b.expect("reason", task.Status.Containers[0].Reason, want)
				b.expect("the other task", b.task(other).Status.LastStatus, state.Running)
				b.expect("health", b.agent.Health(""), nil)
			})
		})
	}
}

func TestAPullMayTakeADay(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults(fault.Rule{Call: fault.Pull, Delay: 24 * time.Hour})
		id := b.run(container("web"))
		b.settleAfter(23 * time.Hour)
		b.expect("after 23 hours", b.task(id).Status.LastStatus, state.Pending)
		b.settleAfter(2 * time.Hour)
		b.expect("after a day", b.task(id).Status.LastStatus, state.Running)
	})
}

func TestAStopThatHangsIsTriedAgainWhenTheEngineIsBack(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults()
		id := b.run(container("web"))
		if _, err := b.faults.AddRule(hangs); err != nil {
			b.Fatal(err)
		}
		b.stopTask(id)
		b.settleAfter(time.Hour)
		b.expect("while the engine hangs", b.task(id).Status.LastStatus, state.Running)
		b.faults.RemoveRule("1")
		b.settleAfter(time.Minute)
		b.expect("when it answers again", b.task(id).Status.LastStatus, state.Stopped)
	})
}

// settleAfter lets time pass and waits until the agent has done all it can.
func (b *bench) settleAfter(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// An engine that is closed ends calls that nobody here has cut off; to make them
// again at once would be a loop without end.
func TestACallThatTheEngineCutsOffMeansThatItIsLost(t *testing.T) {
	engine := timed{closing{}, func(error) {}}
	if err := engine.Start(t.Context(), "id"); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("Start: %v", err)
	}
}

type closing struct{ backend.Engine }

func (closing) Start(context.Context, string) error { return context.Canceled }

func TestCountersThatDoNotCome(t *testing.T) {
	for what, answers := range map[string]bool{"of an engine that answers": true, "of one that does not": false} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var lost error
				engine := timed{withoutStats{answers: answers}, func(err error) { lost = err }}
				begun, want := time.Now(), statsTimeout
				_, err := engine.Stats(t.Context(), "id")
				if late := (*timeoutError)(nil); errors.As(err, &late) != answers {
					t.Errorf("Stats: %v", err)
				}
				if !answers {
					want += infoTimeout
				}
				if took := time.Since(begun); took != want {
					t.Errorf("it took %s, want %s", took, want)
				}
				if errors.Is(err, backend.ErrUnavailable) == answers || errors.Is(lost, backend.ErrUnavailable) == answers {
					t.Errorf("Stats: %v; the engine is lost: %v", err, lost)
				}
			})
		})
	}
}

// withoutStats is an engine that hangs when it is asked for counters, or whatever it is asked.
type withoutStats struct {
	backend.Engine
	answers bool
}

func (withoutStats) Stats(ctx context.Context, _ string) (backend.Stats, error) {
	select {
	case <-ctx.Done():
		return backend.Stats{}, ctx.Err()
	case <-time.After(time.Hour):
		return backend.Stats{}, nil
	}
}

func (e withoutStats) Info(ctx context.Context) (backend.Info, error) {
	if !e.answers {
		<-ctx.Done()
	}
	return backend.Info{}, ctx.Err()
}

// TestATaskStopsWhileAContainerIsMade has the engine make it never, or when the task is gone.
func TestATaskStopsWhileAContainerIsMade(t *testing.T) {
	for name, late := range map[string]bool{"never": false, "after all": true} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults(fault.Rule{Call: fault.Create, Sandbox: containers, Hang: true, Times: 1})
				id := b.run(container("web"))
				b.stopTask(id)
				b.settleAfter(9 * time.Second)
				b.expect("status while it may come", b.task(id).Status.LastStatus, state.Pending)
				b.settleAfter(2 * time.Second)
				task := b.task(id)
				b.expect("status", task.Status.LastStatus, state.Stopped)
				b.expect("stop code", task.Stop.Code, types.TaskStopCodeUserInitiated)
				b.expect("reason of the container", task.Status.Containers[0].Reason, "")
				if late {
					guest, err := b.engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: "guest", Network: state.DefaultVPC})
					if err == nil {
						_, err = b.engine.Create(t.Context(), backend.ContainerSpec{Name: "late", Image: "app", Sandbox: guest.ID, Labels: labels(task, "web")})
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				b.settleAfter(6 * time.Minute)
				left, err := b.engine.List(t.Context(), map[string]string{labelTaskARN: id})
				if err != nil || len(left) > 0 {
					t.Errorf("left: %+v, %v", left, err)
				}
				b.expect("health", b.agent.Health(""), nil)
			})
		})
	}
}
