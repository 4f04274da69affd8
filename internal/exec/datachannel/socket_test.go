package datachannel_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// Of thousands of short messages, which a client has, no acknowledgement arrives. It says nothing to those
// when they come again on its next sockets, which are lost as well.
func TestFullOfMessagesWithLostAcknowledgements(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.client.input(s.now, datachannel.Size, []byte(`{"cols":300,"rows":100}`))
	s.sleep(time.Second)
	output := noise(1, 6000)
	written := 0
	s.program = func() {
		for range 100 { // types in turn, so that each byte is a message
			written += s.channel.Write(s.now, []datachannel.PayloadType{datachannel.Output, datachannel.StdErr}[written%2], output[written:min(written+1, len(output))])
		}
	}
	s.client.hold = true
	for range 3 {
		s.sleep(time.Second)
		s.cut()
		s.connect()
	}
	s.client.hold = false
	s.run(time.Minute, func() bool { return len(s.client.output) == len(output) })
	if !bytes.Equal(s.client.output, output) {
		t.Error("other bytes arrive")
	}
}

// The same with bytes instead of messages: a client's sockets are lost one after the other, each with the
// acknowledgements of all that it has.
func TestFullOfBytesWithLostAcknowledgements(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.client.input(s.now, datachannel.Size, []byte(`{"cols":300,"rows":100}`))
	s.sleep(time.Second)
	output := noise(1, 3<<20)
	written := 0
	s.program = func() { written += s.channel.Write(s.now, datachannel.Output, output[written:]) }
	s.client.hold = true
	for range 3 {
		s.sleep(time.Second)
		s.cut()
		s.connect()
	}
	s.client.hold = false
	s.run(time.Minute, func() bool { return len(s.client.output) == len(output) })
	if !bytes.Equal(s.client.output, output) {
		t.Error("other bytes arrive")
	}
}

// A client acknowledges what comes before its turn while its handler is not ready, and ignores the message
// whose turn it is. Its input says that it is ready, and arrives before an acknowledgement of what was sent
// before: that says nothing of what is sent again since, which is lost with the socket.
func TestAnAcknowledgementFromBeforeAClientIsReady(t *testing.T) {
	const delay = 11 * time.Millisecond
	s := newSimulation(t, 0, network{delay: delay})
	s.client.handlerAfter = time.Millisecond
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.channel.Write(s.now, datachannel.Output, []byte("ignored, "))
	s.pump()
	s.sleep(delay - time.Millisecond) // HandshakeComplete and output do not arrive
	s.cut()
	s.sleep(100 * time.Millisecond)
	s.connect()
	s.sleep(2 * time.Millisecond)
	s.channel.Write(s.now, datachannel.Output, []byte("acknowledged"))
	s.pump()
	s.sleep(10 * time.Millisecond)
	s.client.input(s.now, datachannel.Size, []byte(`{"cols":300,"rows":100}`))
	s.sleep(delay + 2*time.Millisecond)
	s.cut()
	s.connect()
	s.sleep(time.Minute)
	if string(s.client.output) != "ignored, acknowledged" {
		t.Errorf("the client shows %q", s.client.output)
	}
}
