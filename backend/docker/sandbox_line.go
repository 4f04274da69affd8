package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// lineIdle is for how long a line stays open to a sandbox that nobody asks: longer than the
// pause of most who collect counters, so that each read costs them no request to the engine.
const lineIdle = 30 * time.Second

// mostLinesBySSH bounds the lines to an engine behind ssh, where each is a session: the one that has
// been asked the longest ago gives way.
const mostLinesBySSH = 8

// longestAnswer is more than any that a sandbox program has.
const longestAnswer = 1 << 20

// sandboxLine is a stream to a sandbox program, for what is asked again and again.
type sandboxLine struct {
	stream  client.HijackedResponse
	answers chan string // "<mark> <answer>"
	idle    *time.Timer
	asked   atomic.Int64 // when, in nanoseconds
	once    sync.Once
	over    chan struct{} // closed when the stream has ended
}

func (l *sandboxLine) hangUp() {
	l.once.Do(func() {
		l.idle.Stop()
		l.stream.Close()
	})
}

// listen passes on what the program says, until the stream ends: nothing is left in it, whoever
// else was answered.
func (l *sandboxLine) listen() {
	defer close(l.over)
	output, fill := io.Pipe()
	defer func() { _ = output.Close() }()
	go func() {
		_, err := stdcopy.StdCopy(fill, io.Discard, l.stream.Reader)
		_ = fill.CloseWithError(err) // nil is the end of the stream
	}()
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, longestAnswer)
	for lines.Scan() {
		if len(l.answers) == cap(l.answers) { // of others, whom nobody here waits for
			select {
			case <-l.answers:
			default:
			}
		}
		l.answers <- lines.Text()
	}
}

// ask has the program of a running sandbox answer, over a line that stays open for a while. It
// does not look whether the sandbox runs, unless there is no answer.
func (e *Engine) ask(ctx context.Context, sandboxID, words string) (answer string, err error) {
	turn, _ := e.commands.LoadOrStore(sandboxID, make(chan struct{}, 1))
	if err := take(ctx, turn.(chan struct{})); err != nil {
		return "", err
	}
	defer func() { <-turn.(chan struct{}) }()
	for again := true; ; again = false {
		l, fresh, err := e.line(ctx, sandboxID)
		if err != nil {
			return "", err
		}
		if answer, err = l.converse(ctx, words); err == nil {
			return answer, nil
		}
		e.hangUp(sandboxID, l)
		if fresh || !again || ctx.Err() != nil { // else it had been cut meanwhile
			return "", errors.Join(e.containers.ExpectRunning(ctx, sandboxID), fmt.Errorf("sandbox program: %w", err))
		}
	}
}

// line is the one that is open, or a fresh one. The caller has the turn.
func (e *Engine) line(ctx context.Context, sandboxID string) (l *sandboxLine, fresh bool, err error) {
	if open, ok := e.lines.Load(sandboxID); ok {
		return open.(*sandboxLine), false, nil
	}
	if err := e.containers.ExpectRunning(ctx, sandboxID); err != nil {
		return nil, false, err
	}
	stream, err := e.client.Attach(ctx, sandboxID, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err != nil {
		return nil, false, err
	}
	l = &sandboxLine{stream: stream, answers: make(chan string, 8), over: make(chan struct{})}
	l.idle = time.AfterFunc(lineIdle, func() { e.hangUp(sandboxID, l) })
	l.asked.Store(time.Now().UnixNano())
	e.lines.Store(sandboxID, l)
	e.makeRoom(sandboxID)
	if e.closing.Err() != nil { // perhaps after Close had looked
		e.hangUp(sandboxID, l)
	}
	go func() {
		l.listen()
		e.hangUp(sandboxID, l)
	}()
	return l, true, nil
}

// makeRoom ends lines that are too many, but for that to one sandbox. Who waits for an answer of one
// asks again.
func (e *Engine) makeRoom(but string) {
	for e.mostLines > 0 {
		lines, oldest := 0, ""
		var since int64
		e.lines.Range(func(id, l any) bool {
			lines++
			if asked := l.(*sandboxLine).asked.Load(); id != but && (oldest == "" || asked < since) {
				oldest, since = id.(string), asked
			}
			return true
		})
		if lines <= e.mostLines || oldest == "" {
			return
		}
		if l, open := e.lines.Load(oldest); open {
			e.hangUp(oldest, l.(*sandboxLine))
		}
	}
}

// hangUp ends a line.
func (e *Engine) hangUp(sandboxID string, l *sandboxLine) {
	e.lines.CompareAndDelete(sandboxID, l)
	l.hangUp()
}

// hangUpAll ends all lines.
func (e *Engine) hangUpAll() {
	e.lines.Range(func(id, l any) bool {
		e.hangUp(id.(string), l.(*sandboxLine))
		return true
	})
}

// lineTimeout bounds the wait for an answer: the engine attaches to a sandbox that has just
// ended as well, and says nothing.
const lineTimeout = 2 * time.Second

func (l *sandboxLine) converse(ctx context.Context, words string) (string, error) {
	l.idle.Reset(lineIdle)
	l.asked.Store(time.Now().UnixNano())
	mark := label.RandomSuffix()
	// The line break in front ends what a client that died may have begun.
	if _, err := io.WriteString(l.stream.Conn, "\n"+mark+" "+words+" .\n"); err != nil {
		return "", err
	}
	limit := time.NewTimer(lineTimeout)
	defer limit.Stop()
	for {
		select {
		case line := <-l.answers:
			if answer, ok := strings.CutPrefix(line, mark+" "); ok {
				return answer, nil
			}
		case <-l.over:
			return "", io.ErrUnexpectedEOF
		case <-limit.C:
			return "", errors.New("no answer")
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
