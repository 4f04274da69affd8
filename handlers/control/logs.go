package control

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type logRoute struct {
	store *store.Store
	// logs passes on the output of a task's container, which may have stopped.
	logs    func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
	closing context.Context
	log     *slog.Logger
}

// serve serves GET /_emulator/logs?task=<id or ARN>&container=<name>: the lines that
// a container has written, as text. The runtimeId or the engine's id of a container
// stands for both. With follow=true it waits for the container to start, and goes on until it
// stops; tail=n begins with the last n lines. An answer that was cut off has the trailer CutOff. of=<service or task> answers the same for a task;
// for a service see outputOfService.
func (o logRoute) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	tail, err := strconv.Atoi(query.Get("tail"))
	if err != nil && query.Has("tail") || tail < 0 {
		Refuse(w, http.StatusBadRequest, "tail is not a number of lines: "+query.Get("tail"))
		return
	}
	task, container, follow := query.Get("task"), query.Get("container"), query.Get("follow") == "true"
	if query.Has("of") {
		service, err := findService(o.store.Read(), query.Get("of"), query.Get("cluster"))
		switch {
		case err != nil:
			Refuse(w, http.StatusNotFound, err.Error())
			return
		case service != nil:
			o.outputOfService(w, r, service.ARN, container, follow, tail)
			return
		}
		task = query.Get("of")
	}
	taskARN, container, err := findContainer(o.store.Read(), task, container)
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	o.outputOfTask(w, r, taskARN, container, follow, tail)
}

// CutOff is the trailer of an answer with the output of a task which has not all of it: it says why. The
// text itself has no end mark.
const CutOff = "Ecs-Emulator-Cut-Off"

// outputOfTask answers with the lines of one container.
func (o logRoute) outputOfTask(w http.ResponseWriter, r *http.Request, taskARN, container string, follow bool, tail int) {
	ctx, cancel := untilClosing(r.Context(), o.closing)
	defer cancel()
	if follow {
		o.untilStarted(ctx, taskARN, container)
	}
	flusher, _ := w.(http.Flusher)
	begun := false
	err := o.logs(ctx, taskARN, container, backend.LogOptions{
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
	switch closing := o.closing.Err() != nil; {
	case r.Context().Err() != nil: // the client has gone
	case err == nil && !(follow && closing): // an engine may end a stream with the context, and without an error
	case closing && begun:
		w.Header().Set(http.TrailerPrefix+CutOff, "the emulator has closed")
	case closing:
		Refuse(w, http.StatusServiceUnavailable, "the emulator has closed")
	case begun:
		o.log.Warn("cannot read all output of a container", "task", taskARN, "error", err)
		w.Header().Set(http.TrailerPrefix+CutOff, activity.OneLine("not all output of task "+arn.Name(taskARN)+" can be read: "+err.Error()))
	default:
		Refuse(w, http.StatusNotFound, noOutput(o.store.Read(), taskARN, err))
	}
}

// untilStarted waits until a container of a task has been started, or cannot be any more: nothing can
// be followed before. Without a name it is the only one of the task.
func (o logRoute) untilStarted(ctx context.Context, taskARN, container string) {
	for {
		changed := o.store.Changed()
		t := state.FindTask(o.store.Read(), taskARN)
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
