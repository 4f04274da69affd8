package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/execframe"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// ExecPath is where programs are run in containers. An upgrade is a GET, and the package handlers
// treats it as what it is.
const ExecPath = Prefix + "exec"

type execRoute struct {
	store    *store.Store
	sessions *ssmsession.Kernel
	log      *slog.Logger
}

// serve serves the WebSocket /_emulator/exec?of=<service or task>&container=<name>, which carries the
// frames of package execframe.
func (o execRoute) serve(w http.ResponseWriter, r *http.Request) {
	t, c, err := execTarget(o.store.Read(), r.URL.Query())
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	conn, err := websocket.Accept(w, r, nil) // which refuses pages of other origins
	if err != nil {
		o.log.Warn("exec refused", "task", t.ARN, "error", err)
		return
	}
	defer func() { _ = conn.CloseNow() }()
	// The request's context ends with this handler alone, also if the connection is lost before.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e := &execution{conn: conn, gone: cancel, input: make(chan []byte, execframe.Window), sizes: make(chan execframe.Size, 1)}
	spec, err := e.start(ctx)
	if err != nil {
		o.log.Warn("exec refused", "task", t.ARN, "error", err)
		return
	}
	received := make(chan struct{})
	go func() { defer close(received); e.receive(ctx) }()
	o.log.Info("exec", "task", t.ARN, "container", c.Name, "program", spec.Command[0])
	o.runFor(ctx, e, t.ARN, c.Name, spec)
	_ = conn.CloseNow()
	<-received
}

// runFor runs a program for a client, and tells it of the end.
func (o execRoute) runFor(ctx context.Context, e *execution, taskARN, container string, spec backend.ExecSpec) {
	program, err := o.sessions.Open(ctx, taskARN, container, spec)
	if err != nil {
		e.last(ctx, execframe.Failure, startReason(err))
		return
	}
	defer program.Close()
	ctx = program.Context()
	stop := context.AfterFunc(ctx, func() { _ = program.Session.Close(); _ = e.conn.CloseNow() })
	defer stop()
	var carried sync.WaitGroup
	carried.Go(func() { e.carryInput(ctx, program) })
	carried.Go(func() { e.carrySizes(ctx, program) })
	err = e.carryOutput(ctx, program)
	switch ended := program.Ended(); {
	case ctx.Err() != nil: // the client has gone
	case ended != "":
		e.last(ctx, execframe.Failure, execframe.Reason{Text: ended})
	case err == nil:
		e.last(ctx, execframe.Exit, execframe.ExitStatus{Code: program.ExitCode(), Note: o.whyEnded(taskARN, container, program.ExitCode())})
	default:
		e.last(ctx, execframe.Failure, execframe.Reason{Text: "the session has ended with its container or the engine: " + err.Error()})
	}
	_ = program.Session.Close()
	e.gone()
	carried.Wait()
}

// startReason is why a program cannot start, with the exit code that a shell has then.
func startReason(err error) execframe.Reason {
	var cannot *backend.ExecError
	limit := (*ssmsession.LimitError)(nil)
	switch {
	case errors.As(err, &cannot) && (strings.Contains(cannot.Reason, "not found") || strings.Contains(cannot.Reason, "no such file")):
		return execframe.Reason{Text: ssmsession.StartFailure(err), Code: 127}
	case errors.As(err, &cannot):
		return execframe.Reason{Text: ssmsession.StartFailure(err), Code: 126}
	case errors.Is(err, ssmsession.ErrClosed), errors.Is(err, ssmsession.ErrNoTask), errors.As(err, &limit):
		return execframe.Reason{Text: err.Error()}
	}
	return execframe.Reason{Text: ssmsession.StartFailure(err)}
}

// killed is the exit code of a program that SIGKILL has ended.
const killed = 128 + 9

// whyEnded says so if a program was killed with its container.
func (o execRoute) whyEnded(taskARN, container string, code int) string {
	if code != killed {
		return ""
	}
	t := state.FindTask(o.store.Read(), taskARN)
	if t == nil || t.DesiredStatus() != state.Running {
		return fmt.Sprintf("task %s has been stopped", arn.Name(taskARN))
	}
	if c := t.Status.Container(container); c == nil || c.Phase != state.ContainerRunning {
		return fmt.Sprintf("container %s of task %s has stopped", container, arn.Name(taskARN))
	}
	return ""
}

// execution is a client whose program runs.
type execution struct {
	conn  *websocket.Conn
	gone  func()              // ends all that waits for the client
	input chan []byte         // closed at its end
	sizes chan execframe.Size // the newest one
}

// startTimeout is how long a client may take to say what to run.
const startTimeout = 10 * time.Second

// start reads what the client opens with.
func (e *execution) start(ctx context.Context) (backend.ExecSpec, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	e.conn.SetReadLimit(execframe.MaxFrame)
	_, frame, err := e.conn.Read(ctx)
	if err != nil {
		return backend.ExecSpec{}, fmt.Errorf("read what to run: %w", err)
	}
	e.conn.SetReadLimit(1 + execframe.MaxPayload)
	var wanted execframe.StartRequest
	kind, payload := execframe.Parse(frame)
	if kind != execframe.Start {
		return backend.ExecSpec{}, fmt.Errorf("the first frame is of kind %q", kind)
	}
	if err := execframe.Decode(payload, &wanted); err != nil {
		return backend.ExecSpec{}, err
	}
	if len(wanted.Command) == 0 {
		return backend.ExecSpec{}, errors.New("no command is given")
	}
	spec := backend.ExecSpec{Command: wanted.Command}
	if size := wanted.Terminal; size != nil {
		spec.Terminal = &backend.TerminalSize{Columns: size.Columns, Rows: size.Rows}
	}
	return spec, nil
}

// receive takes the client's frames until it has gone. It never waits for the program, so that it
// notices that.
func (e *execution) receive(ctx context.Context) {
	defer e.gone()
	over := false
	for {
		_, frame, err := e.conn.Read(ctx)
		if err != nil {
			return
		}
		switch kind, payload := execframe.Parse(frame); kind {
		case execframe.Input:
			if over {
				return
			}
			select {
			case e.input <- payload:
			default: // more than the window
				return
			}
		case execframe.EndOfInput:
			if !over {
				over = true
				close(e.input)
			}
		case execframe.Resize:
			var size execframe.Size
			if execframe.Decode(payload, &size) == nil {
				e.resize(size)
			}
		}
	}
}

// resize keeps the newest size.
func (e *execution) resize(size execframe.Size) {
	select {
	case <-e.sizes:
	default:
	}
	e.sizes <- size // there is room, since only receive calls this
}

// carryInput hands the program what the client sends.
func (e *execution) carryInput(ctx context.Context, program backend.Session) {
	input := e.input
	for {
		select {
		case <-ctx.Done():
			return
		case p, more := <-input:
			if !more {
				input = nil
				_ = program.CloseInput()
				continue
			}
			// A program that reads no more has ended, or closed its input: what else comes is dropped.
			_, _ = program.Write(p)
			if e.conn.Write(ctx, websocket.MessageBinary, execframe.New(execframe.Taken, nil)) != nil {
				return
			}
		}
	}
}

// carrySizes tells the program the size of the client's terminal, also while it reads no input.
func (e *execution) carrySizes(ctx context.Context, program backend.Session) {
	for {
		select {
		case <-ctx.Done():
			return
		case size := <-e.sizes:
			_ = program.Resize(backend.TerminalSize{Columns: size.Columns, Rows: size.Rows}) // the program shows the old size, or has ended
		}
	}
}

// carryOutput sends what the program writes, until its end, which is no error, or the client's.
func (e *execution) carryOutput(ctx context.Context, program backend.Session) error {
	frame := make([]byte, 1+execframe.MaxPayload)
	for {
		n, stream, err := program.Read(frame[1:])
		if n > 0 {
			frame[0] = byte(execframe.Stdout)
			if stream == backend.Stderr {
				frame[0] = byte(execframe.Stderr)
			}
			if err := e.conn.Write(ctx, websocket.MessageBinary, frame[:1+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// last sends the last frame, and waits some seconds for the client to leave: if the connection were closed
// while something of the client's is unread, TCP would drop what the client has not read.
func (e *execution) last(ctx context.Context, kind execframe.Kind, payload any) {
	if e.conn.Write(ctx, websocket.MessageBinary, execframe.New(kind, payload)) == nil {
		_ = e.conn.Close(websocket.StatusNormalClosure, "")
	}
}
