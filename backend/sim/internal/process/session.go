package process

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Clock is the time in which programs sleep.
type Clock struct {
	Now       func() time.Time
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
}

type Spec struct {
	Clock    Clock
	Terminal *backend.TerminalSize
	Args     []string
	Env      []string
	Dir      string
	Ended    func(*Session) // is called when the program has returned
}

// Session implements [backend.Session]. One lock and one condition are all of its waiting.
type Session struct {
	clock Clock

	mu     sync.Mutex
	news   *sync.Cond
	out    buffer
	in     [][]byte // an empty piece is an end of input that was typed
	typed  int      // bytes in it
	inOver bool
	tty    *terminal // nil is none
	leader *job
	front  *job      // which keys interrupt
	since  time.Time // the time that a program has come to by sleeping; zero after other waits

	closed bool
	lost   error // why nothing more is known
	ended  bool
	code   int
}

var _ backend.Session = (*Session)(nil)

// mostTyped is how much input waits to be read: as of a pipe. An end of input has no bytes, so that its
// pieces are bounded too.
const (
	mostTyped  = 64 << 10
	mostPieces = 4096
)

func (s *Session) full() bool { return s.typed >= mostTyped || len(s.in) >= mostPieces }

// Start runs a program.
func Start(spec Spec, program Program) *Session {
	s := &Session{clock: spec.Clock}
	s.news = sync.NewCond(&s.mu)
	if spec.Terminal != nil {
		s.tty = &terminal{size: *spec.Terminal}
	}
	p := s.newProcess(context.Background())
	p.Args, p.Env, p.Dir = spec.Args, spec.Env, spec.Dir
	s.leader, s.front = p.job, p.job
	go func() {
		s.finish(p.run(program))
		spec.Ended(s)
	}()
	return s
}

func (s *Session) newProcess(ctx context.Context) *Process {
	j := &job{}
	j.ctx, j.cancel = context.WithCancelCause(ctx)
	p := &Process{session: s, job: j, Stdin: input{s, j.ctx}, Stdout: output{s, j.ctx, backend.Stdout}}
	p.Stderr = output{s, j.ctx, backend.Stderr}
	if s.tty != nil {
		p.Stderr = p.Stdout
	}
	return p
}

// Read implements backend.Session.
func (s *Session) Read(p []byte) (int, backend.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return 0, 0, net.ErrClosed
		case s.out.size > 0:
			n, from := s.out.take(p)
			s.news.Broadcast()
			return n, from, nil
		case s.lost != nil:
			return 0, 0, s.lost
		case s.ended:
			return 0, 0, io.EOF
		}
		s.news.Wait()
	}
}

// Write implements backend.Session.
func (s *Session) Write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n < len(p) {
		for s.full() && !s.over() && !(s.tty != nil && s.tty.signals(p[n])) {
			s.news.Wait()
		}
		switch {
		case s.over() || s.inOver:
			return n, io.ErrClosedPipe
		case s.tty != nil:
			s.typeKey(p[n])
			n++
		default:
			piece := bytes.Clone(p[n:min(len(p), n+mostTyped-s.typed)])
			s.in, s.typed = append(s.in, piece), s.typed+len(piece)
			n += len(piece)
		}
		s.news.Broadcast()
	}
	return n, nil
}

// over says that no program reads any more.
func (s *Session) over() bool { return s.closed || s.ended || s.lost != nil }

// CloseInput implements backend.Session.
func (s *Session) CloseInput() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inOver = s.inOver || s.tty == nil
	s.news.Broadcast()
	return nil
}

// Resize implements backend.Session.
func (s *Session) Resize(size backend.TerminalSize) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tty != nil {
		s.tty.size = size
	}
	return nil
}

// ExitCode implements backend.Session.
func (s *Session) ExitCode() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code
}

// Close hangs up.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.hangUp(syscall.SIGHUP)
	return nil
}

// Kill ends the session as the end of its container does.
func (s *Session) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended, s.code = true, signal{syscall.SIGKILL}.exitCode()
	}
	s.hangUp(syscall.SIGKILL)
}

// Lose ends the session because the way to its engine is gone: how it ends is not known.
func (s *Session) Lose(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.lost = err
	}
	s.hangUp(syscall.SIGHUP)
}

func (s *Session) hangUp(by syscall.Signal) {
	s.leader.end(by)
	s.news.Broadcast()
}

// finish notes how the program has ended, unless its container has ended before.
func (s *Session) finish(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended, s.code = true, code
	}
	s.news.Broadcast()
}

// read is a program's read of its standard input, of one line at most if it wants.
func (s *Session) read(ctx context.Context, p []byte, line bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case len(s.in) > 0:
			return s.take(p, line)
		case s.inOver:
			return 0, io.EOF
		}
		s.since = time.Time{}
		s.news.Wait()
	}
}

// take takes from the input that waits.
func (s *Session) take(p []byte, line bool) (int, error) {
	first := s.in[0]
	if len(first) == 0 {
		s.in = s.in[1:]
		return 0, io.EOF
	}
	until := first
	if end := bytes.IndexByte(first, '\n'); line && end >= 0 {
		until = first[:end+1]
	}
	n := copy(p, until)
	s.typed -= n
	if s.in[0] = first[n:]; len(s.in[0]) == 0 {
		s.in = s.in[1:]
	}
	s.news.Broadcast()
	return n, nil
}

// write is a program's write, which waits for the reader.
func (s *Session) write(ctx context.Context, to backend.Stream, p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n < len(p) {
		for s.out.size >= mostWaiting && ctx.Err() == nil {
			s.since = time.Time{}
			s.news.Wait()
		}
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		piece := p[n:min(len(p), n+mostWaiting-s.out.size)]
		n += len(piece)
		if s.tty != nil {
			piece = bytes.ReplaceAll(piece, []byte("\n"), []byte("\r\n"))
		}
		s.out.add(to, piece)
		s.news.Broadcast()
	}
	return n, nil
}
