//go:build linux

package main

import (
	"encoding/binary"
	"syscall"
)

// buffer is netlink messages under construction. Lengths are little-endian, as are the
// machines that the program is built for.
// Source: netlink(7).
type buffer struct {
	bytes    []byte
	count    uint32 // of messages, which is the sequence number of the last one
	last     int    // where it begins
	awaiting uint32 // the message whose answer is waited for
	need     string // the part of the kernel that messages are for from now on
	needed   []string
}

// needs says which part of the kernel the messages that follow are for; see missing.
func (b *buffer) needs(part string) { b.need = part }

const nested = 0x8000 // NLA_F_NESTED

// message adds a message: a header of its kind, and attributes.
func (b *buffer) message(kind, flags uint16, header []byte, attributes func()) {
	start := len(b.bytes)
	b.last = start
	b.count++
	b.needed = append(b.needed, b.need)
	b.bytes = append(b.bytes, 0, 0, 0, 0, byte(kind), byte(kind>>8), byte(flags), byte(flags>>8))
	b.bytes = binary.LittleEndian.AppendUint32(b.bytes, b.count)
	b.bytes = append(append(b.bytes, 0, 0, 0, 0), header...)
	if attributes != nil {
		attributes()
	}
	binary.LittleEndian.PutUint32(b.bytes[start:], uint32(len(b.bytes)-start))
}

// await has the kernel answer the last message also if it succeeds.
func (b *buffer) await() {
	b.bytes[b.last+6] |= syscall.NLM_F_ACK
	b.awaiting = b.count
}

// attribute adds an attribute to the message under construction.
func (b *buffer) attribute(kind uint16, value ...byte) {
	size := 4 + len(value)
	b.bytes = append(b.bytes, byte(size), byte(size>>8), byte(kind), byte(kind>>8))
	b.bytes = append(b.bytes, value...)
	for len(b.bytes)%4 != 0 {
		b.bytes = append(b.bytes, 0)
	}
}

// nest adds an attribute that consists of others.
func (b *buffer) nest(kind uint16, attributes func()) {
	start := len(b.bytes)
	b.attribute(kind | nested)
	attributes()
	binary.LittleEndian.PutUint16(b.bytes[start:], uint16(len(b.bytes)-start))
}

func (b *buffer) text(kind uint16, text string) { b.attribute(kind, append([]byte(text), 0)...) }

// number is big-endian, as netfilter has it.
func (b *buffer) number(kind uint16, n uint32) {
	b.attribute(kind, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

const (
	answerTime = 5       // seconds
	sendBuffer = 4 << 20 // bytes: the rules of thousands of ports
	// answerBuffer is more than the kernel sends at once.
	answerBuffer = 64 << 10
)

// send sends the messages and waits for the answer to the one that is awaited. The
// kernel tells of each that fails, in their order.
func (b *buffer) send(family int) error {
	return b.exchange(family, func(m syscall.NetlinkMessage) (done bool, err error) {
		if m.Header.Type != syscall.NLMSG_ERROR || len(m.Data) < 4 {
			return false, nil
		}
		if code := int32(binary.LittleEndian.Uint32(m.Data)); code != 0 {
			return true, b.missing(m.Header.Seq, syscall.Errno(-code))
		}
		return m.Header.Seq == b.awaiting, nil
	})
}

// lacking is an error that says what the kernel was not built with.
type lacking struct {
	part  string
	errno syscall.Errno
}

func (l *lacking) Error() string { return "lacks " + l.part + ": " + l.errno.Error() }

// missing says of the refusal of a message that the kernel lacks the part, if it does.
func (b *buffer) missing(message uint32, errno syscall.Errno) error {
	switch errno {
	case syscall.ENOENT, syscall.EOPNOTSUPP, syscall.EPROTONOSUPPORT, syscall.EAFNOSUPPORT, syscall.ENOSYS:
		if n := int(message) - 1; n >= 0 && n < len(b.needed) && b.needed[n] != "" {
			return &lacking{b.needed[n], errno}
		}
	}
	return errno
}

// exchange sends the messages, and passes on the answers until that is enough.
func (b *buffer) exchange(family int, each func(syscall.NetlinkMessage) (done bool, err error)) error {
	sock, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, family)
	if errno, ok := err.(syscall.Errno); ok { //nolint:errorlint // the system call's own
		return b.missing(1, errno)
	}
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(sock) }()
	_ = syscall.SetsockoptTimeval(sock, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: answerTime})
	_ = syscall.SetsockoptInt(sock, syscall.SOL_SOCKET, syscall.SO_SNDBUFFORCE, sendBuffer)
	if err := syscall.Sendto(sock, b.bytes, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	for answer := make([]byte, answerBuffer); ; {
		n, err := syscall.Read(sock, answer)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		messages, err := syscall.ParseNetlinkMessage(answer[:n])
		if err != nil {
			return err
		}
		for _, m := range messages {
			if done, err := each(m); done || err != nil {
				return err
			}
		}
	}
}
