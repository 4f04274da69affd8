package backend

import "context"

// Executor runs programs in containers beside their own, as ECS Exec does. Every [Engine] is one.
type Executor interface {
	// Exec starts a program in a running container that was created with
	// [ContainerSpec].Exec, as user 0, in the container's environment and working directory. It
	// returns once the program runs. Of a container that does not run it returns
	// [ErrNotRunning], of one that was created without Exec, or by a version of the engine that
	// had no sessions, [ErrNoExec], and where the program cannot start a [*ExecError]. The
	// context bounds the start alone: the session ends with its program, with Close, with the
	// container, or with the engine's connection, and so do all processes that have the
	// session's terminal and heed its hang-up (SIGHUP).
	Exec(ctx context.Context, id string, spec ExecSpec) (Session, error)
}

// ExecSpec says what a session runs: Command or Forward.
type ExecSpec struct {
	// Command is the program, by its path or found in the container's PATH, and its arguments.
	// No shell takes part.
	Command []string
	// Terminal gives the program a terminal of that size. Nil is none: its output and its
	// errors are then two streams, and the end of its input is passed on.
	Terminal *TerminalSize
	// Forward connects to a port instead of running a program. What the session reads and
	// writes then is version 1 of github.com/xtaci/smux, whose server the session is: each of
	// its streams is a connection. One that cannot be made is closed, and its error is
	// a read from Stderr.
	Forward *Forward
}

// TerminalSize is the size of a terminal in characters.
type TerminalSize struct{ Columns, Rows uint16 }

// Forward is a TCP port as a container sees it.
type Forward struct {
	Host string // a name or an address; empty is the container's loopback address
	Port int
}

// Stream is one of the streams that a program writes to.
type Stream int

// Streams. A program with a terminal has Stdout alone.
const (
	Stdout Stream = 1
	Stderr Stream = 2
)

// Session is a program that runs in a container beside its own. Reads, writes and the other
// calls may be made at the same time; each call of Read and Write has one caller at a time.
type Session interface {
	// Read reads output, as soon as there is some. While it is not called, the program
	// blocks once little has been buffered. After the program's end and all of its output
	// it returns io.EOF, and where the end is not known another error.
	Read(p []byte) (n int, from Stream, err error)
	// Write writes to the program's standard input or types on its terminal. It blocks while
	// the program reads nothing and little more can be buffered, until the session ends.
	Write(p []byte) (int, error)
	// CloseInput ends the standard input. With a terminal it does nothing.
	CloseInput() error
	// Resize sets the size of the terminal. Without one it does nothing.
	Resize(size TerminalSize) error
	// ExitCode is the exit code of the program, once Read has returned io.EOF: 128 and the number of
	// the signal that ended it, if one did. Forward has 0.
	ExitCode() int
	// Close ends the session if it has not ended, without waiting for its program. Again
	// is harmless.
	Close() error
}

// ExecError says why the program of a session cannot start, as the session manager agent does:
// "Failed to start pty: fork/exec /bin/bash: no such file or directory".
type ExecError struct{ Reason string }

func (e *ExecError) Error() string { return e.Reason }
