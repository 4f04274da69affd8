// Package process runs the programs of sessions: functions with streams, signals, sleep on the
// engine's clock and, if they ask for one, a terminal. Nothing of it is a process of the system.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Program is what a session runs, until it returns its exit code. The context ends with a signal,
// as Ctrl-C sends one, with the session and with the container. The exit code is then 128 and the
// number of the signal: what the program returns does not count.
type Program func(ctx context.Context, p *Process) (exitCode int)

// Process is what a program has. Reads and writes fail once its context has ended.
type Process struct {
	Args           []string // the program first
	Env            []string // "K=V"
	Dir            string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	session *Session
	job     *job
	depth   int // of programs that have run this one
}

const (
	deepest = 200
	// cannotFork is dash's exit code where the kernel has no more processes.
	cannotFork = 2
)

// Size is the size of the terminal, if there is one.
func (p *Process) Size() (size backend.TerminalSize, ok bool) {
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	if p.session.tty == nil {
		return size, false
	}
	return p.session.tty.size, true
}

// Sleep waits on the engine's clock. Who sleeps again and again keeps time, also where the clock
// has gone on by more: what a program does takes none.
func (p *Process) Sleep(ctx context.Context, d time.Duration) error {
	s := p.session
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if s.since.IsZero() {
		s.since = now
	}
	due, rung := s.since.Add(d), false
	if !due.After(now) {
		s.since = due
		return context.Cause(ctx)
	}
	stop := s.clock.AfterFunc(due.Sub(now), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		rung = true
		s.news.Broadcast()
	})
	defer stop()
	for !rung && ctx.Err() == nil {
		s.news.Wait()
	}
	if s.since = due; !rung {
		s.since = time.Time{}
	}
	return context.Cause(ctx)
}

// Shield keeps the signals of the terminal's keys from the process, not from what it has in the
// foreground. The end of the session ends it nevertheless.
func (p *Process) Shield() {
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	p.job.shielded = true
}

// Kill ends the process by a signal.
func (p *Process) Kill(number syscall.Signal) {
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	p.job.end(number)
	p.session.news.Broadcast()
}

// Foreground runs another program, which the terminal's keys interrupt instead. It has the
// streams, variables and folder of this one, unless prepare changes them. Programs that run each other
// without end find one: their stack is the emulator's.
func (p *Process) Foreground(ctx context.Context, program Program, prepare func(child *Process)) (exitCode int) {
	if p.depth == deepest {
		fmt.Fprintf(p.Stderr, "The simulated engine does not run it: programs that run programs are %d deep already.\n", deepest)
		return cannotFork
	}
	s := p.session
	child := s.newProcess(ctx)
	child.depth = p.depth + 1
	child.Args, child.Env, child.Dir = p.Args, p.Env, p.Dir
	if prepare != nil {
		prepare(child)
	}
	s.mu.Lock()
	before := s.front
	s.front = child.job
	s.mu.Unlock()
	code := child.run(program)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.front = before
	s.news.Broadcast() // what it has left behind ends too
	return code
}

// ReadLine reads a line of the standard input, and leaves what follows to others.
func (p *Process) ReadLine(ctx context.Context) (line string, err error) {
	var read []byte
	part := make([]byte, 512)
	for {
		n, err := p.session.read(ctx, part, true)
		if read = append(read, part[:n]...); bytes.HasSuffix(read, []byte("\n")) {
			return string(read[:len(read)-1]), nil
		}
		if errors.Is(err, io.EOF) && len(read) > 0 {
			return string(read), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// run runs a program to its end, which a panic is too.
func (p *Process) run(program Program) (code int) {
	defer func() {
		if what := recover(); what != nil {
			fmt.Fprintf(p.Stderr, "panic: %v\n", what)
			code = 2 // as the Go runtime exits
		}
		if by := (signal{}); errors.As(context.Cause(p.job.ctx), &by) {
			code = by.exitCode()
		}
		p.job.cancel(nil)
	}()
	return program(p.job.ctx, p)
}

// job is what a signal ends.
type job struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	shielded bool
}

func (j *job) end(by syscall.Signal) { j.cancel(signal{by}) }

// signal is why a program has ended.
type signal struct{ number syscall.Signal }

func (s signal) Error() string { return s.number.String() }
func (s signal) exitCode() int { return 128 + int(s.number) }

// input and output are streams that end with the context of their process.
type input struct {
	session *Session
	ctx     context.Context
}

func (i input) Read(p []byte) (int, error) { return i.session.read(i.ctx, p, false) }

type output struct {
	session *Session
	ctx     context.Context
	to      backend.Stream
}

func (o output) Write(p []byte) (int, error) { return o.session.write(o.ctx, o.to, p) }
