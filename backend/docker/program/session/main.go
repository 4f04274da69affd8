//go:build linux

// Command session is one session of ECS Exec in a container: the engine starts it there beside the
// container's own program, and it starts a command, or connects to a port. It speaks in the frames of
// package frame on its standard input and output. When its input ends, so does the session, as when
// a terminal is closed.
//
//	session terminal <columns> <rows> <word>…   run a command on a terminal of its own
//	session plain <word>…                       run a command on pipes
//	session forward <host> <port>               connect to a port for each stream of the near end
//
// Package program has it compressed; `make programs` builds it.
package main

import (
	"bufio"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

func main() {
	// A write to a client that is gone is an error then, instead of the end before the command is
	// hung up. The command does not inherit it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	out, in := &output{to: os.Stdout}, &frame.Reader{From: bufio.NewReaderSize(os.Stdin, 64<<10)}
	words := os.Args[1:]
	switch {
	case len(words) > 3 && words[0] == "terminal":
		awaitBegin(in)
		run(in, out, startOnTerminal(words[3:], size(words[1], words[2])))
	case len(words) > 1 && words[0] == "plain":
		awaitBegin(in)
		run(in, out, startOnPipes(words[1:]))
	case len(words) == 3 && words[0] == "forward":
		awaitBegin(in)
		forwardTo(in, out, net.JoinHostPort(words[1], words[2]))
	default:
		os.Stderr.WriteString("usage: session terminal <columns> <rows> <word>… | plain <word>… | forward <host> <port>\n")
		os.Exit(2)
	}
}

func size(columns, rows string) winsize {
	c, _ := strconv.ParseUint(columns, 10, 16) // what is no number is none
	r, _ := strconv.ParseUint(rows, 10, 16)
	return winsize{rows: uint16(r), columns: uint16(c)}
}

// beginTime is for how long a client may take to say that it is there, on a machine that is busy.
const beginTime = 2 * time.Minute

// awaitBegin ends the program if its client goes away before it has said that it is there, also where the
// engine does not tell.
func awaitBegin(in *frame.Reader) {
	late := time.AfterFunc(beginTime, func() { os.Exit(1) })
	if t, _, err := in.Next(); err != nil || t != frame.Begin {
		os.Exit(1)
	}
	late.Stop()
}

// handlers say what becomes of the frames that come in.
type handlers struct {
	frames   *frame.Reader
	input    *queue
	terminal *os.File // nil is none
}

// obey reads frames until the standard input ends. It never waits for the command, so that it sees the
// end at once: the near end sends no more input than the queue may have.
func (h handlers) obey() {
	for {
		t, size, err := h.frames.Next()
		if err != nil {
			return
		}
		payload, err := h.frames.Payload(size)
		if err != nil {
			return
		}
		switch t {
		case frame.Input:
			h.input.put(payload)
		case frame.EndOfInput:
			if h.terminal == nil {
				h.input.end()
			}
		case frame.Resize:
			if both := frame.ParseNumber(payload); h.terminal != nil {
				resize(h.terminal, winsize{columns: uint16(both >> 16), rows: uint16(both)})
			}
		}
	}
}
