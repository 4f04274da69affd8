package command

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

// lineIdle is for how long a line stays open to a sandbox that is not asked: longer than the
// pause of most collectors of counters, so that each read costs them no request to the engine.
const lineIdle = 30 * time.Second

// MostLinesBySSH bounds the lines to an engine behind ssh, where each is a session. A new line takes
// the place of the one that was used the longest ago.
const MostLinesBySSH = 8

// longestAnswer bounds an answer, in bytes.
const longestAnswer = 1 << 20

// line is a stream to a sandbox program, for repeated questions.
type line struct {
	stream  client.HijackedResponse
	answers chan string // "<mark> <answer>"
	idle    *time.Timer
	asked   atomic.Int64 // when, in nanoseconds
	once    sync.Once
	over    chan struct{} // closed when the stream has ended
	ended   error         // how; set before over is closed
}

func newLine(stream client.HijackedResponse) *line {
	return &line{stream: stream, answers: make(chan string, 8), over: make(chan struct{})}
}

func (l *line) hangUp() {
	l.once.Do(func() {
		l.idle.Stop()
		l.stream.Close()
	})
}

// listen passes on what the program says until the stream ends, also answers to others, so that the
// stream never fills up.
func (l *line) listen() {
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
		if len(l.answers) == cap(l.answers) { // of others, for which nothing here waits
			select {
			case <-l.answers:
			default:
			}
		}
		l.answers <- lines.Text()
	}
	l.ended = errors.Join(io.ErrUnexpectedEOF, lines.Err())
}

// Ask has the program of a running sandbox answer, over a line that stays open for a while. It
// does not look whether the sandbox runs, unless there is no answer.
func (c *Commands) Ask(ctx context.Context, sandboxID, words string) (answer string, err error) {
	turn, err := c.turn(ctx, sandboxID)
	if err != nil {
		return "", err
	}
	defer turn.Release(1)
	for again := true; ; again = false {
		l, fresh, err := c.open(ctx, sandboxID)
		if err != nil {
			return "", err
		}
		l.idle.Reset(lineIdle)
		if answer, err = l.converseSoon(ctx, words); err == nil {
			return answer, nil
		}
		c.hangUp(sandboxID, l)
		if fresh || !again || ctx.Err() != nil { // else it had been cut meanwhile
			return "", errors.Join(c.containers.ExpectRunning(ctx, sandboxID), fmt.Errorf("sandbox program: %w", err))
		}
	}
}

// AskAndHangUp has the program answer several questions, and leaves no line open that was not, nor one for longer than without
// it. Where the program has not answered all of them, there is an error.
func (c *Commands) AskAndHangUp(ctx context.Context, sandboxID string, questions []string) (answers []string, err error) {
	turn, err := c.turn(ctx, sandboxID)
	if err != nil {
		return nil, err
	}
	defer turn.Release(1)
	l, fresh, err := c.open(ctx, sandboxID)
	if err != nil {
		return nil, err
	}
	defer func() {
		if fresh || err != nil {
			c.hangUp(sandboxID, l)
			<-l.over
		}
	}()
	for _, words := range questions {
		answer, err := l.converseSoon(ctx, words)
		if err != nil {
			return answers, fmt.Errorf("sandbox program: %w", err)
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// open returns the line that is open, or a fresh one. The caller has the turn.
func (c *Commands) open(ctx context.Context, sandboxID string) (l *line, fresh bool, err error) {
	if known, ok := c.lines.Load(sandboxID); ok {
		return known.(*line), false, nil
	}
	if err := c.containers.ExpectRunning(ctx, sandboxID); err != nil {
		return nil, false, err
	}
	stream, err := c.client.Attach(ctx, sandboxID, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err != nil {
		return nil, false, err
	}
	l = newLine(stream)
	l.idle = time.AfterFunc(lineIdle, func() { c.hangUp(sandboxID, l) })
	l.asked.Store(time.Now().UnixNano())
	c.lines.Store(sandboxID, l)
	c.makeRoom(sandboxID)
	if c.closing.Err() != nil { // perhaps after Close had looked
		c.hangUp(sandboxID, l)
	}
	go func() {
		l.listen()
		c.hangUp(sandboxID, l)
	}()
	return l, true, nil
}

// BoundLines has at most so many lines open at a time; call it before the first one opens.
func (c *Commands) BoundLines(most int) { c.mostLines = most }

func (c *Commands) OpenLines() (n int) {
	c.lines.Range(func(any, any) bool {
		n++
		return true
	})
	return n
}

// CutLines has the lines break, as the engine does when it restarts; for tests.
func (c *Commands) CutLines() {
	c.lines.Range(func(_, l any) bool {
		l.(*line).stream.Close()
		return true
	})
}

// makeRoom ends lines beyond the bound, but not that to one sandbox. A caller that waits for an
// answer of one asks again.
func (c *Commands) makeRoom(but string) {
	for c.mostLines > 0 {
		lines, oldest := 0, ""
		var since int64
		c.lines.Range(func(id, l any) bool {
			lines++
			if asked := l.(*line).asked.Load(); id != but && (oldest == "" || asked < since) {
				oldest, since = id.(string), asked
			}
			return true
		})
		if lines <= c.mostLines || oldest == "" {
			return
		}
		if l, open := c.lines.Load(oldest); open {
			c.hangUp(oldest, l.(*line))
		}
	}
}

// hangUp ends a line.
func (c *Commands) hangUp(sandboxID string, l *line) {
	c.lines.CompareAndDelete(sandboxID, l)
	l.hangUp()
}

// Close ends all lines.
func (c *Commands) Close() {
	c.lines.Range(func(id, l any) bool {
		c.hangUp(id.(string), l.(*line))
		return true
	})
}

// lineTimeout bounds the wait for an answer: the engine attaches to a sandbox that has just
// ended as well, and says nothing.
const lineTimeout = 2 * time.Second

var errNoAnswer = errors.New("no answer")

func (l *line) converseSoon(ctx context.Context, words string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lineTimeout, errNoAnswer)
	defer cancel()
	return l.converse(ctx, words)
}

// converse writes a command and waits for its answer, which begins with the same word.
func (l *line) converse(ctx context.Context, words string) (string, error) {
	l.asked.Store(time.Now().UnixNano())
	mark := label.RandomSuffix()
	// The line break in front ends what a client that died may have begun.
	if _, err := io.WriteString(l.stream.Conn, "\n"+mark+" "+words+" .\n"); err != nil {
		return "", err
	}
	for {
		select {
		case line := <-l.answers:
			if answer, ok := strings.CutPrefix(line, mark+" "); ok {
				return answer, nil
			}
		case <-l.over:
			return l.lastAnswer(mark, l.ended)
		case <-ctx.Done():
			return l.lastAnswer(mark, context.Cause(ctx))
		}
	}
}

// lastAnswer returns the answer if it has come together with the end of the wait: else the command would be given again,
// though it was carried out.
func (l *line) lastAnswer(mark string, ended error) (string, error) {
	for {
		select {
		case line := <-l.answers:
			if answer, ok := strings.CutPrefix(line, mark+" "); ok {
				return answer, nil
			}
		default:
			return "", ended
		}
	}
}
