package datachannel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

type SessionType string

// Types of sessions. The plugin treats all but Port as a shell.
const (
	StandardStream         SessionType = "Standard_Stream"
	InteractiveCommands    SessionType = "InteractiveCommands"
	NonInteractiveCommands SessionType = "NonInteractiveCommands"
	Port                   SessionType = "Port"
)

// Config says what a channel tells its client in the handshake.
type Config struct {
	SessionID   string
	SessionType SessionType
	// Properties are the properties of the session type, which go to the client as JSON: nil, or of a port
	// session a map with portNumber, localPortNumber and type.
	Properties any
}

// agentVersion is one with which the plugin multiplexes connections, which it does above 3.0.196.0, and
// sends no keep-alives. Source: recorded-exec.md X17.
const agentVersion = "3.3.40.0"

// TerminalSize is the size of the client's terminal in characters.
type TerminalSize struct{ Columns, Rows uint16 }

// Channel is the server's side of a data channel. It may be used by one caller at a time, and each
// caller asks Due after any other call, as there may be something to send.
type Channel struct {
	config Config
	input  input
	output output

	connected bool
	paused    bool // the client has been told to send nothing

	// The handshake: asked, answered by the client, and complete, in this order.
	asked, answered, completed time.Time
	handshaken                 bool
	refusal                    string // why the client cannot have the session

	size             TerminalSize
	resized          bool
	terminated       bool
	portDisconnected bool

	closing, closed bool
	closeBy         time.Time
	closeText       string
}

// New returns a channel without a client.
func New(config Config) *Channel {
	return &Channel{config: config, output: output{retransmission: newRetransmission()}}
}

// Connect says that a client's socket is there. With the first the handshake begins; with a later
// one the channel goes on where it was: what is not acknowledged is sent again, with the same
// numbers.
func (c *Channel) Connect(now time.Time) {
	c.connected = true
	c.paused = false
	c.output.connection++
	if c.asked.IsZero() {
		c.asked = now
		if !c.closing {
			c.askHandshake(now)
		}
	} else {
		c.output.resume()
	}
	if c.closing {
		c.closeBy = now.Add(closeWithin)
	}
}

// Disconnect says that the client's socket is gone. Nothing is due until the next Connect.
func (c *Channel) Disconnect(_ time.Time) {
	c.connected = false
	c.input.answers = nil
}

// Receive takes a frame of the client. An error says why the frame was ignored; the channel goes on.
// What is wanted of the frame is copied.
func (c *Channel) Receive(now time.Time, frame []byte) error {
	m, err := Parse(frame)
	if err != nil {
		return fmt.Errorf("read frame: %w", err)
	}
	switch m.Type {
	case InputStreamData:
		err := c.receiveInput(m)
		if c.refusal != "" {
			c.CloseSession(now, c.refusal)
		}
		return err
	case Acknowledge:
		var content acknowledgeContent
		if err := json.Unmarshal(m.Payload, &content); err != nil {
			return fmt.Errorf("read acknowledgement: %w", err)
		}
		if content.AcknowledgedMessageType != OutputStreamData {
			return fmt.Errorf("acknowledgement of %q, which is not sent", content.AcknowledgedMessageType)
		}
		c.output.acknowledged(now, content.AcknowledgedMessageSequenceNumber)
		return nil
	case StartPublication, PausePublication:
		return nil
	}
	return fmt.Errorf("a client sends no message of the type %q", m.Type)
}

// Receptive tells whether the caller may read the next frame from its socket. It is false while
// the input buffer is full and no output waits for its acknowledgement: what the client sends would
// be dropped, and must be sent again at ten messages a second, while a socket that is not read
// makes the client wait.
func (c *Channel) Receptive() bool {
	return len(c.input.buffer)+maxReceived <= maxInput || !c.output.done()
}

// Handshaken tells whether the client has answered the handshake, with which the program starts.
func (c *Channel) Handshaken() bool { return c.handshaken && c.refusal == "" }

// Input returns the input that has arrived, and takes it: that makes room for more. It is valid
// until the next call of Input. After some was returned there may be more, which had no room.
func (c *Channel) Input() []byte {
	in := &c.input
	taken := in.buffer
	in.buffer, in.taken = in.taken[:0], taken
	if cap(in.buffer) > keptInput {
		in.buffer = nil
	}
	c.deliverEarly()
	return taken
}

// keptInput is the largest buffer that an idle session keeps.
const keptInput = 16 << 10

// Size returns the latest size of the client's terminal, and whether it has changed since the
// last call.
func (c *Channel) Size() (size TerminalSize, changed bool) {
	changed, c.resized = c.resized, false
	return c.size, changed
}

// Terminated tells whether the client asks for the end of the session.
func (c *Channel) Terminated() bool { return c.terminated }

// PortDisconnected tells whether the client's local connection has ended since the last call. A
// client that multiplexes does not say it.
func (c *Channel) PortDisconnected() bool {
	disconnected := c.portDisconnected
	c.portDisconnected = false
	return disconnected
}

// Write takes output, of the type Output, StdErr or ExitCode, and returns how many bytes of it: as
// many as there is room for. It copies them.
func (c *Channel) Write(now time.Time, payloadType PayloadType, p []byte) int {
	if c.Room() == 0 {
		return 0
	}
	return c.output.write(now, payloadType, p)
}

// Room returns how many bytes Write takes: none before the handshake, after CloseSession, and while
// 1 MiB is not acknowledged.
func (c *Channel) Room() int {
	if !c.handshaken || c.closing {
		return 0
	}
	return c.output.room()
}

// ConnectToPortError tells the client of a port session without multiplexing that the port refuses
// connections. One that has not been told of many may not hear of more: each costs a frame, and only bytes
// of payload are bounded.
func (c *Channel) ConnectToPortError(now time.Time) {
	if len(c.output.waiting) >= maxErrorsWaiting {
		return
	}
	c.output.add(now, Flag, binary.BigEndian.AppendUint32(nil, flagConnectToPortError))
}

const maxErrorsWaiting = 64

// CloseSession ends the session: once the client has acknowledged all output, or 5 seconds later, it
// is told that the channel is closed, with a text that it shows; empty says nothing. The first
// call counts. The seconds of a client whose socket is lost begin with its next one.
func (c *Channel) CloseSession(now time.Time, text string) {
	if c.closing {
		return
	}
	c.closing, c.closeText, c.closeBy = true, text, now.Add(closeWithin)
}

// Closed tells whether Due has returned the last frame: the socket can be closed.
func (c *Channel) Closed() bool { return c.closed }
