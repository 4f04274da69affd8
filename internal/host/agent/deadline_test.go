package agent

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// hangs is every call of an engine that has stopped answering.
var hangs = fault.Rule{Call: fault.Any, Hang: true}

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
				b.settleAfter(4 * time.Hour)
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
				b.withFaults(fault.Rule{Call: call, Image: "stuck", Hang: true})
				stuck := container("web")
				stuck.Image = aws.String("stuck")
				id, other := b.run(stuck), b.run(container("web"))
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

func TestATaskHasThreeHoursToStart(t *testing.T) {
	for name, c := range map[string]struct {
		pull time.Duration
		want string
	}{
		"a pull that ends before":    {3*time.Hour - time.Minute, state.Running},
		"a pull that takes longer":   {3*time.Hour + time.Minute, state.Stopped},
		"a container that never can": {0, state.Stopped},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				web, first := container("web"), container("first")
				if c.pull > 0 {
					b.withFaults(fault.Rule{Call: fault.Pull, Delay: c.pull})
				} else { // it runs on, and web waits for its end
					first.Essential = aws.Bool(false)
					web.DependsOn = []types.ContainerDependency{{ContainerName: first.Name, Condition: types.ContainerConditionComplete}}
				}
				id := b.run(first, web)
				b.settleAfter(3*time.Hour - time.Second)
				if task := b.task(id); task.Stop != nil {
					b.Fatalf("stopped before: %+v", task.Stop)
				}
				b.settleAfter(5 * time.Minute)
				task := b.task(id)
				b.expect("status", task.Status.LastStatus, c.want)
				if c.want == state.Stopped {
					b.expect("stop code", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
					b.expect("reason", task.Stop.Reason, "Task failed to start: it has not reached RUNNING in 3 hours")
				}
			})
		})
	}
}

func TestATaskThatRunsMayGoOnForDays(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("web"))
		b.settleAfter(24 * time.Hour)
		b.expect("status", b.task(id).Status.LastStatus, state.Running)
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
					guest, err := b.engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: "guest", Network: ec2network.DefaultVPC})
					if err == nil {
						_, err = b.engine.Create(t.Context(), backend.ContainerSpec{
							Name: "late", Image: "app", Sandbox: guest.ID, Labels: enginename.Labels(task, "web"),
						})
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				b.settleAfter(6 * time.Minute)
				left, err := b.engine.List(t.Context(), map[string]string{containerlabel.Task: id})
				if err != nil || len(left) > 0 {
					t.Errorf("left: %+v, %v", left, err)
				}
				b.expect("health", b.agent.Health(""), nil)
			})
		})
	}
}
