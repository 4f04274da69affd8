package agent

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// starting is an engine that starts containers, but does not answer one of the calls.
type starting struct {
	*sim.Engine
	mu         sync.Mutex
	starts     int // of containers that did not run
	unanswered int // which of them
}

func (e *starting) Start(ctx context.Context, id string) error {
	c, err := e.Inspect(ctx, id)
	if err == nil {
		err = e.Engine.Start(ctx, id)
	}
	if err != nil || c.Sandbox || c.State == backend.Running {
		return err
	}
	e.mu.Lock()
	e.starts++
	silent := e.starts == e.unanswered
	e.mu.Unlock()
	if silent {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// A start is no call to be made again as it is: what has ended meanwhile would run twice.
func TestAContainerRunsOnceThoughItsStartIsNotAnswered(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &starting{Engine: b.engine, unanswered: 1}
		b.startOn(HostOptions{Engine: engine})
		id := b.run(container("migration", "exit", "3"))
		b.settleAfter(time.Minute)
		b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("why", b.task(id).Stop.Code, types.TaskStopCodeEssentialContainerExited)
		b.expect("the exit code", *b.task(id).Status.Containers[0].ExitCode, int32(3))
		b.expect("starts", engine.starts, 1)
	})
}

// The same goes for one that runs again, as its restart policy wants it.
func TestAContainerRunsAgainOnceThoughItsStartIsNotAnswered(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &starting{Engine: b.engine, unanswered: 2}
		b.startOn(HostOptions{Engine: engine})
		again := container("job", "sleep", "70")
		again.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.run(again)
		b.settleAfter(75 * time.Second)
		b.expect("its end, which comes before the answer", b.engine.Crash(b.Context(), b.task(id).Status.Containers[0].EngineID), nil)
		b.settleAfter(time.Minute)
		b.expect("starts", engine.starts, 2)
		b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("the exit code", *b.task(id).Status.Containers[0].ExitCode, int32(137))
	})
}

// A start that the engine has not got is made again.
func TestARestartThatIsLostIsMadeAgain(t *testing.T) {
	withAgent(t, func(b *bench) {
		again := container("job", "sleep", "70")
		again.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.run(again)
		b.withFaults(fault.Rule{Call: fault.Start, Sandbox: containers, Hang: true, Times: 1})
		b.settleAfter(100 * time.Second)
		b.expect("lost starts", b.faults.Rules()[0].Used, 1)
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		seen, err := b.engine.Inspect(b.Context(), b.task(id).Status.Containers[0].EngineID)
		b.expect("the container", seen.State, backend.Running)
		b.expect("the engine's error", err, nil)
	})
}
