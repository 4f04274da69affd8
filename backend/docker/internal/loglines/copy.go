// Package loglines reads the lines of a container's log out of the engine's stream.
package loglines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/moby/moby/api/pkg/stdcopy"
)

// maxLine bounds a line, in bytes; a longer one is passed on in pieces. CloudWatch Logs takes events up to this size.
// Source: CloudWatch Logs quotas, "Log event size".
const maxLine = 1 << 20

// Options say how a log is read.
type Options struct {
	// Follows: the stream goes on with what the container writes from now on.
	Follows bool
	// SetBack is told when the engine's clock has been set back while a log is followed: some of
	// its lines may be lost. Required with Follows.
	SetBack func(by time.Duration)
}

// Copy passes on the lines of a log as the engine sends them: with their times, and unless
// they are a terminal's, in frames. failed is the error of write, err that of the stream.
func Copy(stream io.Reader, terminal bool, write func(at time.Time, stderr bool, line string) error, o Options) (failed, err error) {
	r := repetition{follows: o.Follows, setBack: o.SetBack}
	stdout := &lineWriter{write: write, repetition: r}
	stderr := &lineWriter{write: write, stderr: true, repetition: r}
	if terminal {
		err = copyTerminal(stdout, stream)
	} else {
		_, err = stdcopy.StdCopy(stdout, stderr, stream)
	}
	if failed = errors.Join(stdout.failed, stderr.failed); failed != nil || err != nil {
		return failed, err
	}
	return errors.Join(stdout.flush(), stderr.flush()), nil
}

// copyTerminal hands on the lines of a terminal, which come without frames.
func copyTerminal(w *lineWriter, stream io.Reader) error {
	for r := bufio.NewReaderSize(stream, 32<<10); ; {
		line, err := r.ReadSlice('\n')
		if len(line) > 0 {
			if _, failed := w.Write(line); failed != nil {
				return failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// lineWriter takes one log message per Write: a timestamp, a space, and a line or,
// where the engine cut a long one, a piece of it without line break.
type lineWriter struct {
	write  func(at time.Time, stderr bool, line string) error
	stderr bool

	at     time.Time // of the first piece
	line   bytes.Buffer
	failed error
	repetition
}

// repetition finds the lines that Docker 20.10 repeats to a reader that follows a log when a file of
// that is full. The times of a stream's lines rise, so a line that is older than the last one, or the
// same, has been passed on.
//
// Lines are older as well when the engine's clock has been set back. A repeated file comes as fast as
// the engine reads it, so older lines that come for longer than that are new: of such a container the lines
// of some seconds are lost, and the log says so.
type repetition struct {
	follows bool
	setBack func(by time.Duration)

	last  time.Time // of the line that was passed on last
	text  string    // of the same
	since time.Time // when the first older line came
}

// longestRepetition is how long the engine may take for a file, of 50 MB: a choice, with room for a
// busy machine.
const longestRepetition = 5 * time.Second

// repeats reports whether a line has been passed on.
func (r *repetition) repeats(at time.Time, text string) bool {
	switch {
	case at.Equal(r.last) && text == r.text && !at.IsZero():
		return true
	case !r.follows || at.IsZero() || !at.Before(r.last):
		r.since = time.Time{}
	case r.since.IsZero():
		r.since = time.Now()
		return true
	case time.Since(r.since) < longestRepetition:
		return true
	default:
		r.setBack(r.last.Sub(at))
		r.since = time.Time{}
	}
	return false
}

func (w *lineWriter) Write(message []byte) (int, error) {
	text := message
	if stamp, rest, found := bytes.Cut(message, []byte{' '}); found {
		if at, err := time.Parse(time.RFC3339Nano, string(stamp)); err == nil {
			text = rest
			if w.line.Len() == 0 {
				w.at = at
			}
		}
	}
	ended := bytes.HasSuffix(text, []byte{'\n'})
	w.line.Write(bytes.TrimSuffix(text, []byte{'\n'}))
	switch {
	case ended:
		w.failed = w.pass(w.line.Len() < maxLine)
	case w.line.Len() >= maxLine:
		w.failed = w.passPiece()
	}
	return len(message), w.failed
}

// passPiece passes on what there is of a line, up to a character whose end is yet to come.
func (w *lineWriter) passPiece() error {
	text := w.line.Bytes()
	last := len(text) - 1
	for last > len(text)-utf8.UTFMax && !utf8.RuneStart(text[last]) {
		last--
	}
	if utf8.FullRune(text[last:]) {
		return w.pass(false)
	}
	begun := string(text[last:])
	w.line.Truncate(last)
	err := w.pass(false)
	w.line.WriteString(begun)
	return err
}

// flush passes on a last line without line break.
func (w *lineWriter) flush() error {
	if w.line.Len() == 0 {
		return nil
	}
	return w.pass(false)
}

// pass passes on a line, or a piece of one, which may well be like the piece before.
func (w *lineWriter) pass(whole bool) error {
	line := strings.TrimSuffix(w.line.String(), "\r")
	w.line.Reset()
	if whole && w.repeats(w.at, line) {
		return nil
	}
	w.last, w.text = w.at, line
	return w.write(w.at, w.stderr, line)
}
