package tunnel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

func TestDestinationsAreLines(t *testing.T) {
	for line, want := range map[string]Destination{
		"tcp 10.0.0.9:80":      {"tcp", netip.MustParseAddrPort("10.0.0.9:80")},
		"udp 172.31.0.4:65535": {"udp", netip.MustParseAddrPort("172.31.0.4:65535")},
	} {
		if got, err := parseDestination(line); err != nil || got != want || got.line() != line {
			t.Errorf("%q is %+v, %v; want %+v", line, got, err, want)
		}
	}
	for _, line := range []string{"", "tcp", "tcp ", "sctp 10.0.0.9:80", "tcp 10.0.0.9", "tcp name:80", "10.0.0.9:80"} {
		if got, err := parseDestination(line); err == nil {
			t.Errorf("%q is %+v, want a refusal", line, got)
		}
	}
}

func TestCallersAreLines(t *testing.T) {
	line := "10.0.0.9:41234 10.0.0.3:4577"
	want := Caller{netip.MustParseAddrPort("10.0.0.9:41234"), netip.MustParseAddrPort("10.0.0.3:4577")}
	if got, err := parseCaller(line); err != nil || got != want || got.line() != line {
		t.Errorf("%q is %+v, %v; want %+v", line, got, err, want)
	}
	for _, line := range []string{"", "10.0.0.9:41234", "10.0.0.9 10.0.0.3:4577"} {
		if got, err := parseCaller(line); err == nil {
			t.Errorf("%q is %+v, want a refusal", line, got)
		}
	}
}

func TestAnswersTellWhy(t *testing.T) {
	if err := parseAnswer(answerLine(nil)); err != nil {
		t.Error(err)
	}
	refused := parseAnswer(answerLine(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}))
	if !errors.Is(refused, syscall.ECONNREFUSED) || !strings.Contains(refused.Error(), "connection refused") {
		t.Errorf("a refusal arrives as %v", refused)
	}
	if late := parseAnswer(answerLine(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded})); !errors.Is(late, syscall.ETIMEDOUT) {
		t.Errorf("a timeout arrives as %v", late)
	}
	if denied := parseAnswer("13 dial tcp: permission denied"); denied.Error() != "dial tcp: permission denied" {
		t.Errorf("a number of Linux's that others may not have: %v", denied)
	}
	if other := parseAnswer(answerLine(errors.New("out of\nwords"))); other == nil || other.Error() != "out of words" {
		t.Errorf("another error arrives as %v", other)
	}
}

// buffer is a stream whose reads may come in small pieces.
type buffer struct {
	io.Reader
	bytes.Buffer
}

func (b *buffer) Read(p []byte) (int, error) {
	if b.Reader != nil {
		return b.Reader.Read(p)
	}
	return b.Buffer.Read(p)
}

func TestDatagramsKeepTheirEnds(t *testing.T) {
	sizes := []int{0, 1, 2, 1400, mostDatagram}
	var stream buffer
	stream.Reader = iotest.OneByteReader(&stream.Buffer)
	d := NewDatagrams(&stream)
	for _, size := range sizes {
		if n, err := d.Write(bytes.Repeat([]byte{byte(size)}, size)); n != size || err != nil {
			t.Fatalf("a datagram of %d bytes: %d, %v", size, n, err)
		}
	}
	if _, err := d.Write(make([]byte, mostDatagram+1)); !errors.Is(err, syscall.EMSGSIZE) {
		t.Errorf("a datagram that is too long: %v", err)
	}
	for _, size := range sizes {
		b := make([]byte, 1<<16)
		n, err := d.Read(b)
		if err != nil || !bytes.Equal(b[:n], bytes.Repeat([]byte{byte(size)}, size)) {
			t.Errorf("a datagram of %d bytes arrives with %d, %v", size, n, err)
		}
	}
	if n, err := d.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("after the last one: %d, %v", n, err)
	}
}

// slow takes some bytes before a deadline passes.
type slow struct {
	bytes.Buffer
	room int
}

func (s *slow) Write(b []byte) (int, error) {
	if len(b) > s.room {
		_, _ = s.Buffer.Write(b[:s.room])
		return s.room, os.ErrDeadlineExceeded
	}
	return s.Buffer.Write(b)
}

func TestADatagramThatADeadlineCutsEndsBeforeTheNext(t *testing.T) {
	for _, room := range []int{0, 1, 4} {
		stream := slow{room: room}
		d := NewDatagrams(&stream)
		if _, err := d.Write([]byte("first")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		stream.room = 64
		if _, err := d.Write([]byte("next")); err != nil {
			t.Fatal(err)
		}
		want := []string{"first", "next"}
		if room == 0 {
			want = want[1:]
		}
		for _, want := range want {
			b := make([]byte, 16)
			if n, err := d.Read(b); string(b[:n]) != want || err != nil {
				t.Errorf("after %d bytes: %q, %v; want %q", room, b[:n], err, want)
			}
		}
	}
}

func TestADatagramIsCutToTheBuffer(t *testing.T) {
	var stream buffer
	d := NewDatagrams(&stream)
	_, _ = d.Write([]byte("long one"))
	_, _ = d.Write([]byte("next"))
	b := make([]byte, 4)
	for _, want := range []string{"long", "next"} {
		if n, err := d.Read(b); err != nil || string(b[:n]) != want {
			t.Errorf("%q, %v; want %q", b[:n], err, want)
		}
	}
}

func TestADatagramComesInTwoPartsAroundADeadline(t *testing.T) {
	var stream buffer
	stream.Reader = iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("\x00\x03abc")))
	d := NewDatagrams(&stream)
	b := make([]byte, 8)
	if _, err := d.Read(b); !errors.Is(err, iotest.ErrTimeout) {
		t.Fatalf("the deadline: %v", err)
	}
	if n, err := d.Read(b); err != nil || string(b[:n]) != "abc" {
		t.Errorf("after the deadline %q, %v", b[:n], err)
	}
}

func TestHalfADatagramIsNone(t *testing.T) {
	for _, half := range []string{"\x00", "\x00\x05", "\x00\x05abc"} {
		var stream buffer
		stream.WriteString(half)
		if n, err := NewDatagrams(&stream).Read(make([]byte, 8)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %d, %v", half, n, err)
		}
	}
}

// pair is both ends of a session.
func pair(t *testing.T) (near, far *yamux.Session) {
	t.Helper()
	a, b := net.Pipe()
	near, err := Near(a)
	if err != nil {
		t.Fatal(err)
	}
	if far, err = Far(b); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	return near, far
}

func TestAStreamBeginsWithALine(t *testing.T) {
	near, far := pair(t)
	to := Destination{"tcp", netip.MustParseAddrPort("10.0.0.9:80")}
	go func() {
		stream, err := far.AcceptStream()
		if err != nil {
			return
		}
		got, err := AwaitRequest(stream)
		if err == nil && got != to {
			err = fmt.Errorf("a request for %+v", got)
		}
		_ = Answer(stream, err)
		_, _ = io.Copy(stream, stream)
		_ = stream.CloseWrite()
	}()
	stream, err := near.OpenStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := Request(stream, to); err != nil {
		t.Fatal(err)
	}
	conn := NewConn(stream, &net.TCPAddr{}, net.TCPAddrFromAddrPort(to.Address))
	_, _ = io.WriteString(conn, "hello")
	_ = conn.CloseWrite()
	if got, err := io.ReadAll(conn); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestALineHasAnEnd(t *testing.T) {
	near, far := pair(t)
	stream, err := near.OpenStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = stream.Write(bytes.Repeat([]byte("x"), 2*longest))
	other, err := far.AcceptStream()
	if err != nil {
		t.Fatal(err)
	}
	if to, err := AwaitRequest(other); err == nil {
		t.Errorf("a line without end is %+v", to)
	}
}

// What was written before Close arrives, and who reads is woken.
func TestCloseOfAConnection(t *testing.T) {
	near, far := pair(t)
	stream, err := near.OpenStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn := NewConn(stream, &net.TCPAddr{}, &net.TCPAddr{})
	other, err := far.AcceptStream()
	if err != nil {
		t.Fatal(err)
	}
	woken := make(chan error)
	go func() {
		_, err := conn.Read(make([]byte, 1))
		woken <- err
	}()
	_, _ = io.WriteString(conn, "last words")
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if err := <-woken; !errors.Is(err, net.ErrClosed) {
		t.Errorf("who reads is told %v", err)
	}
	if got, err := io.ReadAll(other); err != nil || string(got) != "last words" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := conn.Write([]byte("more")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("who writes is told %v", err)
	}
}

func TestWhoGoesOnAfterCloseIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := pair(t)
		stream, err := near.OpenStream(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conn := NewConn(stream, &net.TCPAddr{}, &net.TCPAddr{})
		other, err := far.AcceptStream()
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		began := time.Now()
		for err == nil {
			_, err = other.Write(make([]byte, 1<<16))
		}
		if took := time.Since(began); took != Linger {
			t.Errorf("cut off after %s with %v, want %s", took, err, Linger)
		}
		_, _ = near.Close(), far.Close()
	})
}

func TestADeadlineIsOne(t *testing.T) {
	near, _ := pair(t)
	stream, err := near.OpenStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn := NewConn(stream, &net.TCPAddr{}, &net.TCPAddr{})
	_ = conn.SetReadDeadline(time.Unix(1, 0))
	_, err = conn.Read(make([]byte, 1))
	var late net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("Read after its deadline: %v", err)
	}
}
