package sim

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// maxLines is how many lines of a container are kept at least. A server under
// load writes one a request.
const maxLines = script.MaxLines

// logDrivers are those of a Docker engine. Here all are alike: Logs reads what there is.
// Source: Docker Engine documentation, "Configure logging drivers".
var logDrivers = []string{"", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog"}

func knownDriver(log backend.Log) error {
	if !slices.Contains(logDrivers, log.Driver) {
		return daemonError(nil, "logger: no log driver named '%s' is registered", log.Driver)
	}
	return nil
}

type log struct {
	lines    []logLine
	dropped  int           // lines no longer kept
	changed  chan struct{} // closed when there is more, or the container ended
	awaiting []*func()     // tell who follows that the wait is over; see WaitForClock
}

type logLine struct {
	at     time.Time
	stderr bool
	text   string
}

func (e *Engine) write(c *container, stderr bool, text string) {
	if c.log == nil {
		c.log = &log{}
	}
	l := c.log
	if len(l.lines) == 2*maxLines {
		l.lines = append([]logLine(nil), l.lines[maxLines:]...)
		l.dropped += maxLines
	}
	l.lines = append(l.lines, logLine{e.clock.Now(), stderr, text})
	l.announce()
}

// announce wakes those who follow.
func (l *log) announce() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	for _, over := range l.awaiting {
		(*over)()
	}
	l.awaiting = nil
}

func (l *log) change() <-chan struct{} {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

// from are the lines from a number on. Lines are never changed, so the caller
// may read them without the lock.
func (l *log) from(number int) (lines []logLine, next int) {
	next = l.dropped + len(l.lines)
	number = min(max(number, l.dropped), next)
	return l.lines[number-l.dropped:], next
}
