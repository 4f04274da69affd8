package datachannel_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// noise returns bytes of which no part repeats.
func noise(seed uint64, n int) []byte {
	p := make([]byte, n)
	var key [32]byte
	key[0] = byte(seed)
	rand.NewChaCha8(key).Read(p)
	return p
}

// TestAllArrivesOnceAndInOrder has frames lost, doubled, late and overtaken in both directions.
func TestAllArrivesOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := network{
			drop:      rapid.IntRange(0, 40).Draw(t, "drop"),
			duplicate: rapid.IntRange(0, 40).Draw(t, "duplicate"),
			jitter:    time.Duration(rapid.IntRange(0, 300).Draw(t, "jitter")) * time.Millisecond,
			delay:     time.Duration(rapid.IntRange(0, 200).Draw(t, "delay")) * time.Millisecond,
		}
		drawTransfer(t, n).check(t)
	})
}

// TestAllArrivesOverManySockets has the socket cut again and again, with all that is under way:
// acknowledgements too, which a client does not repeat.
func TestAllArrivesOverManySockets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := network{delay: time.Duration(rapid.IntRange(0, 50).Draw(t, "delay")) * time.Millisecond}
		cuts := rapid.IntRange(1, 20).Draw(t, "cuts")
		handler := time.Duration(rapid.IntRange(0, 50).Draw(t, "handler")) * time.Millisecond
		tr := drawTransfer(t, n)
		tr.handlerAfter = handler
		for range cuts {
			tr.cuts = append(tr.cuts, cut{
				after: time.Duration(rapid.IntRange(0, 200).Draw(t, "until the cut")) * time.Millisecond,
				lasts: time.Duration(rapid.IntRange(0, 500).Draw(t, "until the next socket")) * time.Millisecond,
			})
		}
		tr.check(t)
	})
}

// TestAllArrivesAtAClientThatIsNotReady has the acknowledgement of HandshakeComplete lost with its socket, and the output come by
// the next one before the client is ready.
func TestAllArrivesAtAClientThatIsNotReady(t *testing.T) {
	transfer{
		network: network{delay: 9 * time.Millisecond}, handlerAfter: 50 * time.Millisecond, output: 1, piece: 1,
		cuts: []cut{
			{27 * time.Millisecond, 12 * time.Millisecond}, {time.Millisecond, 15 * time.Millisecond},
			{4 * time.Millisecond, 17 * time.Millisecond}, {after: 13 * time.Millisecond},
		},
	}.check(t)
}

// transfer sends some in both directions. Only a network that keeps the order goes with
// handlerAfter: the plugin loses output that it has before its turn while its handler is not ready.
type transfer struct {
	network       network
	handlerAfter  time.Duration
	seed          uint64
	output, input int // bytes
	piece         int // is the most that the program writes at once
	cuts          []cut
}

// cut is the loss of a socket some time after it came, until the next one.
type cut struct{ after, lasts time.Duration }

func drawTransfer(t *rapid.T, n network) transfer {
	return transfer{
		network: n,
		seed:    rapid.Uint64().Draw(t, "seed"),
		output:  rapid.IntRange(0, 50_000).Draw(t, "output"),
		input:   rapid.IntRange(0, 10_000).Draw(t, "input"),
		piece:   rapid.IntRange(1, 10_000).Draw(t, "piece"),
	}
}

func (tr transfer) check(t checker) {
	t.Helper()
	s := newSimulation(t, tr.seed, tr.network)
	s.client.handlerAfter = tr.handlerAfter
	toClient, toServer := noise(1, tr.output), noise(2, tr.input)
	isCut := len(tr.cuts) > 0

	var written int
	var got []byte
	s.program = func() {
		if !s.channel.Handshaken() {
			return
		}
		got = append(got, s.channel.Input()...)
		for range 3 {
			end := min(len(toClient), written+1+s.random.IntN(tr.piece))
			written += s.channel.Write(s.now, datachannel.Output, toClient[written:end])
		}
		// Where frames get lost one by one, 5 seconds are not enough for all of them.
		if written == len(toClient) && len(got) == len(toServer) && (isCut || len(s.client.output) == written) {
			s.channel.CloseSession(s.now, "over")
		}
	}
	typed := 0
	s.every(time.Millisecond, func() {
		if !s.client.handlerReady(s.now) || typed == len(toServer) || len(s.client.unacked) > 200 {
			return
		}
		end := min(len(toServer), typed+1024)
		s.client.input(s.now, datachannel.Output, toServer[typed:end])
		typed = end
	})
	s.connect()
	for _, c := range tr.cuts {
		s.sleep(c.after)
		if s.channel.Closed() {
			break
		}
		s.cut()
		s.sleep(c.lasts)
		s.connect()
	}
	s.run(time.Hour, func() bool { return s.client.closed != nil || isCut && s.channel.Closed() })

	if !bytes.Equal(s.client.output, toClient) {
		t.Errorf("of %d bytes of output %d arrive, or others", len(toClient), len(s.client.output))
	}
	if !bytes.Equal(got, toServer) {
		t.Errorf("of %d bytes of input %d arrive, or others", len(toServer), len(got))
	}
	if s.errors > 0 {
		t.Errorf("%d frames of the client were refused", s.errors)
	}
}

// checker is a test of package testing or rapid.
type checker interface {
	failer
	Errorf(format string, args ...any)
}

// TestHandshake shows the messages of G.7.
func TestHandshake(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	want := `{"AgentVersion":"3.3.40.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":{"SessionType":"InteractiveCommands","Properties":null}}]}`
	if s.client.request != want {
		t.Errorf("handshake request is %s\nwant %s", s.client.request, want)
	}
	if size, changed := s.channel.Size(); changed {
		t.Errorf("size is %v before the client has told it", size)
	}
	s.client.input(s.now, datachannel.Size, []byte(`{"cols":300,"rows":100}`))
	s.sleep(10 * time.Millisecond)
	if size, changed := s.channel.Size(); size != (datachannel.TerminalSize{Columns: 300, Rows: 100}) || !changed {
		t.Errorf("size is %v, changed: %v", size, changed)
	}
	if _, changed := s.channel.Size(); changed {
		t.Error("the size has changed again")
	}
}

// TestHandshakeCompleteWaitsForOutput holds it to the first output, the end or 250 ms (X11).
func TestHandshakeCompleteWaitsForOutput(t *testing.T) {
	for name, test := range map[string]struct {
		act  func(s *simulation)
		want time.Duration
	}{
		"output": {func(s *simulation) { s.channel.Write(s.now, datachannel.Output, []byte("x")) }, 40 * time.Millisecond},
		"end":    {func(s *simulation) { s.channel.CloseSession(s.now, "") }, 40 * time.Millisecond},
		"none":   {func(*simulation) {}, 250 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSimulation(t, 0, network{})
			s.connect()
			s.run(time.Second, s.channel.Handshaken)
			handshaken := s.now
			s.at(s.now.Add(40*time.Millisecond), func() { test.act(s) })
			s.run(time.Second, func() bool { return !s.client.complete.IsZero() })
			if took := s.client.complete.Sub(handshaken); took != test.want {
				t.Errorf("HandshakeComplete comes after %v, want %v", took, test.want)
			}
		})
	}
}

// TestOutputReachesAClientWithoutInput has a client that shows output from 5 ms on and ends a
// millisecond later (X11).
func TestOutputReachesAClientWithoutInput(t *testing.T) {
	for _, size := range []int{1, 1000, 40_000} {
		s := newSimulation(t, 0, network{delay: 100 * time.Microsecond})
		s.client.handlerAfter = 5 * time.Millisecond
		output := noise(1, size)
		s.connect()
		s.run(time.Second, s.channel.Handshaken)
		s.channel.Write(s.now, datachannel.Output, output)
		s.run(time.Second, func() bool { return !s.client.complete.IsZero() })
		s.sleep(7 * time.Millisecond)
		if !bytes.Equal(s.client.output, output) {
			t.Errorf("of %d bytes %d are shown", size, len(s.client.output))
		}
	}
}

// TestEarlyResendsAreCheap bounds what a far client costs during the first 100 ms.
func TestEarlyResendsAreCheap(t *testing.T) {
	s := newSimulation(t, 0, network{delay: 200 * time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.channel.Write(s.now, datachannel.Output, noise(1, 500_000))
	sent := 0
	for end := s.now.Add(300 * time.Millisecond); s.now.Before(end); {
		frames, next := s.channel.Due(s.now)
		for _, frame := range frames {
			sent += len(frame)
		}
		s.now = next
	}
	if sent > 500_000+600_000 {
		t.Errorf("%d bytes are sent for 500,000", sent)
	}
}

// TestTheEndWaitsForAcknowledgements is trap (a) of channel_closed (X12).
func TestTheEndWaitsForAcknowledgements(t *testing.T) {
	s := newSimulation(t, 0, network{delay: 30 * time.Millisecond})
	s.client.handlerAfter = time.Second
	output := noise(1, 20_000)
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.channel.Write(s.now, datachannel.Output, output)
	s.channel.CloseSession(s.now, "Unable to start command: x")
	s.channel.CloseSession(s.now, "another text")
	if n := s.channel.Write(s.now, datachannel.Output, []byte("late")); n != 0 {
		t.Errorf("%d bytes are taken after the end", n)
	}
	s.run(time.Minute, func() bool { return s.client.closed != nil })
	if !bytes.Equal(s.client.output, output) {
		t.Errorf("of %d bytes %d are shown", len(output), len(s.client.output))
	}
	if *s.client.closed != "Unable to start command: x" {
		t.Errorf("closed with %q", *s.client.closed)
	}
	if frames, next := s.channel.Due(s.now.Add(time.Hour)); len(frames) > 0 || !next.IsZero() {
		t.Error("something is due after the end")
	}
}

func TestTheEndWaitsFiveSeconds(t *testing.T) {
	s := newSimulation(t, 0, network{})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.client.hold = true
	s.channel.Write(s.now, datachannel.Output, []byte("never acknowledged"))
	s.channel.CloseSession(s.now, "")
	ended := s.now
	s.run(time.Minute, s.channel.Closed)
	if took := s.now.Sub(ended); took != 5*time.Second {
		t.Errorf("closed after %v", took)
	}
}

// TestTheEndWaitsForTheNextSocket has the program end while the client is away.
func TestTheEndWaitsForTheNextSocket(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.sleep(time.Second)
	s.cut()
	s.channel.Write(s.now, datachannel.Output, []byte("last words"))
	s.channel.CloseSession(s.now, "")
	s.sleep(30 * time.Second)
	if s.channel.Closed() {
		t.Fatal("closed without a client")
	}
	s.connect()
	s.run(time.Second, func() bool { return s.client.closed != nil })
	if string(s.client.output) != "last words" {
		t.Errorf("output is %q", s.client.output)
	}
}

// TestSlowReaders bounds the memory that a client costs which acknowledges nothing, and what one
// does that has no socket.
func TestSlowReaders(t *testing.T) {
	for name, away := range map[string]func(s *simulation){
		"reads nothing": func(s *simulation) { s.client.hold = true },
		"no socket":     func(s *simulation) { s.cut() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSimulation(t, 0, network{})
			s.connect()
			s.run(time.Second, s.channel.Handshaken)
			away(s)
			written := 0
			for range 100 {
				n := s.channel.Write(s.now, datachannel.Output, noise(1, 100_000))
				written += n
				s.pump()
			}
			if written > 1<<20 || written < 1<<20-1024 {
				t.Errorf("%d bytes are taken", written)
			}
			if room := s.channel.Room(); room != 0 {
				t.Errorf("there is room for %d bytes", room)
			}
		})
	}
}

// TestPayloadsGrow shows trap (c): small pieces travel at once, a flood in 32 KiB.
func TestPayloadsGrow(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.channel.Write(s.now, datachannel.Output, []byte("$ "))
	s.run(10*time.Millisecond, func() bool { return string(s.client.output) == "$ " })
	flood := noise(1, 10<<20)
	written, frames := 0, s.client.frames
	s.program = func() {
		for range 64 { // as a program that writes lines
			written += s.channel.Write(s.now, datachannel.Output, flood[written:min(len(flood), written+400)])
		}
	}
	s.run(time.Minute, func() bool { return len(s.client.output) == 2+len(flood) })
	if s.client.largest != 32<<10 {
		t.Errorf("the largest payload has %d bytes", s.client.largest)
	}
	if frames = s.client.frames - frames; frames > len(flood)/4096 {
		t.Errorf("%d frames for %d bytes in pieces of 400", frames, len(flood))
	}
}

// TestInputIsBounded has a program that reads nothing: little is kept, and all arrives once it
// reads.
func TestInputIsBounded(t *testing.T) {
	for _, early := range []bool{false, true} {
		s := newSimulation(t, 0, network{})
		s.connect()
		s.run(time.Second, s.channel.Handshaken)
		s.sleep(time.Second)
		sent := noise(2, 4<<20)
		send := s.client.send
		if early { // the first piece is lost, so that all others come before their turn
			s.client.send = func([]byte) { s.client.send = send }
		}
		for at := 0; at < len(sent); at += 1024 {
			s.client.input(s.now, datachannel.Output, sent[at:at+1024])
		}
		s.sleep(50 * time.Millisecond)
		if held := len(sent) - 1024*len(s.client.unacked); held > 2<<20 || held < 1<<20-1024 {
			t.Errorf("%d bytes are held", held)
		}
		if !early && s.channel.Receptive() {
			t.Error("reads on although there is no room")
		}
		if !early && !s.client.paused {
			t.Error("the client is not told to pause")
		}
		var got []byte
		s.program = func() { got = append(got, s.channel.Input()...) }
		s.run(time.Hour, func() bool { return len(got) == len(sent) })
		if !bytes.Equal(got, sent) {
			t.Error("other bytes arrive")
		}
		if !s.channel.Receptive() || s.client.paused {
			t.Error("does not go on")
		}
	}
}

// TestInputFlowsWhileOutputIsNotAcknowledged holds that acknowledgements are read also when
// there is no room for input, or neither direction moved again.
func TestInputFlowsWhileOutputIsNotAcknowledged(t *testing.T) {
	s := newSimulation(t, 0, network{})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.sleep(time.Second)
	for range 1024 {
		s.client.input(s.now, datachannel.Output, make([]byte, 1024))
	}
	s.sleep(10 * time.Millisecond)
	s.channel.Write(s.now, datachannel.Output, []byte("x"))
	if !s.channel.Receptive() {
		t.Error("the acknowledgement of output would not be read")
	}
}

func TestFlags(t *testing.T) {
	s := newSimulation(t, 0, network{})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.client.input(s.now, datachannel.Flag, []byte{0, 0, 0, 1})
	s.sleep(10 * time.Millisecond)
	if !s.channel.PortDisconnected() || s.channel.PortDisconnected() {
		t.Error("DisconnectToPort is not told once")
	}
	if s.channel.Terminated() {
		t.Error("terminated too early")
	}
	s.client.input(s.now, datachannel.Flag, []byte{0, 0, 0, 2})
	s.channel.ConnectToPortError(s.now)
	s.sleep(10 * time.Millisecond)
	if !s.channel.Terminated() {
		t.Error("TerminateSession is not told")
	}
	if !bytes.Equal(s.client.flags, []byte{0, 0, 0, 3}) {
		t.Errorf("the client gets the flags %v", s.client.flags)
	}
}

// TestARefusedHandshakeEnds has a client that does not know the session type.
// A client that has each connection refused and reads nothing is told as often as it may matter.
func TestPortErrorsAreBounded(t *testing.T) {
	now := time.Now()
	c := datachannel.New(datachannel.Config{SessionType: datachannel.Port})
	c.Connect(now)
	for range 10_000 {
		c.ConnectToPortError(now)
	}
	if due, _ := c.Due(now); len(due) < 2 || len(due) > 100 {
		t.Errorf("%d frames have waited", len(due))
	}
}

func TestARefusedHandshakeEnds(t *testing.T) {
	s := newSimulation(t, 0, network{})
	s.client.status = 2
	s.connect()
	s.run(time.Second, func() bool { return s.client.closed != nil })
	if s.channel.Handshaken() {
		t.Error("the program would start")
	}
	if !s.client.complete.IsZero() {
		t.Error("the handshake is complete")
	}
	if !strings.Contains(*s.client.closed, "of the test") {
		t.Errorf("closed with %q", *s.client.closed)
	}
}

// TestKnownInputIsAcknowledgedAgain has a client whose acknowledgement is lost with its socket.
func TestKnownInputIsAcknowledgedAgain(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.sleep(time.Second)
	s.client.input(s.now, datachannel.Output, []byte("x"))
	s.run(time.Second, func() bool { return string(s.channel.Input()) == "x" })
	s.cut()
	s.connect()
	s.run(time.Second, func() bool { return len(s.client.unacked) == 0 })
	if input := s.channel.Input(); len(input) > 0 {
		t.Errorf("%q arrives again", input)
	}
}

// TestTwoMessagesOfOneNumber: the first counts, and a number that the client leaves out is waited for, as
// AWS's agent does. Source: amazon-ssm-agent, handleStreamDataMessage in agent/session/datachannel.
func TestTwoMessagesOfOneNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := handshaken()
		want, missing := "", false
		var expected int64 = 1
		for range rapid.IntRange(1, 20).Draw(t, "messages") {
			text := rapid.StringMatching("[a-z]").Draw(t, "text")
			number := expected + int64(rapid.IntRange(-1, 1).Draw(t, "ahead"))
			if err := c.Receive(start, dataMessage(max(1, number), datachannel.Output, []byte(text)).Append(nil)); err != nil {
				t.Fatal(err)
			}
			switch {
			case max(1, number) < expected:
			case number > expected:
				missing = true
			default:
				want += text
				expected++
			}
			if missing {
				break
			}
		}
		for later := range int64(5) {
			if err := c.Receive(start, dataMessage(expected+1+later, datachannel.Output, []byte("later")).Append(nil)); err != nil {
				t.Fatal(err)
			}
		}
		if got := string(c.Input()); got != want {
			t.Errorf("the program reads %q, want %q", got, want)
		}
	})
}

// TestFullOfLostAcknowledgements cuts the socket when all output has arrived and no
// acknowledgement has: the client says nothing to what it knows, and the program is blocked.
func TestFullOfLostAcknowledgements(t *testing.T) {
	s := newSimulation(t, 0, network{delay: time.Millisecond})
	s.connect()
	s.run(time.Second, s.channel.Handshaken)
	s.channel.Write(s.now, datachannel.Output, []byte("$ "))
	s.sleep(time.Second)
	output := append([]byte("$ "), noise(1, 4<<20)...)
	written := 2
	s.program = func() { written += s.channel.Write(s.now, datachannel.Output, output[written:]) }
	s.client.hold = true
	s.run(time.Minute, func() bool { return len(s.client.output) > 1<<20-32<<10 && s.channel.Room() == 0 })
	s.cut()
	s.client.hold = false
	s.connect()
	s.run(time.Minute, func() bool { return len(s.client.output) == len(output) })
	if !bytes.Equal(s.client.output, output) {
		t.Error("other bytes arrive")
	}
}
