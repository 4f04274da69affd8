package datachannel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

const (
	// maxInput bounds the input that has not been taken, and once more what has come before its
	// turn.
	maxInput = 1 << 20
	// maxEarly is how many messages may come before their turn. Source: spec/runtime.md G.6.
	maxEarly = 10_000
	// maxUnanswered bounds the acknowledgements that a client does not read.
	maxUnanswered = 10_000
)

// input is what the client sends: messages that are put in order and acknowledged.
type input struct {
	expected   int64
	buffer     []byte // of the program, in order
	taken      []byte // what Input has returned, whose space is used again
	early      map[int64]early
	earlyBytes int
	answers    []answer
}

// early is a message that has come before its turn.
type early struct {
	payloadType PayloadType
	payload     []byte
}

// answer is an acknowledgement to send.
type answer struct {
	sequence int64
	id       uuid.UUID
}

// receiveInput takes a message of the client's stream. One that there is no room for is not
// acknowledged, so the client sends it again.
func (c *Channel) receiveInput(m Message) error {
	in := &c.input
	if len(in.answers) >= maxUnanswered {
		return nil
	}
	switch {
	case m.SequenceNumber < in.expected:
		// AWS's side ignores it (G.6), also if it is another message with the number of an earlier one:
		// the plugin sends such when Ctrl-C and a key come at once, because SendInputDataMessage in its
		// src/datachannel/streaming.go counts without a lock. It may then leave out the next number, for
		// which both sides wait. The acknowledgement may have been lost with a socket, and
		// the plugin forgets one that arrives before it has noted what it sent; it would ask for it
		// for 5 minutes and then end the session, so it gets it again.
	case m.SequenceNumber > in.expected:
		if !in.keep(m) {
			return nil
		}
	default:
		if !c.fits(m.PayloadType, m.Payload) {
			return nil
		}
		err := c.deliver(m.PayloadType, m.Payload)
		if err != nil && !c.handshaken {
			return err
		}
		in.expected++
		in.answer(m)
		c.deliverEarly()
		return err
	}
	in.answer(m)
	return nil
}

func (in *input) answer(m Message) {
	in.answers = append(in.answers, answer{m.SequenceNumber, m.MessageID})
}

// keep holds a message until its turn comes, if there is room.
func (in *input) keep(m Message) bool {
	if _, held := in.early[m.SequenceNumber]; held {
		return true
	}
	if m.SequenceNumber-in.expected > maxEarly || in.earlyBytes+len(m.Payload) > maxInput {
		return false
	}
	if in.early == nil {
		in.early = map[int64]early{}
	}
	in.early[m.SequenceNumber] = early{m.PayloadType, append([]byte(nil), m.Payload...)}
	in.earlyBytes += len(m.Payload)
	return true
}

// fits tells whether a message can be delivered now: before the handshake its answer alone, and
// data while there is room.
func (c *Channel) fits(payloadType PayloadType, payload []byte) bool {
	if !c.handshaken {
		return payloadType == HandshakeResponse
	}
	return payloadType != Output || len(c.input.buffer)+len(payload) <= maxInput
}

// deliver acts on the message whose turn it is.
func (c *Channel) deliver(payloadType PayloadType, payload []byte) error {
	if payloadType != HandshakeResponse {
		// The plugin sends nothing else before it shows output.
		c.output.clientIsReady()
	}
	switch payloadType {
	case Output:
		c.input.buffer = append(c.input.buffer, payload...)
	case Size:
		size, err := parseSize(payload)
		if err != nil {
			return err
		}
		c.resized = c.resized || size != c.size
		c.size = size
	case HandshakeResponse:
		return c.shake(payload)
	case Flag:
		return c.flag(payload)
	}
	// What is left means nothing from a client: Error, Parameter, what belongs to
	// encryption, which the handshake does not ask for, and types that are not known.
	return nil
}

// deliverEarly delivers what came before its turn, as far as there is room.
func (c *Channel) deliverEarly() {
	in := &c.input
	for {
		next, held := in.early[in.expected]
		if !held || !c.fits(next.payloadType, next.payload) {
			return
		}
		// It has been acknowledged, so there is no more to say to one that is wrong.
		_ = c.deliver(next.payloadType, next.payload)
		delete(in.early, in.expected)
		in.earlyBytes -= len(next.payload)
		in.expected++
	}
}

func (c *Channel) flag(payload []byte) error {
	if len(payload) != 4 {
		return fmt.Errorf("flag of %d bytes", len(payload))
	}
	switch flag := binary.BigEndian.Uint32(payload); flag {
	case flagDisconnectToPort:
		c.portDisconnected = true
	case flagTerminateSession:
		c.terminated = true
	default:
		return fmt.Errorf("unknown flag %d", flag)
	}
	return nil
}

// shake takes the answer to the handshake. Another one later means nothing.
func (c *Channel) shake(payload []byte) error {
	if c.handshaken {
		return nil
	}
	var response handshakeResponseContent
	if err := json.Unmarshal(payload, &response); err != nil {
		return fmt.Errorf("read handshake response: %w", err)
	}
	c.handshaken = true
	c.refusal = response.failure()
	return nil
}

// answerFrames returns the acknowledgements of what has come.
func (in *input) answerFrames(now time.Time) [][]byte {
	var frames [][]byte
	for _, answer := range in.answers {
		frames = append(frames, unnumbered(now, Acknowledge, mustJSON(acknowledgeContent{
			AcknowledgedMessageType:           InputStreamData,
			AcknowledgedMessageId:             answer.id.String(),
			AcknowledgedMessageSequenceNumber: answer.sequence,
			IsSequentialMessage:               true,
		})))
	}
	in.answers = in.answers[:0]
	return frames
}

// unnumbered returns a frame that is no part of the stream and is sent once.
func unnumbered(now time.Time, messageType MessageType, payload []byte) []byte {
	return Message{
		Type: messageType, CreatedDate: now, Flags: SYN | FIN, MessageID: uuid.New(), Payload: payload,
	}.Append(nil)
}
