package doctor

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

var styles = map[diagnosis.Status]terminal.Style{diagnosis.OK: terminal.Green, diagnosis.Degraded: terminal.Yellow, diagnosis.Broken: terminal.Red}

const (
	margin   = len("degraded  environment  ")
	minWidth = 30 // of texts, where a screen is narrow
)

// render is a check for people: its status, its name, what was found and what to do. Names of engines and processes may have
// control characters.
func render(c diagnosis.Check, screen terminal.Terminal) string {
	head := screen.Paint(styles[c.Status], fmt.Sprintf("%-8s", c.Status)) + fmt.Sprintf("  %-11s  ", c.Name)
	indent := "\n" + strings.Repeat(" ", margin)
	width := 0
	if screen.Width > 0 {
		width = max(minWidth, screen.Width-margin)
	}
	text := head + strings.Join(wrap(activity.OneLine(c.Text), width), indent)
	if c.Next != "" {
		text += indent + screen.Paint(terminal.Bold, strings.Join(wrap("next: "+activity.OneLine(c.Next), width), indent))
	}
	return text + "\n"
}

// wrap breaks a text into lines between words; a width of 0 is one line.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// summary says in a line how all is.
func summary(r diagnosis.Report) string {
	var names []string
	for _, c := range r.Checks {
		if c.Status == r.Status {
			names = append(names, c.Name)
		}
	}
	switch r.Status {
	case diagnosis.OK:
		return "ok: all that was checked works"
	case diagnosis.Degraded:
		return "degraded: not all works (" + strings.Join(names, ", ") + ")"
	default:
		return "broken: something has to be done first (" + strings.Join(names, ", ") + ")"
	}
}
