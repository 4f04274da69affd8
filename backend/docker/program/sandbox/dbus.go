//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
)

// systemd is a connection to systemd's own socket, where no bus stands between.
// Source: D-Bus specification.
type systemd struct{ conn *os.File }

// systemdPatience bounds the wait for each part of an answer, in seconds.
const systemdPatience = 10

// dialSystemd connects as the user that this process is to systemd: root.
func dialSystemd(socket string) (*systemd, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &systemd{os.NewFile(uintptr(fd), socket)}
	patience := syscall.Timeval{Sec: systemdPatience}
	err = errors.Join(
		os.NewSyscallError("setsockopt", syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience)),
		os.NewSyscallError("connect to "+socket, syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket})),
	)
	if err == nil {
		err = s.authenticate()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *systemd) close() { _ = s.conn.Close() }

func (s *systemd) authenticate() error {
	// The user's number in decimal digits, those in hexadecimal ones. BEGIN comes with it:
	// systemd may not look at a message that arrives together with BEGIN.
	if _, err := s.conn.WriteString("\x00AUTH EXTERNAL 30\r\nBEGIN\r\n"); err != nil {
		return err
	}
	var line []byte
	for c := make([]byte, 1); !strings.HasSuffix(string(line), "\r\n"); line = append(line, c[0]) {
		if _, err := io.ReadFull(s.conn, c); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(string(line), "OK ") {
		return errors.New("systemd does not let us in: " + strings.TrimSpace(string(line)))
	}
	return nil
}

// Types of messages.
const (
	methodCall   = 1
	methodReturn = 2
	methodError  = 3
)

// call calls a method of systemd's manager.
func (s *systemd) call(method, signature string, fill func(body *dbusWriter)) error {
	var body dbusWriter
	fill(&body)
	var w dbusWriter
	w.b = append(w.b, 'l', methodCall, 0, 1) // little-endian, no flags, version 1 of the protocol
	w.uint32(uint32(len(body.b)))
	w.uint32(1) // its number
	w.array(8, func() {
		w.field(1, "o", "/org/freedesktop/systemd1")
		w.field(2, "s", "org.freedesktop.systemd1.Manager")
		w.field(3, "s", method)
		w.field(6, "s", "org.freedesktop.systemd1")
		w.field(8, "g", signature)
	})
	w.align(8)
	if _, err := s.conn.Write(append(w.b, body.b...)); err != nil {
		return err
	}
	return s.answer()
}

type dbusError struct{ name, text string }

func (e *dbusError) Error() string { return e.name + ": " + e.text }

// refusedAs tells whether an error is the refusal of that name.
func refusedAs(err error, name string) bool {
	var refusal *dbusError
	return errors.As(err, &refusal) && refusal.name == name
}

// answer reads messages up to the answer: systemd tells of its units as well.
func (s *systemd) answer() error {
	const longest = 1 << 20
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(s.conn, head); err != nil {
			return err
		}
		body, fields := binary.LittleEndian.Uint32(head[4:]), (binary.LittleEndian.Uint32(head[12:])+7)&^7
		if head[0] != 'l' || body > longest || fields > longest {
			return errors.New("systemd answers what is no message")
		}
		rest := make([]byte, fields+body)
		if _, err := io.ReadFull(s.conn, rest); err != nil {
			return err
		}
		switch head[1] {
		case methodReturn:
			return nil
		case methodError:
			return &dbusError{errorName(string(rest[:fields])), firstText(rest[fields:])}
		}
	}
}

// errorName picks the name of an error out of the fields of a message.
func errorName(fields string) string {
	for _, prefix := range []string{"org.freedesktop.systemd1.", "org.freedesktop.DBus.Error."} {
		if i := strings.Index(fields, prefix); i >= 0 {
			name, _, _ := strings.Cut(fields[i:], "\x00")
			return name
		}
	}
	return "systemd refuses"
}

// firstText is the first string of a body.
func firstText(body []byte) string {
	if len(body) < 4 {
		return ""
	}
	n := int(binary.LittleEndian.Uint32(body))
	return string(body[4:min(4+n, len(body))])
}

// dbusWriter puts values together as messages have them.
type dbusWriter struct{ b []byte }

func (w *dbusWriter) align(to int) {
	for len(w.b)%to != 0 {
		w.b = append(w.b, 0)
	}
}

func (w *dbusWriter) uint32(v uint32) {
	w.align(4)
	w.b = binary.LittleEndian.AppendUint32(w.b, v)
}

func (w *dbusWriter) uint64(v uint64) {
	w.align(8)
	w.b = binary.LittleEndian.AppendUint64(w.b, v)
}

func (w *dbusWriter) text(s string) {
	w.uint32(uint32(len(s)))
	w.b = append(append(w.b, s...), 0)
}

func (w *dbusWriter) signature(s string) {
	w.b = append(append(append(w.b, byte(len(s))), s...), 0)
}

// array has elements that begin at multiples of align.
func (w *dbusWriter) array(align int, fill func()) {
	w.uint32(0)
	length := len(w.b) - 4
	w.align(align)
	start := len(w.b)
	fill()
	binary.LittleEndian.PutUint32(w.b[length:], uint32(len(w.b)-start))
}

// field is one of a message's header.
func (w *dbusWriter) field(code byte, signature, value string) {
	w.align(8)
	w.b = append(w.b, code)
	w.signature(signature)
	if signature == "g" {
		w.signature(value)
	} else {
		w.text(value)
	}
}

// property is a name and a value of any type.
func (w *dbusWriter) property(name, signature string, value func()) {
	w.align(8)
	w.text(name)
	w.signature(signature)
	value()
}
