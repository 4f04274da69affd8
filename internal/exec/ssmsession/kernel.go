// Package ssmsession is Session Manager's kernel: it starts sessions for ECS Exec and for the API of
// Systems Manager, lets their clients in by tokens, carries bytes between a client's data channel and
// a program in a container, and ends them. Sessions live in memory alone.
//
//	ticket, err := kernel.Start(ssmsession.Request{ID: ssmsession.NewExecID(), …})
//	err = kernel.Serve(ctx, ticket.SessionID, ticket.Token, socket) // for the client's connection
//
// What clients do takes real time, such as to connect, also again; how long a session may be idle is on
// the emulator's clock.
package ssmsession

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// MaxSessions is how many sessions a container may have. Source: recorded-exec.md X7. Sessions that wait for
// their client do not count: otherwise calls without a client would keep others out until their tokens expire.
// This is a choice, as AWS does not publish what it counts.
const MaxSessions = 1000

// maxWaiting is how many sessions of a task may wait for their clients.
const maxWaiting = 1000

// Errors of the kernel.
var (
	// ErrClosed: the emulator ends.
	ErrClosed = errors.New("the emulator ends")
	ErrNoTask = errors.New("the task is gone")
	// ErrRefused: there is no such session, or the token is not the one for its next connection.
	ErrRefused = errors.New("no session with that token")
)

// LimitError is about a container that has as many sessions as it may have. Its text is AWS's (X7).
type LimitError struct{ Limit int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("Unable to start new execute sessions because the maximum session limit of %d has been reached.", e.Limit)
}

// Options are what a kernel needs.
type Options struct {
	// Clock governs how long a session may be idle.
	Clock *clock.Clock
	// HasTask tells whether there is a task, also a stopped one. It must not call the kernel. Who removes tasks
	// calls [Kernel.EndAll] after that: so no session outlives them. Nil is that there are all.
	HasTask func(taskARN string) bool
	// Exec starts a program in a container of a task.
	Exec func(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error)
	// Record is asked for each session that runs a command, when it is started, and returns who
	// keeps its output, or nil. It must not call the kernel. Nil keeps none.
	Record func(Info) Recorder
	// PublicURL is the endpoint as clients reach it; empty is as a call has reached it.
	PublicURL string
	// Log is told why sessions end. Nil is none.
	Log *slog.Logger
}

// Recorder keeps the output of a session. Its calls come one after the other.
type Recorder interface {
	// Write gets output in its order, and keeps no hold of p. It must not block: the session's
	// client waits for it.
	Write(p []byte)
	// End is called once, after all writes, when the session is over; but not where its program has
	// never started. It may block.
	End(Info)
}

type Kernel struct {
	Options
	running sync.WaitGroup // goroutines
	ctx     context.Context
	end     context.CancelFunc

	mu       sync.Mutex
	closed   bool
	sessions map[string]*session
	open     map[*Open]struct{} // of clients without a data channel
	history  []Info             // the oldest first
}

// New makes a kernel without sessions.
func New(o Options) *Kernel {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Kernel{Options: o, sessions: map[string]*session{}, open: map[*Open]struct{}{}}
	k.ctx, k.end = context.WithCancel(context.Background())
	return k
}

// Context ends with [Kernel.Close], once the clients of all sessions have been told: for those that have not
// said which session they are for.
func (k *Kernel) Context() context.Context { return k.ctx }

// Request is a session that shall be. Command or Forward says what it runs.
type Request struct {
	ID                              string
	Scope                           arn.Scope
	Target, Document, Owner, Reason string
	TaskARN, Container              string
	// Command is a command line; see splitCommand.
	Command string
	Forward *Forward
}

// Ticket lets a client into a session, once.
type Ticket struct{ SessionID, Token string }

// Start makes a session, which waits for its client. If too many sessions of the task wait, the one that has waited
// longest ends. The error is [ErrClosed], [ErrNoTask] or a [*LimitError].
func (k *Kernel) Start(r Request) (Ticket, error) {
	ticket, tooMany, err := k.start(r)
	if tooMany != nil {
		tooMany.endWithoutClient()
	}
	return ticket, err
}

func (k *Kernel) start(r Request) (ticket Ticket, tooMany *session, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.admits(r.TaskARN, r.Container); err != nil {
		return Ticket{}, nil, err
	}
	tooMany = k.tooMany(r.TaskARN)
	s := newSession(k, r)
	k.sessions[r.ID] = s
	return Ticket{r.ID, s.begin()}, tooMany, nil
}

// tooMany returns the session of a task that has waited longest for its client, or nil if one more may wait.
func (k *Kernel) tooMany(taskARN string) (longest *session) {
	n, until := 0, time.Time{}
	for _, s := range k.sessions {
		if s.request.TaskARN != taskARN {
			continue
		}
		if end, waits := s.waits(); waits {
			if n++; longest == nil || end.Before(until) {
				longest, until = s, end
			}
		}
	}
	if n < maxWaiting {
		return nil
	}
	return longest
}

// admits says why a container may have no more sessions, with k.mu held.
func (k *Kernel) admits(taskARN, container string) error {
	switch {
	case k.closed:
		return ErrClosed
	case k.HasTask != nil && !k.HasTask(taskARN):
		return ErrNoTask
	case k.count(taskARN, container) >= MaxSessions:
		return &LimitError{MaxSessions}
	}
	return nil
}

// count is the number of sessions of a container, without those that wait for their client.
func (k *Kernel) count(taskARN, container string) (n int) {
	for _, s := range k.sessions {
		if s.request.TaskARN != taskARN || s.request.Container != container {
			continue
		}
		if _, waits := s.waits(); !waits {
			n++
		}
	}
	for o := range k.open {
		if o.taskARN == taskARN && o.container == container {
			n++
		}
	}
	return n
}

// Resume gives a client that has lost its connection a way back. A session that is over, ends, or
// was never there has none, nor one of another account or region.
func (k *Kernel) Resume(scope arn.Scope, id string) (Ticket, bool) {
	s := k.find(scope, id)
	if s == nil {
		return Ticket{}, false
	}
	token, ok := s.renewToken()
	return Ticket{id, token}, ok
}

// Terminate ends a session, as its client sees it, and reports whether there was one.
func (k *Kernel) Terminate(scope arn.Scope, id string) bool {
	s := k.find(scope, id)
	if s == nil {
		return false
	}
	s.finish("", Terminated)
	s.endWithoutClient()
	return true
}

func (k *Kernel) find(scope arn.Scope, id string) *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sessions[id]; s != nil && s.request.Scope == scope {
		return s
	}
	return nil
}

// farewell is how long clients may take to hear that their sessions end with the emulator.
const farewell = time.Second

// EndAll ends all sessions; their clients show the text. It returns when no goroutine of them is
// left.
func (k *Kernel) EndAll(text string) {
	var open sync.WaitGroup
	defer open.Wait()
	open.Go(func() { k.endOpen(text) })
	k.mu.Lock()
	all := slices.Collect(maps.Values(k.sessions))
	k.mu.Unlock()
	for _, s := range all {
		s.finish(text, Terminated)
		s.endWithoutClient()
	}
	hurry := time.AfterFunc(farewell, func() {
		for _, s := range all {
			s.cut()
		}
	})
	defer hurry.Stop()
	for _, s := range all {
		<-s.gone
	}
}

// Close ends all sessions as [Kernel.EndAll] does, and takes no more.
func (k *Kernel) Close(text string) {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.EndAll(text)
	k.end() // of clients that have been told, too
	k.running.Wait()
}

// maxHistory bounds how many sessions that are over are kept, in memory.
const maxHistory = 1000

// remember moves a session into the history.
func (k *Kernel) remember(s *session, info Info) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sessions, s.request.ID)
	k.history = append(k.history, info)
	if extra := len(k.history) - maxHistory; extra > 0 {
		k.history = slices.Delete(k.history, 0, extra)
	}
}

// Forget empties the history.
func (k *Kernel) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.history = nil
}

// Active are the sessions of an account in a region that are not over.
func (k *Kernel) Active(scope arn.Scope) (list []Info) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.sessions {
		if s.request.Scope == scope {
			list = append(list, s.shown())
		}
	}
	return list
}

// retention is how long sessions that are over are told of. Source: SSM API reference,
// DescribeSessions.
const retention = 30 * 24 * time.Hour

// History are the sessions of an account in a region that are over.
func (k *Kernel) History(scope arn.Scope) (list []Info) {
	since := k.Clock.Now().Add(-retention)
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, info := range k.history {
		if info.Scope == scope && info.Ended.After(since) {
			list = append(list, info)
		}
	}
	return list
}
