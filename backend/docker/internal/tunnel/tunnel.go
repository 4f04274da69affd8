// Package tunnel is what both ends of the connection to a relay agree on: streams that are
// opened from either end, each of which begins with a line.
//
// To the relay, the line says whereto: "tcp 10.0.0.9:80". Its answer is a line as well,
// "done", or the number of the refusal and the words for it. From the relay, the line says
// who has connected, and to which of its addresses and ports: "10.0.0.9:41234 10.0.0.3:4577".
package tunnel

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

const (
	// lineTimeout bounds the wait for the line with which a stream begins.
	lineTimeout = 10 * time.Second
	// beat is how often an end asks the other for a sign of life; patience is for how long
	// it waits for that, and for room to write.
	beat, patience = 15 * time.Second, 10 * time.Second
	// longest is more than any line has.
	longest = 512
	// done answers a request that was met.
	done = "done"
	// most is how many streams there may be.
	most = 1 << 16
	// window is how much of a stream may wait for its reader.
	window = 1 << 20
)

// Near begins a session at the end that made the relay, Far in the relay itself: that one
// ends when its standard input does, and asks for no other sign of life.
func Near(conn net.Conn) (*yamux.Session, error) {
	return yamux.Client(newGathered(conn), config(true), nil)
}

// Far is the other end of Near.
func Far(conn net.Conn) (*yamux.Session, error) {
	return yamux.Server(newGathered(conn), config(false), nil)
}

func config(asks bool) *yamux.Config {
	c := yamux.DefaultConfig()
	c.EnableKeepAlive, c.KeepAliveInterval, c.ConnectionWriteTimeout = asks, beat, patience
	c.MaxIncomingStreams, c.MaxStreamWindowSize = most, window
	c.ReadBufSize = 64 << 10
	c.LogOutput = io.Discard // the session's own error tells as much
	return c
}

// Destination is where a stream is to lead.
type Destination struct {
	Network string // "tcp" or "udp"
	Address netip.AddrPort
}

func (d Destination) line() string { return d.Network + " " + d.Address.String() }

func parseDestination(line string) (d Destination, err error) {
	network, address, _ := strings.Cut(line, " ")
	if network != "tcp" && network != "udp" {
		return d, fmt.Errorf("not tcp or udp: %q", line)
	}
	d.Network = network
	d.Address, err = netip.ParseAddrPort(address)
	return d, err
}

// Request has the relay connect a stream to somewhere.
func Request(s *yamux.Stream, to Destination) error {
	if err := writeLine(s, to.line()); err != nil {
		return err
	}
	answer, err := readLine(s)
	if err != nil {
		return err
	}
	return parseAnswer(answer)
}

// AwaitRequest reads where a stream is to lead.
func AwaitRequest(s *yamux.Stream) (Destination, error) {
	line, err := readLine(s)
	if err != nil {
		return Destination{}, err
	}
	return parseDestination(line)
}

// Answer says that a stream leads where it was to, or why it does not.
func Answer(s *yamux.Stream, why error) error { return writeLine(s, answerLine(why)) }

func answerLine(why error) string {
	if why == nil {
		return done
	}
	number := "0"
	var late net.Error
	if errors.As(why, &late) && late.Timeout() {
		number = timedOut
	}
	for linux, here := range refusals {
		if errors.Is(why, here) {
			number = linux
		}
	}
	text := strings.ReplaceAll(why.Error(), "\n", " ")
	return number + " " + text[:min(len(text), longest/2)]
}

func parseAnswer(line string) error {
	if line == done {
		return nil
	}
	number, text, _ := strings.Cut(line, " ")
	if here, ok := refusals[number]; ok {
		return os.NewSyscallError("connect", here)
	}
	return errors.New(text)
}

// refusals are Linux's numbers for what becomes of a connection, as this system has them: the
// relay runs on Linux, and who asks may run elsewhere.
// Source: Linux include/uapi/asm-generic/errno.h.
var refusals = map[string]syscall.Errno{
	"101": syscall.ENETUNREACH, "104": syscall.ECONNRESET, timedOut: syscall.ETIMEDOUT,
	"111": syscall.ECONNREFUSED, "113": syscall.EHOSTUNREACH,
}

const timedOut = "110"

// Caller is who has connected to the relay, and where.
type Caller struct{ From, At netip.AddrPort }

func (c Caller) line() string { return c.From.String() + " " + c.At.String() }

func parseCaller(line string) (c Caller, err error) {
	from, at, _ := strings.Cut(line, " ")
	if c.From, err = netip.ParseAddrPort(from); err == nil {
		c.At, err = netip.ParseAddrPort(at)
	}
	return c, err
}

// Announce tells the other end who has connected, and what they have said first: in one
// message, as each takes its time on the way.
func Announce(s *yamux.Stream, c Caller, first []byte) error {
	return writeWithin(s, append([]byte(c.line()+"\n"), first...))
}

// AwaitCaller reads who has connected.
func AwaitCaller(s *yamux.Stream) (Caller, error) {
	line, err := readLine(s)
	if err != nil {
		return Caller{}, err
	}
	return parseCaller(line)
}

func writeLine(s *yamux.Stream, line string) error { return writeWithin(s, []byte(line+"\n")) }

func writeWithin(s *yamux.Stream, b []byte) error {
	if err := s.SetWriteDeadline(time.Now().Add(lineTimeout)); err != nil {
		return err
	}
	if _, err := s.Write(b); err != nil {
		return err
	}
	return s.SetWriteDeadline(time.Time{})
}

// readLine takes no more than the line.
func readLine(s *yamux.Stream) (string, error) {
	if err := s.SetReadDeadline(time.Now().Add(lineTimeout)); err != nil {
		return "", err
	}
	var line []byte
	for b := make([]byte, 1); ; line = append(line, b[0]) {
		if _, err := io.ReadFull(s, b); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return string(line), s.SetReadDeadline(time.Time{})
		}
		if len(line) == longest {
			return "", fmt.Errorf("no line begins with %q", line[:32])
		}
	}
}
