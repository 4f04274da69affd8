package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"time"

	"github.com/coder/websocket"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/execframe"
)

// execSession is a program that runs in a container, as its user sees it.
type execSession struct {
	stdin          *os.File
	stdout, stderr io.Writer
	conn           *websocket.Conn
	room           chan struct{} // has one for each frame of input under way
	restore        func()        // of the terminal
}

// run runs a command, and returns how it has ended. An error says why it has not, or what there is to
// know of its end.
func (s *execSession) run(ctx context.Context, endpoint string, query url.Values, command []string) (execframe.ExitStatus, error) {
	conn, err := dialExec(ctx, endpoint, query)
	if err != nil {
		return execframe.ExitStatus{}, err
	}
	defer func() { _ = conn.CloseNow() }()
	s.conn, s.restore = conn, func() {}
	start := execframe.StartRequest{Command: command}
	screen, onTerminal := s.onTerminal()
	if onTerminal {
		start.Terminal = sizeOf(screen)
		restore, err := terminal.Raw(s.stdin)
		if err != nil {
			return execframe.ExitStatus{}, fmt.Errorf("use the terminal: %w", err)
		}
		s.restore = restore
		defer restore()
		terminal.Of(screen) // has the consoles of Windows understand what programs write
	}
	if err := s.send(ctx, execframe.Start, start); err != nil {
		return execframe.ExitStatus{}, s.broken(err)
	}
	if onTerminal {
		go s.sendSizes(ctx, screen, *start.Terminal)
	}
	go s.sendInput(ctx)
	status, err := s.receive(ctx)
	if onTerminal && err != nil {
		_, _ = io.WriteString(s.stdout, "\r\n") // the cursor is anywhere
	}
	return status, err
}

func (s *execSession) send(ctx context.Context, kind execframe.Kind, payload any) error {
	return s.conn.Write(ctx, websocket.MessageBinary, execframe.New(kind, payload))
}

// sendInput sends what the user types, or what comes out of a pipe, and its end.
func (s *execSession) sendInput(ctx context.Context) {
	defer s.restoreInPanic()
	for buf := make([]byte, execframe.MaxPayload); ; {
		n, err := s.stdin.Read(buf)
		if n > 0 {
			select {
			case s.room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if s.send(ctx, execframe.Input, buf[:n]) != nil {
				return // the receiver tells
			}
		}
		if err != nil {
			_ = s.send(ctx, execframe.EndOfInput, nil)
			return
		}
	}
}

// lookAgain is how often the size is looked at, for Windows, which does not tell of a new one.
const lookAgain = time.Second

// sendSizes sends the size of the terminal when it changes.
func (s *execSession) sendSizes(ctx context.Context, screen *os.File, last execframe.Size) {
	defer s.restoreInPanic()
	resized := make(chan os.Signal, 1)
	terminal.NotifyResize(resized)
	defer signal.Stop(resized)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		if size := *sizeOf(screen); size != last {
			last = size
			_ = s.send(ctx, execframe.Resize, size)
		}
		select {
		case <-ctx.Done():
			return
		case <-resized:
		case <-tick.C:
		}
	}
}

func sizeOf(screen *os.File) *execframe.Size {
	size, _ := terminal.Of(screen)
	return &execframe.Size{Columns: uint16(size.Width), Rows: uint16(size.Height)}
}

// restoreInPanic is for goroutines, whose panics run none of the main one's deferred calls.
func (s *execSession) restoreInPanic() {
	if failure := recover(); failure != nil {
		s.restore()
		panic(failure)
	}
}

// receive prints what the program writes, until its end.
func (s *execSession) receive(ctx context.Context) (status execframe.ExitStatus, err error) {
	for {
		_, frame, err := s.conn.Read(ctx)
		if err != nil {
			return status, s.broken(err)
		}
		switch kind, payload := execframe.Parse(frame); kind {
		case execframe.Stdout:
			_, err = s.stdout.Write(payload)
		case execframe.Stderr:
			_, err = s.stderr.Write(payload)
		case execframe.Taken:
			select {
			case <-s.room:
			default:
			}
		case execframe.Exit:
			if err = execframe.Decode(payload, &status); err == nil && status.Note != "" {
				err = errors.New(activity.OneLine(status.Note))
			}
			return status, err
		case execframe.Failure:
			var reason execframe.Reason
			if err = execframe.Decode(payload, &reason); err == nil {
				err = errors.New(activity.OneLine(reason.Text))
			}
			return execframe.ExitStatus{Code: reason.Code}, err
		}
		if err != nil {
			return status, err
		}
	}
}

// broken says that the connection has ended before the program.
func (s *execSession) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("the connection to the emulator broke, and the session with it: %w", err)
}
