package datachannel_test

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// client is the other side as spec/runtime.md G.6 and recorded-exec.md X12 say what AWS's plugin
// does: it ignores what it knows without an acknowledgement, and output until its handler is ready.
type client struct {
	t failer
	// send takes a frame to the server.
	send func(frame []byte)
	// hold keeps back the acknowledgement of output, as a client does that reads nothing.
	hold bool
	// handlerAfter is the time from HandshakeComplete on in which output is ignored.
	handlerAfter time.Duration
	// status is of the action in the handshake response; zero is success.
	status int

	expected int64
	early    map[int64]datachannel.Message
	complete time.Time // when HandshakeComplete came
	output   []byte
	flags    []byte
	request  string
	closed   *string // the text of channel_closed
	frames   int
	largest  int

	next    int64
	unacked []unacked
	paused  bool
}

// failer is a test of package testing or rapid.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

type unacked struct {
	sequence int64
	frame    []byte
	at       time.Time
}

// receive takes a frame of the server.
func (c *client) receive(now time.Time, frame []byte) {
	m, err := datachannel.Parse(frame)
	if err != nil {
		c.t.Fatalf("the server sends a frame that cannot be read: %v", err)
	}
	c.frames++
	switch m.Type {
	case datachannel.OutputStreamData:
		c.receiveOutput(now, m)
	case datachannel.Acknowledge:
		var content struct {
			AcknowledgedMessageType           string
			AcknowledgedMessageSequenceNumber int64
			IsSequentialMessage               bool
		}
		decode(c.t, m.Payload, &content)
		if content.AcknowledgedMessageType != "input_stream_data" || !content.IsSequentialMessage || m.Flags != 3 || m.SequenceNumber != 0 {
			c.t.Fatalf("acknowledgement %+v of %+v", m, content)
		}
		for i, sent := range c.unacked {
			if sent.sequence == content.AcknowledgedMessageSequenceNumber {
				c.unacked = append(c.unacked[:i], c.unacked[i+1:]...)
				return
			}
		}
	case datachannel.ChannelClosed:
		var content struct{ Output string }
		decode(c.t, m.Payload, &content)
		c.closed = &content.Output
	case datachannel.PausePublication, datachannel.StartPublication:
		c.paused = m.Type == datachannel.PausePublication
	default:
		c.t.Fatalf("the server sends %q", m.Type)
	}
}

func (c *client) receiveOutput(now time.Time, m datachannel.Message) {
	switch {
	case m.SequenceNumber < c.expected:
		return
	case m.SequenceNumber > c.expected:
		if c.early == nil {
			c.early = map[int64]datachannel.Message{}
		}
		if len(c.early) < 10_000 {
			c.acknowledge(m)
			c.early[m.SequenceNumber] = m
		}
		return
	}
	if !c.process(now, m) {
		return
	}
	c.acknowledge(m)
	c.expected++
	for {
		next, held := c.early[c.expected]
		if !held {
			return
		}
		if !c.process(now, next) {
			c.t.Fatalf("message %d was acknowledged before its turn, and is lost", next.SequenceNumber)
		}
		delete(c.early, c.expected)
		c.expected++
	}
}

// process acts on the message whose turn it is, and tells whether its handler is ready.
func (c *client) process(now time.Time, m datachannel.Message) bool {
	c.largest = max(c.largest, len(m.Payload))
	switch m.PayloadType {
	case datachannel.HandshakeRequest:
		c.request = string(m.Payload)
		if c.status == 0 {
			c.status = 1
		}
		response, _ := json.Marshal(map[string]any{
			"ClientVersion": "1.2.0.0", "Errors": nil,
			"ProcessedClientActions": []map[string]any{{"ActionType": "SessionType", "ActionStatus": c.status, "ActionResult": nil, "Error": "of the test"}},
		})
		c.input(now, datachannel.HandshakeResponse, response)
	case datachannel.HandshakeComplete:
		c.complete = now
	case datachannel.Output, datachannel.StdErr:
		if !c.handlerReady(now) {
			return false
		}
		c.output = append(c.output, m.Payload...)
	case datachannel.Flag:
		c.flags = append(c.flags, m.Payload...)
	}
	return true
}

func (c *client) handlerReady(now time.Time) bool {
	return !c.complete.IsZero() && !now.Before(c.complete.Add(c.handlerAfter))
}

func (c *client) acknowledge(m datachannel.Message) {
	if c.hold {
		return
	}
	payload, _ := json.Marshal(map[string]any{
		"AcknowledgedMessageType": "output_stream_data", "AcknowledgedMessageId": m.MessageID.String(),
		"AcknowledgedMessageSequenceNumber": m.SequenceNumber, "IsSequentialMessage": true,
	})
	c.send(datachannel.Message{
		Type: datachannel.Acknowledge, CreatedDate: m.CreatedDate, Flags: 3, MessageID: uuid.New(), Payload: payload,
	}.Append(nil))
}

// input sends a message of the client's stream.
func (c *client) input(now time.Time, payloadType datachannel.PayloadType, payload []byte) {
	frame := datachannel.Message{
		Type: datachannel.InputStreamData, CreatedDate: now, SequenceNumber: c.next, MessageID: uuid.New(),
		PayloadType: payloadType, Payload: payload,
	}.Append(nil)
	c.unacked = append(c.unacked, unacked{c.next, frame, now})
	c.next++
	c.send(frame)
}

// resend sends the oldest message again if it is older than 200 ms; the plugin looks each 100 ms,
// and goes by the first time that it sent it.
func (c *client) resend(now time.Time) {
	if len(c.unacked) > 0 && now.Sub(c.unacked[0].at) > 200*time.Millisecond {
		c.send(c.unacked[0].frame)
	}
}

func decode(t failer, encoded []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(encoded, to); err != nil {
		t.Fatalf("%q: %v", encoded, err)
	}
}
