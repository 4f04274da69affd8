package control

import (
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func hasStarted(c state.Container) bool {
	return c.EngineID != "" && (c.Phase == state.ContainerRunning || c.Phase == state.ContainerStopped)
}

// noOutput says why the output of a task cannot be had, and what to do.
func noOutput(tx *store.Tx, taskARN string, err error) string {
	t := state.FindTask(tx, taskARN)
	switch {
	case isGone(err):
		return "the output of task " + arn.Name(taskARN) + " is gone: it is kept for some minutes after the end of a task. " +
			"What the log driver awslogs has written is in CloudWatch Logs: aws logs tail"
	case t == nil || !errors.Is(err, backend.ErrNotFound):
	case t.Ended():
		return fmt.Sprintf("task %s has no output: it stopped before its containers were made (%s: %s)", arn.Name(taskARN), t.Stop.Code, t.Stop.Reason)
	case state.Before(t.Status.LastStatus, state.Running):
		return fmt.Sprintf("task %s has no output yet: it is %s", arn.Name(taskARN), t.Status.LastStatus)
	}
	return err.Error()
}

// isGone reports whether an engine has a container no longer.
func isGone(err error) bool {
	var notFound *backend.NotFoundError
	return errors.As(err, &notFound) && notFound.Kind == backend.KindContainer
}
