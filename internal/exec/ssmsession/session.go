package ssmsession

import (
	"crypto/subtle"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// Status is how a session is. Source: SSM API reference, Session.
type Status string

const (
	Connecting   Status = "Connecting"
	Connected    Status = "Connected"
	Disconnected Status = "Disconnected"
	Terminating  Status = "Terminating"
	Terminated   Status = "Terminated"
	Failed       Status = "Failed"
)

// Info is what is told of a session.
type Info struct {
	ID                              string
	Scope                           arn.Scope
	Target, Document, Owner, Reason string
	TaskARN, Container              string
	Status                          Status
	Started, Ended                  time.Time // Ended is zero before its end
}

// How long things take.
const (
	// tokenValidity is how long a client may take to connect, in real time.
	tokenValidity = time.Minute
	// resumption is how long a session waits for a client that has lost its connection, in real time:
	// AWS's plugin takes up to 6 seconds for its tries, and does not know the emulator's clock
	// (recorded-exec.md X13).
	resumption = time.Minute
	// closing is how long a client has that does not read what its session ends with: the five
	// seconds for its acknowledgements, and a moment.
	closing = 6 * time.Second
)

// idleText is what the client shows then. Source: amazon-ssm-agent#261.
const idleText = "Your session timed out due to inactivity and has been terminated."

// session is one session. Its program starts when its client has shaken hands, and its channel
// outlives the connections of its client.
type session struct {
	kernel   *Kernel
	request  Request
	started  time.Time
	recorder Recorder      // nil is none
	gone     chan struct{} // closed when it is over and its goroutines have ended
	work     sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond // anything below
	channel *datachannel.Channel
	status  Status
	outcome Status // at the end
	// token is the token of the next connection; empty is none.
	token      string
	tokenUntil time.Time
	conn       *connection // nil without a client
	leaving    func()      // cuts the connection of a client that has been told of the end
	running    bool        // the program is starting, or has started
	ran        bool        // it has started
	program    backend.Session
	cancel     func()                    // of the program's start
	size       *datachannel.TerminalSize // that the program is to have; nil if it has the newest one
	ending     bool                      // nothing more is carried; the client is told
	over       bool
	active     time.Time // when there last was data
	idle       *clock.Timer
	unused     *time.Timer // of a session whose client has not come yet
	lost       *time.Timer // of one whose client has lost its connection
	hurry      *time.Timer // of one that ends
}

func newSession(k *Kernel, r Request) *session {
	now := k.Clock.Now()
	s := &session{
		kernel: k, request: r, started: now, active: now, status: Connecting, outcome: Terminated,
		gone: make(chan struct{}), channel: datachannel.New(r.channel()),
	}
	s.changed = sync.NewCond(&s.mu)
	if k.Record != nil && r.Forward == nil {
		s.recorder = k.Record(s.info())
	}
	return s
}

// begin sets its timers, and returns its first token.
func (s *session) begin() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = s.kernel.Clock.AfterFunc(idleLimit, s.checkIdle)
	s.unused = time.AfterFunc(tokenValidity, s.endWithoutClient)
	return s.newToken()
}

// newToken replaces the token, with s.mu held.
func (s *session) newToken() string {
	s.token, s.tokenUntil = newToken(), time.Now().Add(tokenValidity)
	return s.token
}

// renewToken makes a token for a client that comes back.
func (s *session) renewToken() (token string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return "", false
	}
	return s.newToken(), true
}

// admits reports whether a token is the one for the next connection, and has it used up, with
// s.mu held.
func (s *session) admits(token string) bool {
	if s.over || s.token == "" || subtle.ConstantTimeCompare([]byte(s.token), []byte(token)) != 1 || time.Now().After(s.tokenUntil) {
		return false
	}
	s.token = ""
	return true
}

// waits reports whether its client has yet to come, and until when it may.
func (s *session) waits() (until time.Time, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokenUntil, s.status == Connecting
}

// touch notes that there is data, with s.mu held.
func (s *session) touch() { s.active = s.kernel.Clock.Now() }

// info is what is told of it, for those who have s.mu or know that no one else has the session.
func (s *session) info() Info {
	r := s.request
	return Info{
		ID: r.ID, Scope: r.Scope, Target: r.Target, Document: r.Document, Owner: r.Owner, Reason: r.Reason,
		TaskARN: r.TaskARN, Container: r.Container, Status: s.status, Started: s.started,
	}
}

func (s *session) shown() Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info()
}
