package sessionlog

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// maxTranscript bounds what is kept of a session, in memory: its beginning. The size is a choice; the agent on AWS
// keeps all, in a file of the container.
const maxTranscript = 4 << 20

// transcript is what the terminal of a session showed.
type transcript struct {
	kept []byte
	left int // bytes that are left out
}

func (t *transcript) add(p []byte) {
	n := min(len(p), maxTranscript-len(t.kept))
	t.kept = append(t.kept, p[:n]...)
	t.left += len(p) - n
}

// text is the log: what the terminal showed, between the lines that script writes before and after it. The agent
// has script copy what it has kept when the session is over, so both have the time of the end.
// Sources: amazon-ssm-agent, generateLogData; util-linux 2.38, script.
func (t *transcript) text(end time.Time) []byte {
	at := end.UTC().Format("2006-01-02 15:04:05-07:00")
	var b bytes.Buffer
	fmt.Fprintf(&b, "Script started on %s [<not executed on terminal>]\n", at)
	b.Write(t.kept)
	if t.left > 0 {
		fmt.Fprintf(&b, "\n[ecs-emulator has left out %d bytes: it logs the first %d MiB of a session]", t.left, maxTranscript>>20)
	}
	fmt.Fprintf(&b, "\nScript done on %s [COMMAND_EXIT_CODE=\"0\"]\n", at)
	return b.Bytes()
}

// events are the events of a log, one for each line. On AWS an event has up to 200 kB of lines.
// Source: amazon-ssm-agent, cloudwatchlogsservice.go.
func events(text []byte, at time.Time) (list []awslogs.Line) {
	for line := range bytes.Lines(text) {
		list = awslogs.AppendEvents(list, at, strings.TrimRight(string(line), "\r\n"))
	}
	return list
}
