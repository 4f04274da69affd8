package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// logs serves GET /_emulator/logs?task=<id or ARN>&container=<name>: the lines that
// a container has written, as text. The runtimeId or the engine's id of a container
// stands for both. With follow=true it waits for the container to start, and goes on until it
// stops; tail=n begins with the last n lines. An answer that was cut off has the trailer CutOff. of=<service or task> answers the same for a task;
// for a service see outputOfService.
func (a *api) logs(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	tail, err := strconv.Atoi(query.Get("tail"))
	if err != nil && query.Has("tail") || tail < 0 {
		Refuse(w, http.StatusBadRequest, "tail is not a number of lines: "+query.Get("tail"))
		return
	}
	task, container, follow := query.Get("task"), query.Get("container"), query.Get("follow") == "true"
	if query.Has("of") {
		service, err := a.findService(query.Get("of"), query.Get("cluster"))
		switch {
		case err != nil:
			Refuse(w, http.StatusNotFound, err.Error())
			return
		case service != nil:
			a.outputOfService(w, r, service.ARN, container, follow, tail)
			return
		}
		task = query.Get("of")
	}
	taskARN, container, err := a.findContainer(task, container)
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	a.outputOfTask(w, r, taskARN, container, follow, tail)
}

// CutOff is the trailer of an answer with the output of a task which has not all of it: it says why. The
// text itself has no end mark.
const CutOff = "Ecs-Emulator-Cut-Off"

// outputOfTask answers with the lines of one container.
func (a *api) outputOfTask(w http.ResponseWriter, r *http.Request, taskARN, container string, follow bool, tail int) {
	ctx, cancel := a.untilClosing(r.Context())
	defer cancel()
	if follow {
		a.untilStarted(ctx, taskARN, container)
	}
	flusher, _ := w.(http.Flusher)
	begun := false
	err := a.Logs(ctx, taskARN, container, backend.LogOptions{
		Follow: follow, Tail: tail,
		Write: func(_ time.Time, _ bool, line string) error {
			if !begun {
				w.Header().Set("Content-Type", "text/plain; charset=utf-8")
				begun = true
			}
			_, err := fmt.Fprintln(w, line)
			if follow && flusher != nil {
				flusher.Flush()
			}
			return err
		},
	})
	switch closing := a.Closing.Err() != nil; {
	case r.Context().Err() != nil: // the client has gone
	case err == nil && !(follow && closing): // an engine may end a stream with the context, and without an error
	case closing && begun:
		w.Header().Set(http.TrailerPrefix+CutOff, "the emulator has closed")
	case closing:
		Refuse(w, http.StatusServiceUnavailable, "the emulator has closed")
	case begun:
		a.Log.Warn("cannot read all output of a container", "task", taskARN, "error", err)
		w.Header().Set(http.TrailerPrefix+CutOff, activity.OneLine("not all output of task "+arn.Name(taskARN)+" can be read: "+err.Error()))
	default:
		Refuse(w, http.StatusNotFound, a.noOutput(taskARN, err))
	}
}

// untilStarted waits until a container of a task has been started, or cannot be any more: nothing can
// be followed before. Without a name it is the only one of the task.
func (a *api) untilStarted(ctx context.Context, taskARN, container string) {
	for {
		changed := a.Store.Changed()
		t := state.FindTask(a.Store.Read(), taskARN)
		if t == nil || t.Ended() || container == "" && len(t.Status.Containers) != 1 {
			return
		}
		for _, c := range t.Status.Containers {
			if (container == "" || container == c.Name) && hasStarted(c) {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

func hasStarted(c state.Container) bool {
	return c.EngineID != "" && (c.Phase == state.ContainerRunning || c.Phase == state.ContainerStopped)
}

// noOutput says why the output of a task cannot be had, and what to do.
func (a *api) noOutput(taskARN string, err error) string {
	t := state.FindTask(a.Store.Read(), taskARN)
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

// findContainer returns the ARN of a task and the name of its container, which is empty
// for its only one.
func (a *api) findContainer(ref, name string) (taskARN, container string, err error) {
	if ref != "" && name == "" {
		for _, t := range state.AllTasks(a.Store.Read()) {
			for _, c := range t.Status.Containers {
				if c.RuntimeID == ref || c.EngineID == ref {
					return t.ARN, c.Name, nil
				}
			}
		}
	}
	if taskARN, err = a.findTask(ref); err != nil {
		return "", "", err
	}
	t := state.FindTask(a.Store.Read(), taskARN)
	if t == nil {
		return "", "", unknownTask(ref)
	}
	return taskARN, name, checkContainer("task "+arn.Name(taskARN), []*state.Task{t}, name)
}

// findTask returns the ARN of a task named by its id, the beginning of its id, or
// its ARN, in any account, region and cluster.
func (a *api) findTask(ref string) (string, error) {
	if ref == "" {
		return "", fmt.Errorf("name a task: ?task=<id or ARN>")
	}
	var found string
	for _, t := range state.AllTasks(a.Store.Read()) {
		switch {
		case t.ARN == ref || arn.Name(t.ARN) == ref:
			return t.ARN, nil
		case !strings.HasPrefix(arn.Name(t.ARN), ref):
		case found != "":
			return "", fmt.Errorf("several tasks have an id that begins with %s", ref)
		default:
			found = t.ARN
		}
	}
	if found == "" {
		return "", unknownTask(ref)
	}
	return found, nil
}

func unknownTask(ref string) error {
	return fmt.Errorf("no task %s; stopped tasks are known for an hour", ref)
}
