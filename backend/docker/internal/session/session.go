package session

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// buffered is how many pieces of output wait to be read, of 32 KB at most.
const buffered = 8

type Session struct {
	conn   *dockerapi.Attached
	frames frame.Reader
	// asked is how the program ended, if it has, by the engine.
	asked func() (code int, ended bool)

	output chan piece
	rest   piece         // what the last Read has left of one
	closed chan struct{} // by Close
	once   sync.Once

	writing sync.Mutex // one frame at a time

	mu    sync.Mutex
	turn  sync.Cond // of Write, with mu
	room  int       // for input
	ended bool
	err   error // of reads at the end; with output, which is closed after it
	code  int
}

type piece struct {
	from  backend.Stream
	bytes []byte
}

func newSession(stream client.HijackedResponse, asked func() (code int, ended bool)) *Session {
	s := &Session{conn: dockerapi.NewAttached(stream), asked: asked, output: make(chan piece, buffered), closed: make(chan struct{}), room: frame.Window}
	s.frames.From = s.conn
	s.turn.L = &s.mu
	return s
}

// awaitStart has the program begin, and waits for it to say that the command runs.
func (s *Session) awaitStart() error {
	_ = s.send(frame.Begin, nil) // why it fails, what is read says
	t, size, err := s.frames.Next()
	switch {
	case errors.Is(err, io.EOF):
		return s.neverStarted()
	case err != nil:
		return s.lost(err)
	case t == frame.Started:
		return nil
	case t != frame.Failed:
		return fmt.Errorf("the session program began with a frame of type %d", t)
	}
	why, err := s.frames.Payload(size)
	if err != nil {
		return s.lost(err)
	}
	return &backend.ExecError{Reason: string(why)}
}

// neverStarted is the error of a program that ended before its command ran, which it does only if it is
// killed. As a rule that is the kernel's work: the program is in the container's memory limit.
func (s *Session) neverStarted() error {
	if code, ended := s.asked(); ended && code == killed {
		return &backend.ExecError{Reason: "the session program was killed, perhaps because the container has no memory left"}
	}
	return s.lost(io.EOF)
}

// lost is the error of a stream that ended too early.
func (s *Session) lost(err error) error {
	if said := strings.TrimSpace(s.conn.Complaint()); said != "" {
		return fmt.Errorf("the session broke: %w: %s", err, said)
	}
	return fmt.Errorf("the session broke: %w", err)
}

// receive takes frames until the session ends.
func (s *Session) receive() {
	err := s.receiveAll()
	s.mu.Lock()
	s.err, s.ended = err, true
	s.mu.Unlock()
	close(s.output)
	s.turn.Broadcast()
	_ = s.conn.Close()
}

func (s *Session) receiveAll() error {
	for {
		t, size, err := s.frames.Next()
		if err != nil {
			return s.over(err)
		}
		payload, err := s.frames.Payload(size)
		if err != nil {
			return s.over(err)
		}
		switch t {
		case frame.Stdout, frame.Stderr:
			from := backend.Stdout
			if t == frame.Stderr {
				from = backend.Stderr
			}
			select {
			case s.output <- piece{from, payload}:
			case <-s.closed:
				return net.ErrClosed
			}
		case frame.Taken:
			s.mu.Lock()
			s.room += int(frame.ParseNumber(payload))
			s.mu.Unlock()
			s.turn.Broadcast()
		case frame.Exit:
			s.exit(int(frame.ParseNumber(payload)))
			return io.EOF
		}
	}
}

func (s *Session) exit(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code = code
}

// over is the error of reads once there are no more frames.
func (s *Session) over(err error) error {
	select {
	case <-s.closed:
		return net.ErrClosed
	default:
	}
	if errors.Is(err, io.EOF) {
		if code, ended := s.asked(); ended {
			s.exit(code)
			return io.EOF
		}
		err = io.ErrUnexpectedEOF
	}
	return s.lost(err)
}

func (s *Session) Read(p []byte) (int, backend.Stream, error) {
	for len(s.rest.bytes) == 0 {
		next, more := <-s.output
		if !more {
			s.mu.Lock()
			defer s.mu.Unlock()
			return 0, 0, s.err
		}
		s.rest = next
	}
	n := copy(p, s.rest.bytes)
	s.rest.bytes = s.rest.bytes[n:]
	return n, s.rest.from, nil
}

func (s *Session) Write(p []byte) (written int, err error) {
	for written < len(p) {
		n := s.takeRoom(min(len(p)-written, frame.Most-frame.HeadSize))
		if n == 0 {
			return written, io.ErrClosedPipe
		}
		if err := s.send(frame.Input, p[written:written+n]); err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// takeRoom waits for room for input, and takes as much as there is. 0 is that the session has ended.
func (s *Session) takeRoom(most int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.room == 0 && !s.ended {
		s.turn.Wait()
	}
	if s.ended {
		return 0
	}
	n := min(s.room, most)
	s.room -= n
	return n
}

// send writes a frame. The program always reads, so that it does not wait for long.
func (s *Session) send(t frame.Type, payload []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.conn.Write(frame.Make(t, payload)); err != nil {
		return errors.Join(io.ErrClosedPipe, err)
	}
	return nil
}

func (s *Session) CloseInput() error { return s.send(frame.EndOfInput, nil) }

func (s *Session) Resize(size backend.TerminalSize) error {
	return s.send(frame.Resize, frame.Number(uint32(size.Columns)<<16|uint32(size.Rows)))
}

func (s *Session) ExitCode() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code
}

// Close implements backend.Session. The program sees the end of its input, and hangs up.
func (s *Session) Close() error {
	s.once.Do(func() {
		close(s.closed)
		_ = s.conn.Close()
	})
	return nil
}
