package command

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// asked is a connection which calls a function with the mark of each command.
type asked struct {
	net.Conn
	mark func(string)
}

func (a asked) Write(command []byte) (int, error) {
	a.mark(strings.Fields(string(command))[0])
	return len(command), nil
}

// TestAnAnswerThatComesWithTheEndOfTheWaitCounts repeats what Go would decide at random.
func TestAnAnswerThatComesWithTheEndOfTheWaitCounts(t *testing.T) {
	for range 100 {
		for _, end := range []string{"stream", "caller"} {
			ctx, cancel := context.WithCancel(t.Context())
			l := newLine(client.HijackedResponse{})
			l.stream.Conn = asked{mark: func(mark string) {
				l.answers <- "other done"
				l.answers <- mark + " done"
				if end == "caller" {
					cancel()
				} else {
					close(l.over)
				}
			}}
			answer, err := l.converse(ctx, "filter")
			cancel()
			if answer != "done" || err != nil {
				t.Fatalf("with the end of the %s: %q, %v", end, answer, err)
			}
		}
	}
}

func TestACommandWithoutAnAnswerTellsHowItsStreamEnded(t *testing.T) {
	const other = "other done\n"
	output := string([]byte{byte(stdcopy.Stdout), 0, 0, 0, 0, 0, 0, byte(len(other))}) + other
	reset := errors.New("connection reset by peer")
	for ended, rest := range map[error]io.Reader{reset: iotest.ErrReader(reset), io.ErrUnexpectedEOF: strings.NewReader("")} {
		l := newLine(client.HijackedResponse{
			Conn: asked{mark: func(string) {}}, Reader: bufio.NewReader(io.MultiReader(strings.NewReader(output), rest)),
		})
		go l.listen()
		if answer, err := l.converse(t.Context(), "filter"); answer != "" || !errors.Is(err, ended) {
			t.Errorf("%q, %v; want %v", answer, err, ended)
		}
	}
}
