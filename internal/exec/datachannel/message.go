package datachannel

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

type MessageType string

// Types of messages. The plugin of AWS accepts the last two and ignores them; other clients stop
// sending while they are told to pause.
const (
	InputStreamData  MessageType = "input_stream_data"  // client to server
	OutputStreamData MessageType = "output_stream_data" // server to client
	Acknowledge      MessageType = "acknowledge"
	ChannelClosed    MessageType = "channel_closed"
	StartPublication MessageType = "start_publication"
	PausePublication MessageType = "pause_publication"
)

// PayloadType says what the payload of a stream message is.
type PayloadType uint32

// Types of payloads.
const (
	Output               PayloadType = 1 // bytes of the program, in both directions
	Error                PayloadType = 2
	Size                 PayloadType = 3 // of the terminal, in JSON
	Parameter            PayloadType = 4
	HandshakeRequest     PayloadType = 5
	HandshakeResponse    PayloadType = 6
	HandshakeComplete    PayloadType = 7
	EncChallengeRequest  PayloadType = 8
	EncChallengeResponse PayloadType = 9
	Flag                 PayloadType = 10
	StdErr               PayloadType = 11
	ExitCode             PayloadType = 12
)

// Flags of messages: the first of its stream, and the last. An acknowledgement has both.
const (
	SYN uint64 = 1
	FIN uint64 = 2
)

// Message is one message of a data channel: a binary frame. Its schema version is 1.
// Source: spec/runtime.md G.5.
type Message struct {
	Type           MessageType
	CreatedDate    time.Time // in milliseconds
	SequenceNumber int64
	Flags          uint64
	MessageID      uuid.UUID
	PayloadType    PayloadType
	Payload        []byte
}

// Offsets of the fields in a frame.
const (
	typeOffset        = 4
	schemaOffset      = 36
	createdOffset     = 40
	sequenceOffset    = 48
	flagsOffset       = 56
	idOffset          = 64
	digestOffset      = 80
	payloadTypeOffset = 112
	lengthOffset      = 116
	payloadOffset     = 120

	// headerLength is the value of the field of that name: the offset of the payload's length.
	headerLength = lengthOffset
)

// MaxFrame is the size of the largest frame that Parse reads. The plugin sends payloads of 1,024
// bytes, and no client is known to come near.
const MaxFrame = payloadOffset + maxReceived

const maxReceived = 64 << 10

// Parse reads a frame. The payload is a part of the frame, not a copy.
func Parse(frame []byte) (Message, error) {
	switch {
	case len(frame) < payloadOffset:
		return Message{}, fmt.Errorf("%d bytes are less than a header", len(frame))
	case len(frame) > MaxFrame:
		return Message{}, fmt.Errorf("%d bytes are more than %d", len(frame), MaxFrame)
	}
	if length := binary.BigEndian.Uint32(frame); length != headerLength {
		return Message{}, fmt.Errorf("header of %d bytes, not %d", length, headerLength)
	}
	payload := frame[payloadOffset:]
	if length := binary.BigEndian.Uint32(frame[lengthOffset:]); int64(length) != int64(len(payload)) {
		return Message{}, fmt.Errorf("payload of %d bytes, the header says %d", len(payload), length)
	}
	if digest := sha256.Sum256(payload); len(payload) > 0 && !bytes.Equal(digest[:], frame[digestOffset:payloadTypeOffset]) {
		return Message{}, errors.New("payload has another digest than the header says")
	}
	created := binary.BigEndian.Uint64(frame[createdOffset:])
	if created == 0 {
		return Message{}, errors.New("no date of creation")
	}
	m := Message{
		Type:           MessageType(bytes.Trim(frame[typeOffset:schemaOffset], " \x00")),
		CreatedDate:    time.UnixMilli(int64(created)),
		SequenceNumber: int64(binary.BigEndian.Uint64(frame[sequenceOffset:])),
		Flags:          binary.BigEndian.Uint64(frame[flagsOffset:]),
		PayloadType:    PayloadType(binary.BigEndian.Uint32(frame[payloadTypeOffset:])),
		Payload:        payload,
	}
	// The halves of the id are swapped.
	copy(m.MessageID[8:], frame[idOffset:])
	copy(m.MessageID[:8], frame[idOffset+8:])
	return m, nil
}

func (m Message) Append(buf []byte) []byte {
	start := len(buf)
	buf = append(buf, make([]byte, payloadOffset)...)
	buf = append(buf, m.Payload...)
	m.fill(buf[start:])
	return buf
}

// fill writes all but the payload, which is in the frame already.
func (m Message) fill(frame []byte) {
	payload := frame[payloadOffset:]
	binary.BigEndian.PutUint32(frame, headerLength)
	name := frame[typeOffset:schemaOffset]
	for i := copy(name, m.Type); i < len(name); i++ {
		name[i] = ' '
	}
	binary.BigEndian.PutUint32(frame[schemaOffset:], 1)
	binary.BigEndian.PutUint64(frame[createdOffset:], uint64(m.CreatedDate.UnixMilli()))
	binary.BigEndian.PutUint64(frame[sequenceOffset:], uint64(m.SequenceNumber))
	binary.BigEndian.PutUint64(frame[flagsOffset:], m.Flags)
	copy(frame[idOffset:], m.MessageID[8:])
	copy(frame[idOffset+8:], m.MessageID[:8])
	digest := sha256.Sum256(payload)
	copy(frame[digestOffset:], digest[:])
	binary.BigEndian.PutUint32(frame[payloadTypeOffset:], uint32(m.PayloadType))
	binary.BigEndian.PutUint32(frame[lengthOffset:], uint32(len(payload)))
}
