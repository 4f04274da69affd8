package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Output is an object of the answer of GET /_emulator/logs for a service: a line that a container
// has written, or a note to the reader.
type Output struct {
	Task      string `json:"task,omitempty"`      // id
	Container string `json:"container,omitempty"` // where the task has several
	Line      string `json:"line"`
	Note      string `json:"note,omitempty"`
	// End: nothing follows. An answer without it was cut off.
	End bool `json:"end,omitempty"`
}

// serviceOutput sends the output of a service's tasks to one client.
type serviceOutput struct {
	logRoute
	service, container string // container is empty for all
	tail               int

	mu    sync.Mutex // of the answer
	out   *json.Encoder
	flush func() error
}

// outputOfService answers with the lines that the tasks of a service have written, an object of JSON
// for each: all that is kept, by time; with follow those of the tasks that run and of those that
// come, until the service is gone. tail holds for each container that is there at first.
func (o logRoute) outputOfService(w http.ResponseWriter, r *http.Request, service, container string, follow bool, tail int) {
	if err := checkContainer("service "+arn.Name(service), state.ServiceTasks(o.store.Read(), service), container); err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := untilClosing(r.Context(), o.closing)
	defer cancel()
	s := &serviceOutput{logRoute: o, service: service, container: container, tail: tail, out: json.NewEncoder(w), flush: func() error { return nil }}
	s.out.SetEscapeHTML(false)
	var note string
	if follow {
		s.flush = http.NewResponseController(w).Flush
		note = s.follow(ctx)
	} else {
		note = s.kept(ctx)
	}
	if ctx.Err() == nil {
		_ = s.send(Output{Note: note, End: true}) // a client that went away is no concern of ours
	}
}

func (s *serviceOutput) send(o Output) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.out.Encode(o); err != nil {
		return err
	}
	return s.flush()
}

// sources are the containers of a task whose output is asked for, as far as they have been started:
// nothing can be followed before.
func (s *serviceOutput) sources(t *state.Task) (list []source) {
	for _, c := range t.Status.Containers {
		if !hasStarted(c) || s.container != "" && s.container != c.Name {
			continue
		}
		from := source{task: t.ARN, container: c.Name, restarts: c.Restarts}
		if from.label = (Output{Task: arn.Name(t.ARN)}); len(t.Status.Containers) > 1 {
			from.label.Container = c.Name
		}
		list = append(list, from)
	}
	return list
}

// source is a container whose output is read.
type source struct {
	task, container string
	restarts        int
	label           Output // without a line
}

func (s source) line(text string) Output {
	o := s.label
	o.Line = text
	return o
}

// leftOut says what of the sources could not be read.
func (s *serviceOutput) leftOut(all []*merged) string {
	if len(all) == 0 {
		return "no container of service " + arn.Name(s.service) + " has been started; 'ecs-emulator events' tells what happened to its tasks"
	}
	gone := 0
	for _, m := range all {
		switch {
		case m.err == nil:
		case isGone(m.err):
			gone++
		default:
			s.log.Warn("cannot read all output of a container", "task", m.task, "error", m.err)
			return "not all output of task " + arn.Name(m.task) + " can be read: " + m.err.Error()
		}
	}
	if gone > 0 {
		return fmt.Sprintf("the output of stopped tasks is kept for some minutes; that of %d of %d containers is gone. "+
			"What the log driver awslogs has written is in CloudWatch Logs: aws logs tail", gone, len(all))
	}
	return ""
}
