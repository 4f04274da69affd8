package ssmsession_test

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// world is a kernel over programs that the test plays, in a bubble of synctest.
type world struct {
	*testing.T
	kernel  *ssmsession.Kernel
	clock   *clock.Clock
	program *program // the one that started last
	spec    backend.ExecSpec
	fail    error // of the next start
}

// inWorld runs a test in a bubble. The bubble fails if a goroutine is left.
func inWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, clock: clock.New(clock.Options{})}
		defer w.clock.Close()
		w.kernel = ssmsession.New(ssmsession.Options{Clock: w.clock, Exec: w.exec})
		defer w.kernel.Close("the test is over")
		test(w)
	})
}

func (w *world) exec(_ context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error) {
	if taskARN != "task" || container != "app" {
		w.Errorf("a program is started in %s of %s", container, taskARN)
	}
	w.spec = spec
	if w.fail != nil {
		return nil, w.fail
	}
	w.program = &program{output: make(chan output), input: make(chan []byte), sizes: make(chan backend.TerminalSize, 10), closed: make(chan struct{})}
	return w.program, nil
}

// start makes a session.
func (w *world) start(command string) ssmsession.Ticket {
	w.Helper()
	return w.startAs(ssmsession.Request{Command: command})
}

func (w *world) startAs(r ssmsession.Request) ssmsession.Ticket {
	w.Helper()
	r.ID, r.Scope, r.TaskARN, r.Container = ssmsession.NewExecID(), scope, "task", "app"
	ticket, err := w.kernel.Start(r)
	if err != nil {
		w.Fatal(err)
	}
	return ticket
}

// advance moves the emulator's clock.
func (w *world) advance(d time.Duration) {
	w.Helper()
	if err := w.clock.Advance(w.Context(), d); err != nil {
		w.Fatal(err)
	}
	synctest.Wait()
}

// over reports whether the session is over, and how.
func (w *world) over(id string) (status ssmsession.Status, over bool) {
	for _, info := range w.kernel.History(scope) {
		if info.ID == id {
			return info.Status, true
		}
	}
	return "", false
}

// status is the status of a session that is not over.
func (w *world) status(id string) ssmsession.Status {
	for _, info := range w.kernel.Active(scope) {
		if info.ID == id {
			return info.Status
		}
	}
	return ""
}

// program is one that the test plays.
type program struct {
	output chan output
	input  chan []byte
	sizes  chan backend.TerminalSize
	closed chan struct{}
	once   sync.Once
	rest   []byte
}

type output struct {
	text   []byte
	stream backend.Stream
	err    error
}

// prints writes output, and returns when the session has read it.
func (p *program) prints(text string) { p.output <- output{[]byte(text), backend.Stdout, nil} }

func (p *program) Read(to []byte) (int, backend.Stream, error) {
	if len(p.rest) == 0 {
		select {
		case out := <-p.output:
			if out.err != nil || out.stream == backend.Stderr {
				return copy(to, out.text), out.stream, out.err
			}
			p.rest = out.text
		case <-p.closed:
			return 0, 0, io.EOF
		}
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, backend.Stdout, nil
}

func (p *program) Write(typed []byte) (int, error) {
	select {
	case p.input <- append([]byte(nil), typed...):
		return len(typed), nil
	case <-p.closed:
		return 0, io.ErrClosedPipe
	}
}

func (p *program) Resize(size backend.TerminalSize) error { p.sizes <- size; return nil }
func (p *program) CloseInput() error                      { return nil }
func (p *program) ExitCode() int                          { return 0 }
func (p *program) Close() error                           { p.once.Do(func() { close(p.closed) }); return nil }

func (p *program) hungUp() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// client is AWS's plugin in small.
type client struct {
	w        *world
	toServer chan []byte
	toClient chan []byte
	left     chan struct{} // closed when either end has closed the connection
	leave    func()
	served   chan error // what Serve has returned

	mu         sync.Mutex
	stream     *stream
	hold       bool // acknowledge nothing, and read nothing
	lingers    bool // takes no leave when the session is over
	hurries    bool // takes leave before what told it of the end has returned
	handshakes int
}

// stream is what a client keeps from connection to connection.
type stream struct {
	expected, next int64
	output         []byte
	flags          []byte
	request        string
	closed         *string
}

// connect connects a client to a session, with the stream of a former connection if it has one.
func (w *world) connect(t ssmsession.Ticket, former *client) *client {
	c := &client{w: w, toServer: make(chan []byte, 100), toClient: make(chan []byte), left: make(chan struct{}), served: make(chan error, 1), stream: &stream{}}
	if former != nil {
		c.stream = former.stream
	}
	c.leave = sync.OnceFunc(func() { close(c.left) })
	go func() {
		c.served <- w.kernel.Serve(context.Background(), t.SessionID, t.Token, (*clientSocket)(c))
		c.leave()
	}()
	go c.read()
	synctest.Wait()
	return c
}

// clientSocket is the server's end.
type clientSocket client

func (s *clientSocket) Read(ctx context.Context) ([]byte, error) {
	select {
	case frame := <-s.toServer:
		return frame, nil
	case <-s.left:
		return nil, io.EOF
	case <-ctx.Done():
		s.leave()
		return nil, ctx.Err()
	}
}

func (s *clientSocket) Write(ctx context.Context, frame []byte) error {
	select {
	case s.toClient <- frame:
		if s.hurries {
			time.Sleep(time.Second) // until all have done what follows from it
		}
		return nil
	case <-s.left:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *clientSocket) Close() {
	if s.lingers {
		select {
		case <-s.left:
		case <-time.After(5 * time.Second):
		}
	}
	s.leave()
}

// read takes frames as long as the client reads.
func (c *client) read() {
	for {
		select {
		case frame := <-c.toClient:
			c.take(frame)
			c.mu.Lock()
			hold := c.hold
			c.mu.Unlock()
			if hold {
				<-c.left
				return
			}
		case <-c.left:
			return
		}
	}
}

func (c *client) take(frame []byte) {
	m, err := datachannel.Parse(frame)
	if err != nil {
		c.w.Errorf("a frame of the server: %v", err)
		return
	}
	for _, answer := range c.answers(m) {
		c.send(answer)
	}
	if c.hurries && m.Type == datachannel.ChannelClosed {
		c.leave()
	}
}

// answers are what the client sends for a message of the server.
func (c *client) answers(m datachannel.Message) (list []datachannel.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stream
	switch {
	case m.Type == datachannel.ChannelClosed:
		var content struct{ Output string }
		_ = json.Unmarshal(m.Payload, &content)
		s.closed = &content.Output
	case m.Type != datachannel.OutputStreamData || m.SequenceNumber > s.expected || c.hold:
		return nil
	}
	if m.Type != datachannel.OutputStreamData {
		return nil
	}
	payload, _ := json.Marshal(map[string]any{
		"AcknowledgedMessageType": "output_stream_data", "AcknowledgedMessageId": m.MessageID.String(),
		"AcknowledgedMessageSequenceNumber": m.SequenceNumber, "IsSequentialMessage": true,
	})
	list = append(list, datachannel.Message{Type: datachannel.Acknowledge, CreatedDate: time.Now(), Flags: 3, MessageID: uuid.New(), Payload: payload})
	if m.SequenceNumber < s.expected {
		return list
	}
	s.expected++
	switch m.PayloadType {
	case datachannel.HandshakeRequest:
		s.request = string(m.Payload)
		c.handshakes++
		list = append(list, c.input(datachannel.HandshakeResponse,
			`{"ClientVersion":"1.2.0.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}`))
	case datachannel.Output:
		s.output = append(s.output, m.Payload...)
	case datachannel.Flag:
		s.flags = append(s.flags, m.Payload...)
	}
	return list
}

func (c *client) send(m datachannel.Message) {
	select {
	case c.toServer <- m.Append(nil):
	case <-c.left:
	}
}

// input is the next message of the client's stream, with c.mu held.
func (c *client) input(payloadType datachannel.PayloadType, payload string) datachannel.Message {
	c.stream.next++
	return datachannel.Message{
		Type: datachannel.InputStreamData, CreatedDate: time.Now(), SequenceNumber: c.stream.next - 1, MessageID: uuid.New(),
		PayloadType: payloadType, Payload: []byte(payload),
	}
}

// types has the client type something, or say something else.
func (c *client) types(payloadType datachannel.PayloadType, payload string) {
	c.say(payloadType, payload)
	synctest.Wait()
}

// say blocks while the server takes nothing.
func (c *client) say(payloadType datachannel.PayloadType, payload string) {
	c.mu.Lock()
	m := c.input(payloadType, payload)
	c.mu.Unlock()
	c.send(m)
}

func (c *client) stopReading() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = true
}

// shows expects all that the client has shown.
func (c *client) shows(want string) {
	c.w.Helper()
	time.Sleep(time.Second) // of the bubble: the channel holds output until AWS's plugin can show it
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := string(c.stream.output); got != want {
		c.w.Errorf("the client shows %.200q, want %.200q", got, want)
	}
}

// hearsEnd expects the end of the channel with a text.
func (c *client) hearsEnd(want string) {
	c.w.Helper()
	time.Sleep(time.Second) // of the bubble: the acknowledgements
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stream.closed == nil || *c.stream.closed != want {
		c.w.Errorf("the channel is closed with %v, want %q", c.stream.closed, want)
	}
}
