package ssmsession

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// startTimeout bounds the start of a program, which a hanging engine would have take for ever.
const startTimeout = time.Minute

// run starts the program, with s.mu held.
func (s *session) run() {
	s.running = true
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	s.cancel = cancel
	s.work.Go(func() {
		defer cancel()
		program, err := s.start(ctx)
		if err != nil {
			s.finish(StartFailure(err), Failed)
			return
		}
		s.work.Go(func() { s.carryInput(program) })
		s.work.Go(func() { s.carrySizes(program) })
		s.carryOutput(program)
	})
}

// start starts the program. One that has started when the session ends is hung up on.
func (s *session) start(ctx context.Context) (backend.Session, error) {
	spec, err := s.request.spec()
	if err != nil {
		return nil, err
	}
	program, err := s.kernel.Exec(ctx, s.request.TaskARN, s.request.Container, spec)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.program, s.ran = program, true
	if s.ending {
		s.hangUp()
	}
	return program, nil
}

// StartFailure is what the client shows of a program that could not start. Its first words are AWS's
// (recorded-exec.md X8); where the reason is not the program's, the rest is the emulator's.
func StartFailure(err error) string {
	const unable = "Unable to start command: "
	switch {
	case errors.Is(err, backend.ErrNoExec):
		return unable + "the container was made without what ECS Exec needs; stop the task, and run a new one with enableExecuteCommand"
	case errors.Is(err, context.DeadlineExceeded):
		return unable + "the container engine has not answered"
	}
	return unable + err.Error()
}

// chunk is how much output is read at once: as much as a message has at most (X14).
const chunk = 32 << 10

// carryOutput carries what the program writes to the client, until the program ends. While the client
// acknowledges nothing, the program blocks.
func (s *session) carryOutput(program backend.Session) {
	buf := make([]byte, chunk)
	for {
		n, stream, err := program.Read(buf)
		if n > 0 && !s.put(stream, buf[:n]) {
			return
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			s.finish("", Terminated)
			return
		default:
			s.finish(fmt.Sprintf("The session has ended with its container or the engine: %v", err), Terminated)
			return
		}
	}
}

// put puts output into the channel as there is room, and reports whether the session goes on.
func (s *session) put(stream backend.Stream, p []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stream == backend.Stderr && s.request.Forward != nil {
		// The agent tells of a port that refuses connections also where they are multiplexed.
		// Source: amazon-ssm-agent, port_mux.go.
		s.kernel.Log.Info("a port session cannot connect", "session", s.request.ID, "error", string(p))
		s.channel.ConnectToPortError(time.Now())
		s.changed.Broadcast()
		return true
	}
	for len(p) > 0 {
		for !s.ending && s.channel.Room() == 0 {
			s.changed.Wait()
		}
		if s.ending {
			return false
		}
		n := s.channel.Write(time.Now(), datachannel.Output, p)
		if n > 0 {
			s.touch()
			if s.recorder != nil {
				s.recorder.Write(p[:n])
			}
			s.changed.Broadcast()
		}
		p = p[n:]
	}
	return true
}

// carryInput carries what the client types to the program, until the session ends.
func (s *session) carryInput(program backend.Session) {
	for {
		input := s.nextInput()
		if input == nil {
			return
		}
		if _, err := program.Write(input); err != nil {
			return // the program has ended, which its output tells
		}
	}
}

// nextInput waits for input that may be written: not before the sizes that came before it. It is nil at the
// end of the session.
func (s *session) nextInput() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.ending {
		if s.size == nil {
			if input := s.channel.Input(); len(input) > 0 {
				s.noteSize() // of a message that there is room for now
				s.touch()
				s.changed.Broadcast() // there is room
				return input
			}
		}
		s.changed.Wait()
	}
	return nil
}

// noteSize takes the size of the terminal if the client has told another one, with s.mu held.
func (s *session) noteSize() {
	if size, changed := s.channel.Size(); changed {
		s.size = &size
	}
}

// carrySizes tells the program the size of the client's terminal, until the session ends: also one that reads
// no input.
func (s *session) carrySizes(program backend.Session) {
	for {
		size := s.nextSize()
		if size == nil {
			return
		}
		// Where it fails, the program shows the old size, or has ended.
		_ = program.Resize(backend.TerminalSize{Columns: size.Columns, Rows: size.Rows})
		s.sized(size)
	}
}

// nextSize waits for a size: nil at the end of the session.
func (s *session) nextSize() *datachannel.TerminalSize {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.ending {
		if s.size != nil {
			return s.size
		}
		s.changed.Wait()
	}
	return nil
}

// sized notes that the program has a size. There may be a newer one.
func (s *session) sized(size *datachannel.TerminalSize) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size == size {
		s.size = nil
	}
	s.changed.Broadcast()
}
