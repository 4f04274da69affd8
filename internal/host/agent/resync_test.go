package agent

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// withFaults starts the agent again on an engine that goes wrong by rules.
func (b *bench) withFaults(rules ...fault.Rule) {
	b.Helper()
	f := fault.New(b.engine, fault.Options{})
	for _, r := range rules {
		if _, err := f.AddRule(r); err != nil {
			b.Fatal(err)
		}
	}
	b.restartOn(f)
}

// resync looks at the engine although nothing seems lost.
func (b *bench) resync() {
	go b.agent.named[""].resync(b.Context())
}

var sandboxes, containers = &[]bool{true}[0], &[]bool{false}[0]

// A list says what was; by the time it is there, a sandbox that it shows as created
// may have started.
func TestABurstOfStartsWithAResyncEverySecondEndsNoTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.run(container("job", "exit", "0")) // leaves the image
		b.withFaults(
			fault.Rule{Call: fault.Start, Sandbox: sandboxes, Delay: 230 * time.Millisecond},
			fault.Rule{Call: fault.Start, Sandbox: containers, Delay: 80 * time.Millisecond},
			fault.Rule{Call: fault.List, DelayAnswer: 500 * time.Millisecond},
		)
		time.Sleep(time.Second)
		var tasks []string
		for i := range 200 {
			tasks = append(tasks, b.run(container("web"), container("sidecar")))
			if i%20 == 0 {
				b.resync()
			}
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for _, id := range tasks {
			if s := b.task(id); s.Status.LastStatus != state.Running {
				b.Fatalf("task is %s: %+v", s.Status.LastStatus, s.Stop)
			}
		}
	})
}

// What an earlier run has started is known before anything is planned: neither a
// wake-up nor slow leftovers get in between.
func TestAJobIsNotRunTwiceBesideSlowLeftovers(t *testing.T) {
	withAgent(t, func(b *bench) {
		leftovers := b.run(container("job", "exit", "0"), container("second", "exit", "0"))
		runs := b.run(container("web"))
		job := b.run(container("job", "sh", "-c", "sleep 5; exit 7"))
		b.stop()
		// The store has not heard of the job's start.
		b.store.Update(func(tx *store.Tx) error {
			s := state.FindTask(tx, job).Status.Clone()
			s.Containers[0].Phase, s.Containers[0].StartedAt = state.ContainerCreated, time.Time{}
			state.RemoveTask(tx, state.FindTask(tx, leftovers)) // the store has forgotten it
			return state.PutTaskStatus(tx, job, state.TaskStep{Status: s})
		})
		time.Sleep(time.Minute)
		starts := 0
		go b.engine.Watch(b.Context(), nil, func(e backend.Event) {
			if e.Kind == backend.ContainerStarted {
				starts++
			}
		})
		b.withFaults(fault.Rule{Call: fault.Remove, Delay: time.Minute})
		wake(b, job)
		time.Sleep(time.Second)
		synctest.Wait()
		b.expect("starts", starts, 0)
		b.expect("the job's exit code", *b.task(job).Status.Containers[0].ExitCode, int32(7))
		if err := b.engine.Crash(b.Context(), b.task(runs).Status.Containers[0].EngineID); err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
		b.expect("exit beside the leftovers", b.task(runs).Stop.Code, types.TaskStopCodeEssentialContainerExited)
	})
}

// A list that was made before a start whose answer is lost must not end the loss: the
// container may have run and ended since.
func TestAnOldListDoesNotEndALaterLoss(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.run(container("job", "exit", "0")) // leaves the image
		starts := map[string]int{}
		go b.engine.Watch(b.Context(), nil, func(e backend.Event) {
			if e.Kind == backend.ContainerStarted {
				starts[e.ContainerID]++
			}
		})
		b.withFaults(
			fault.Rule{Call: fault.Start, Sandbox: containers, Delay: time.Second, LoseAnswer: true, Times: 1},
			fault.Rule{Call: fault.List, DelayAnswer: 3 * time.Second},
		)
		time.Sleep(10 * time.Second)
		id := b.run(container("job", "exit", "7"))
		time.Sleep(500 * time.Millisecond)
		b.resync()
		time.Sleep(time.Minute)
		synctest.Wait()
		job := b.task(id).Status.Containers[0]
		b.expect("starts of the job", starts[job.EngineID], 1)
		b.expect("exit code of the job", *job.ExitCode, int32(7))
	})
}

// wake changes a row, as a client does that tags a task.
func wake(b *bench, id string) {
	b.store.Update(func(tx *store.Tx) error {
		state.PutTaskTags(tx, id, []types.Tag{{}})
		return nil
	})
}

func TestWhatEndedUnseenHasTheEnginesTime(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.run(container("job", "sleep", "60"))
		began := b.clock.Now()
		b.stop()
		time.Sleep(time.Hour)
		b.start()
		s := b.task(id).Status
		b.expect("executionStoppedAt", s.ExecutionStoppedAt, began.Add(time.Minute))
		b.expect("the container's end", s.Containers[0].StoppedAt, began.Add(time.Minute))
		if s.StoppedAt.Before(began.Add(time.Hour)) {
			b.Errorf("stoppedAt is %v: the task ended only when that was known", s.StoppedAt)
		}
	})
}

func TestAnAddressIsKnownAfterTwoLostAnswers(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults(
			fault.Rule{Call: fault.CreateSandbox, LoseAnswer: true, Times: 1},
			fault.Rule{Call: fault.Start, Sandbox: sandboxes, LoseAnswer: true, Times: 1},
		)
		id := b.run(container("web"))
		time.Sleep(time.Minute)
		synctest.Wait()
		task := b.task(id)
		b.expect("lastStatus", task.Status.LastStatus, state.Running)
		sandbox, err := b.engine.Inspect(b.Context(), task.Status.SandboxID)
		if err != nil || task.Status.Attachment.PrivateIPv4 != sandbox.IP.String() || task.Status.Attachment.MAC != sandbox.MAC {
			b.Errorf("the attachment is %+v, the sandbox %+v (%v)", task.Status.Attachment, sandbox, err)
		}
	})
}

func TestTheHealthOfARestartedContainerBeginsAnew(t *testing.T) {
	withAgent(t, func(b *bench) {
		c := container("web", "sleep", "90")
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: new(true), RestartAttemptPeriod: new(int32(60))}
		id := b.run(c)
		time.Sleep(80 * time.Second)
		synctest.Wait()
		b.expect("before the restart", b.task(id).Status.HealthStatus, types.HealthStatusHealthy)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		b.expect("restarts", b.task(id).Status.Containers[0].Restarts, 1)
		b.expect("after the restart", b.task(id).Status.HealthStatus, types.HealthStatusUnknown)
	})
}

func TestATaskIsNotStoppedWhileAContainerRuns(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults(
			fault.Rule{Call: fault.Stop, Error: "tried to kill container, but did not receive an exit event"},
			fault.Rule{Call: fault.Remove, Error: "device or resource busy", Times: 3},
		)
		id := b.run(container("web"))
		b.stopTask(id)
		b.expect("while it cannot be removed", b.task(id).Status.LastStatus, state.Running)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		task := b.task(id)
		b.expect("at last", task.Status.LastStatus, state.Stopped)
		b.expect("reason", task.Status.Containers[0].Reason, "CannotStopContainerError: tried to kill container, but did not receive an exit event")
		if c, err := b.engine.Inspect(b.Context(), task.Status.Containers[0].EngineID); err == nil {
			b.Errorf("the container is %s", c.State)
		}
	})
}

func TestAnInspectionThatFailsIsTriedAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		const failure = "Error response from daemon: layer does not exist"
		b.withFaults(
			fault.Rule{Call: fault.Inspect, Sandbox: sandboxes, Error: failure, Times: 2},
			fault.Rule{Call: fault.Inspect, Sandbox: containers, Error: failure, Times: 2},
		)
		id := b.run(container("job", "exit", "7"))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.expect("exit code", b.task(id).Status.Containers[0].ExitCode, new(int32(7)))
	})
}

func TestATaskThatEndsWhileTheEngineIsAwayIsForgotten(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withFaults()
		var tasks []string
		for range 20 {
			tasks = append(tasks, b.run(container("web")))
		}
		for _, id := range tasks {
			go b.store.Update(func(tx *store.Tx) error {
				state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeUserInitiated, At: b.clock.Now()})
				return nil
			})
		}
		b.faults.Leave("maintenance")
		time.Sleep(time.Minute)
		b.faults.Return()
		time.Sleep(time.Hour)
		synctest.Wait()
		h := b.agent.named[""]
		b.expect("runners", len(h.runners), 0)
		b.expect("ids", len(h.index), 0)
		b.expect("calls under way", b.agent.named[""].calls.UnderWay(), 0)
		if _, ok := b.clock.Next(); ok {
			b.Error("a timer is left")
		}
		// All addresses are free again.
		network, err := b.engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: ec2network.DefaultVPC})
		if err != nil {
			b.Fatal(err)
		}
		subnet := ec2network.Subnets(b.store.Read(), scope)[0].CIDR(network.CIDR)
		for n := range 1<<12 - 5 {
			if _, err := b.engine.ReserveAddress(context.Background(), network.Name, subnet); err != nil {
				b.Fatalf("address %d of the subnet: %v", n, err)
			}
		}
	})
}
