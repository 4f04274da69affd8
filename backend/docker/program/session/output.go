//go:build linux

package main

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// output is what the near end reads. While it does not read, writes wait.
type output struct {
	mu sync.Mutex
	to *os.File
}

// send writes a whole frame. Where the near end is gone, so will the standard input be.
func (o *output) send(whole []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, _ = o.to.Write(whole)
}

// Write sends output that is in no hurry to be split.
func (o *output) Write(p []byte) (int, error) {
	for left := p; len(left) > 0; {
		n := min(len(left), frame.Most-frame.HeadSize)
		o.send(frame.Make(frame.Stdout, left[:n]))
		left = left[n:]
	}
	return len(p), nil
}

// source is the near end of a pipe or terminal that the command writes to.
type source struct {
	file *os.File
	as   frame.Type
}

// copyTo sends what comes until there is no more to come. A terminal gives 4 KB at a time, which
// are joined as long as more is there.
func (s source) copyTo(out *output) {
	conn, err := s.file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, frame.Most)
	for rest := false; ; {
		n, end, err := readReady(conn, buf[frame.HeadSize:], rest)
		if n > 0 {
			out.send(frame.PutHead(buf, s.as, n))
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded): // the command has ended, and what it wrote is there
			rest = true
			_ = s.file.SetReadDeadline(time.Time{})
		case end || err != nil, rest && n == 0:
			return
		}
	}
}

// finish has copyTo return once it has sent what is there.
func (s source) finish() { _ = s.file.SetReadDeadline(time.Unix(1, 0)) }

// readReady reads what there is, and waits for some unless rest.
func readReady(conn syscall.RawConn, b []byte, rest bool) (n int, end bool, err error) {
	err = conn.Read(func(fd uintptr) bool {
		for n < len(b) {
			m, err := syscall.Read(int(fd), b[n:])
			switch {
			case err == syscall.EINTR:
			case err == syscall.EAGAIN:
				return rest || n > 0
			case err != nil || m <= 0: // a terminal that no process has open has an input/output error
				end = true
				return true
			default:
				n += m
			}
		}
		return true
	})
	return n, end, err
}
