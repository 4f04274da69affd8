package datachannel_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

func TestFrame(t *testing.T) {
	m := datachannel.Message{
		Type:           datachannel.InputStreamData,
		CreatedDate:    time.UnixMilli(1_700_000_000_123),
		SequenceNumber: 7,
		Flags:          3,
		MessageID:      uuid.MustParse("00112233-4455-6677-8899-aabbccddeeff"),
		PayloadType:    datachannel.Size,
		Payload:        []byte("payload"),
	}
	digest := sha256.Sum256([]byte("payload"))
	want := strings.Join([]string{
		"00000074",
		hex.EncodeToString([]byte("input_stream_data               ")),
		"00000001",
		"0000018bcfe5687b",
		"0000000000000007",
		"0000000000000003",
		"8899aabbccddeeff0011223344556677", // the halves are swapped
		hex.EncodeToString(digest[:]),
		"00000003",
		"00000007",
		hex.EncodeToString([]byte("payload")),
	}, "")
	frame := m.Append(nil)
	if got := hex.EncodeToString(frame); got != want {
		t.Errorf("frame is\n%s, want\n%s", got, want)
	}
	got, err := datachannel.Parse(frame)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
}

func TestFrameWithNULs(t *testing.T) {
	frame := dataMessage(0, datachannel.Output, nil).Append(nil)
	copy(frame[4:36], append([]byte("acknowledge"), make([]byte, 21)...))
	m, err := datachannel.Parse(frame)
	if err != nil || m.Type != datachannel.Acknowledge {
		t.Errorf("type is %q, error %v", m.Type, err)
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(frame []byte) []byte
		want   string
	}{
		"empty":         {func([]byte) []byte { return nil }, "0 bytes are less than a header"},
		"cut header":    {func(f []byte) []byte { return f[:119] }, "119 bytes are less than a header"},
		"header length": {func(f []byte) []byte { f[3]++; return f }, "header of 117 bytes, not 116"},
		"huge header":   {func(f []byte) []byte { f[0] = 0xff; return f }, "header of 4278190196 bytes, not 116"},
		"cut payload":   {func(f []byte) []byte { return f[:len(f)-1] }, "payload of 3 bytes, the header says 4"},
		"more payload":  {func(f []byte) []byte { return append(f, 0) }, "payload of 5 bytes, the header says 4"},
		"digest":        {func(f []byte) []byte { f[80]++; return f }, "payload has another digest than the header says"},
		"date":          {func(f []byte) []byte { clear(f[40:48]); return f }, "no date of creation"},
		"oversize":      {func(f []byte) []byte { return append(f, make([]byte, 64<<10)...) }, "65660 bytes are more than 65656"},
	} {
		t.Run(name, func(t *testing.T) {
			frame := test.change(dataMessage(0, datachannel.Output, []byte("data")).Append(nil))
			if _, err := datachannel.Parse(frame); err == nil || err.Error() != test.want {
				t.Errorf("error is %v, want %s", err, test.want)
			}
			if err := handshaken().Receive(start, frame); err == nil {
				t.Error("the channel takes the frame")
			}
		})
	}
}

// TestMessagesThatAreRefused go on with the channel as it was.
func TestMessagesThatAreRefused(t *testing.T) {
	for name, m := range map[string]datachannel.Message{
		"unknown type":          {Type: "something_else"},
		"no type":               {},
		"from a server":         {Type: datachannel.OutputStreamData},
		"closed by a client":    {Type: datachannel.ChannelClosed},
		"acknowledgement":       {Type: datachannel.Acknowledge, Payload: []byte("{")},
		"of another stream":     {Type: datachannel.Acknowledge, Payload: []byte(`{"AcknowledgedMessageType":"input_stream_data"}`)},
		"size that is no JSON":  dataMessage(1, datachannel.Size, []byte("300x100")),
		"size that is too wide": dataMessage(1, datachannel.Size, []byte(`{"cols":70000,"rows":1}`)),
		"cut flag":              dataMessage(1, datachannel.Flag, []byte{2}),
		"unknown flag":          dataMessage(1, datachannel.Flag, []byte{0, 0, 0, 9}),
	} {
		t.Run(name, func(t *testing.T) {
			m.CreatedDate = start
			c := handshaken()
			if err := c.Receive(start, m.Append(nil)); err == nil {
				t.Error("no error")
			}
			next := int64(1)
			if m.Type == datachannel.InputStreamData {
				next = 2 // it had its turn, or the client would send it for ever
			}
			if err := c.Receive(start, dataMessage(next, datachannel.Output, []byte("x")).Append(nil)); err != nil {
				t.Error(err)
			}
			if got := c.Input(); string(got) != "x" {
				t.Errorf("input is %q", got)
			}
			if c.Terminated() {
				t.Error("terminated")
			}
		})
	}
}

// TestMessagesThatMeanNothing are taken, and do nothing.
func TestMessagesThatMeanNothing(t *testing.T) {
	c := handshaken()
	for i, payloadType := range []datachannel.PayloadType{
		datachannel.Error, datachannel.Parameter, datachannel.HandshakeResponse, datachannel.EncChallengeResponse, datachannel.StdErr, 99,
	} {
		if err := c.Receive(start, dataMessage(int64(1+i), payloadType, []byte("x")).Append(nil)); err != nil {
			t.Errorf("payload type %d: %v", payloadType, err)
		}
	}
	for _, messageType := range []datachannel.MessageType{datachannel.StartPublication, datachannel.PausePublication} {
		if err := c.Receive(start, datachannel.Message{Type: messageType, CreatedDate: start}.Append(nil)); err != nil {
			t.Errorf("%s: %v", messageType, err)
		}
	}
	for _, sequence := range []string{"-1", "5", "9223372036854775807", "-9223372036854775808"} {
		payload := []byte(`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber":` + sequence + `}`)
		if err := c.Receive(start, datachannel.Message{Type: datachannel.Acknowledge, CreatedDate: start, Payload: payload}.Append(nil)); err != nil {
			t.Errorf("acknowledgement of %s, which was not sent: %v", sequence, err)
		}
	}
	if got := c.Input(); len(got) > 0 {
		t.Errorf("input is %q", got)
	}
}

// TestNothingComesBeforeTheHandshake neither counts nor acknowledges what comes before.
func TestNothingComesBeforeTheHandshake(t *testing.T) {
	c := datachannel.New(datachannel.Config{})
	c.Connect(start)
	c.Due(start)
	if err := c.Receive(start, dataMessage(0, datachannel.Output, []byte("early")).Append(nil)); err != nil {
		t.Error(err)
	}
	if err := c.Receive(start, dataMessage(0, datachannel.HandshakeResponse, []byte("no JSON")).Append(nil)); err == nil {
		t.Error("a response that cannot be read is taken")
	}
	if frames, _ := c.Due(start); len(frames) > 0 {
		t.Errorf("%d frames are sent", len(frames))
	}
	if err := c.Receive(start, dataMessage(0, datachannel.HandshakeResponse, []byte("{}")).Append(nil)); err != nil || !c.Handshaken() {
		t.Errorf("the response is not taken: %v", err)
	}
	if n := c.Write(start, datachannel.Output, []byte("x")); n != 1 {
		t.Error("output is not taken")
	}
}

// TestAcknowledgementsAreBounded has a client that sends the same for ever and reads nothing.
func TestAcknowledgementsAreBounded(t *testing.T) {
	c := handshaken()
	frame := dataMessage(0, datachannel.HandshakeResponse, []byte("{}")).Append(nil)
	for range 20_000 {
		if err := c.Receive(start, frame); err != nil {
			t.Fatal(err)
		}
	}
	frames, _ := c.Due(start)
	if len(frames) != 10_000 {
		t.Errorf("%d acknowledgements wait", len(frames))
	}
}

// handshaken returns a channel whose client has answered the handshake, with message 0.
func handshaken() *datachannel.Channel {
	c := datachannel.New(datachannel.Config{SessionType: datachannel.InteractiveCommands})
	c.Connect(start)
	c.Due(start)
	if err := c.Receive(start, dataMessage(0, datachannel.HandshakeResponse, []byte("{}")).Append(nil)); err != nil {
		panic(err)
	}
	c.Due(start)
	return c
}

func dataMessage(sequence int64, payloadType datachannel.PayloadType, payload []byte) datachannel.Message {
	return datachannel.Message{
		Type: datachannel.InputStreamData, CreatedDate: start, SequenceNumber: sequence, PayloadType: payloadType, Payload: payload,
	}
}

// FuzzReceive gives frames to a channel: as they are, and what they carry in frames that are right.
func FuzzReceive(f *testing.F) {
	f.Add(dataMessage(0, datachannel.HandshakeResponse, []byte(`{"ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1}]}`)).Append(nil))
	f.Add(dataMessage(1, datachannel.Size, []byte(`{"cols":300,"rows":100}`)).Append(nil))
	f.Add(dataMessage(1, datachannel.Output, []byte("ls\r")).Append(nil))
	f.Add(dataMessage(9000, datachannel.Output, []byte("later")).Append(nil))
	f.Add(dataMessage(1, datachannel.Flag, []byte{0, 0, 0, 2}).Append(nil))
	f.Add(datachannel.Message{Type: datachannel.Acknowledge, CreatedDate: start, Flags: 3, Payload: []byte(
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"","AcknowledgedMessageSequenceNumber":1,"IsSequentialMessage":true}`)}.Append(nil))
	f.Add(datachannel.Message{Type: datachannel.PausePublication, CreatedDate: start}.Append(nil))
	f.Fuzz(func(t *testing.T, frame []byte) {
		c := handshaken()
		c.Write(start, datachannel.Output, []byte("$ "))
		now := start
		step := func(frame []byte) {
			now = now.Add(time.Millisecond)
			err := c.Receive(now, frame)
			if _, unread := datachannel.Parse(frame); unread != nil && err == nil {
				t.Error("a frame that cannot be read is taken")
			}
			frames, next := c.Due(now)
			for _, frame := range frames {
				if _, err := datachannel.Parse(frame); err != nil {
					t.Error(err)
				}
			}
			if !next.IsZero() && !next.After(now) {
				t.Error("asks again at once")
			}
			c.Input()
		}
		step(frame)
		step(repaired(frame))
		step(dataMessage(1, datachannel.Output, []byte("x")).Append(nil))
		c.Disconnect(now)
		c.Connect(now)
		step(repaired(frame))
		c.CloseSession(now, "")
		c.Due(now.Add(time.Minute))
		if !c.Closed() {
			t.Error("not closed")
		}
	})
}

// repaired returns the frame with lengths and a digest that are right, and a number near those that
// are expected.
func repaired(frame []byte) []byte {
	if len(frame) < 120 || len(frame) > datachannel.MaxFrame {
		return frame
	}
	frame = bytes.Clone(frame)
	binary.BigEndian.PutUint32(frame, 116)
	frame[47] |= 1
	binary.BigEndian.PutUint64(frame[48:], uint64(frame[55]%4))
	digest := sha256.Sum256(frame[120:])
	copy(frame[80:], digest[:])
	binary.BigEndian.PutUint32(frame[116:], uint32(len(frame)-120))
	return frame
}

// BenchmarkOutput is the machine alone: a flood of output that a client acknowledges.
func BenchmarkOutput(b *testing.B) {
	c := handshaken()
	acknowledge(b, c, 0)
	p := make([]byte, 32<<10)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if n := c.Write(start, datachannel.Output, p); n != len(p) {
			b.Fatalf("%d bytes are taken", n)
		}
		frames, _ := c.Due(start)
		for _, frame := range frames {
			acknowledge(b, c, int64(binary.BigEndian.Uint64(frame[48:])))
		}
	}
}

// BenchmarkInput is the machine alone: 1,024 bytes a message, as the plugin sends.
func BenchmarkInput(b *testing.B) {
	c := handshaken()
	frame := dataMessage(0, datachannel.Output, make([]byte, 1024)).Append(nil)
	b.SetBytes(1024)
	b.ReportAllocs()
	sequence := uint64(0)
	for b.Loop() {
		sequence++
		binary.BigEndian.PutUint64(frame[48:], sequence)
		if err := c.Receive(start, frame); err != nil {
			b.Fatal(err)
		}
		if len(c.Input()) != 1024 {
			b.Fatal("no input")
		}
		c.Due(start)
	}
}

func acknowledge(b *testing.B, c *datachannel.Channel, sequence int64) {
	payload := fmt.Appendf(nil, `{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"00112233-4455-6677-8899-aabbccddeeff","AcknowledgedMessageSequenceNumber":%d,"IsSequentialMessage":true}`, sequence)
	m := datachannel.Message{Type: datachannel.Acknowledge, CreatedDate: start, Flags: 3, Payload: payload}
	if err := c.Receive(start, m.Append(nil)); err != nil {
		b.Fatal(err)
	}
}
