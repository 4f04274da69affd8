package sessionlog

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// place takes logs, or fails.
type place struct {
	fails   error // both
	hangs   bool  // until the context ends
	opened  []awslogs.Stream
	created bool
	lines   []awslogs.Line
	objects map[string]string
}

func (p *place) OpenStream(ctx context.Context, s awslogs.Stream, create bool) error {
	p.opened, p.created = append(p.opened, s), p.created || create
	if p.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return p.fails
}

func (p *place) Append(_ context.Context, _ awslogs.Stream, lines []awslogs.Line) error {
	p.lines = append(p.lines, lines...)
	return nil
}

func (p *place) Put(_ context.Context, taskARN, bucket, key string, content []byte) error {
	if p.fails == nil {
		p.objects[taskARN+" "+bucket+" "+key] = string(content)
	}
	return p.fails
}

var (
	everywhere = Destination{Stream: awslogs.Stream{Group: "g", Name: "s"}, Bucket: "b", Key: "s.log"}
	ended      = time.Date(2026, 4, 1, 12, 30, 0, 0, time.UTC)
)

// log has a session of some output logged at a place, and returns what the emulator's log says.
func log(t *testing.T, p *place, to Destination, output ...string) string {
	t.Helper()
	p.objects = map[string]string{}
	var said bytes.Buffer
	w := &Writer{Streams: p, Objects: p, Log: slog.New(slog.NewTextHandler(&said, nil)), Closing: t.Context()}
	r := w.Record(to)
	for _, text := range output {
		r.Write([]byte(text))
	}
	r.End(ssmsession.Info{ID: "s", TaskARN: "task", Ended: ended})
	return said.String()
}

func (p *place) messages() (list []string) {
	for _, line := range p.lines {
		list = append(list, line.Message)
	}
	return list
}

func TestASessionIsLoggedAtItsEnd(t *testing.T) {
	p := &place{}
	if said := log(t, p, everywhere, "# \x1b[1mec", "ho\x1b[0m one\r\none\r\n\r\n", "# \xff"); said != "" {
		t.Errorf("the log: %s", said)
	}
	const head, tail = "Script started on 2026-04-01 12:30:00+00:00 [<not executed on terminal>]", `Script done on 2026-04-01 12:30:00+00:00 [COMMAND_EXIT_CODE="0"]`
	if want, got := head+"|# \x1b[1mecho\x1b[0m one|one|# �|"+tail, strings.Join(p.messages(), "|"); got != want {
		t.Errorf("events are %q, want %q", got, want)
	}
	for _, line := range p.lines {
		if !line.At.Equal(ended) {
			t.Errorf("an event is of %v", line.At)
		}
	}
	if want, got := head+"\n# \x1b[1mecho\x1b[0m one\r\none\r\n\r\n# \xff\n"+tail+"\n", p.objects["task b s.log"]; got != want {
		t.Errorf("the object is %q, want %q", got, want)
	}
	if len(p.opened) != 1 || p.created {
		t.Errorf("streams %+v are opened; groups made: %v", p.opened, p.created)
	}
}

func TestAPlaceAloneIsWrittenTo(t *testing.T) {
	p := &place{}
	log(t, p, Destination{Stream: everywhere.Stream}, "x")
	if len(p.lines) != 3 || len(p.objects) > 0 {
		t.Errorf("to the group: %q, %q", p.messages(), p.objects)
	}
	p = &place{}
	log(t, p, Destination{Bucket: "b", Key: "s.log"}, "x")
	if len(p.opened) > 0 || len(p.objects) != 1 {
		t.Errorf("to the bucket: %+v, %q", p.opened, p.objects)
	}
	if r := (&Writer{}).Record(Destination{}); r != nil {
		t.Errorf("to nowhere: %v", r)
	}
}

// A session that writes more than is kept is logged with its beginning.
func TestALogIsBounded(t *testing.T) {
	p := &place{}
	line := strings.Repeat("x", 1023) + "\n"
	log(t, p, everywhere, strings.Repeat(line, maxTranscript/len(line)-1), line+line, line)
	object, lines := p.objects["task b s.log"], p.messages()
	if len(object) > maxTranscript+500 || strings.Count(object, "x\n") != maxTranscript/len(line) {
		t.Errorf("the object has %d bytes", len(object))
	}
	if got := lines[len(lines)-2]; got != "[ecs-emulator has left out 2048 bytes: it logs the first 4 MiB of a session]" {
		t.Errorf("it ends with %q", got)
	}
	p = &place{}
	log(t, p, everywhere, strings.Repeat("y", 600<<10))
	if len(p.lines) != 5 { // between the first line and the last
		t.Errorf("a long line is %d events", len(p.lines)-2)
	}
}

func TestWhatCannotBeWrittenIsOneWarning(t *testing.T) {
	p := &place{fails: errors.New("no")}
	said := log(t, p, everywhere, "x")
	if strings.Count(said, "\n") != 1 || !strings.Contains(said, "level=WARN") || !strings.Contains(said, "session=s") ||
		!strings.Contains(said, "write to log group g: no") || !strings.Contains(said, "write s3://b/s.log: no") || len(p.lines) > 0 {
		t.Errorf("the log: %s", said)
	}
}

// Neither the emulator nor its reset waits long for a place that does not answer.
func TestAPlaceThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if said := log(t, &place{hangs: true}, everywhere, "x"); strings.Count(said, "\n") != 1 || time.Since(began) != writeTimeout {
			t.Errorf("after %v the log: %s", time.Since(began), said)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		closing, end := context.WithCancel(t.Context())
		end()
		began := time.Now()
		r := (&Writer{Streams: &place{hangs: true}, Objects: &place{objects: map[string]string{}}, Log: slog.New(slog.DiscardHandler), Closing: closing}).Record(everywhere)
		r.End(ssmsession.Info{})
		if took := time.Since(began); took != lastWrite {
			t.Errorf("when the emulator ends it takes %v", took)
		}
	})
}
