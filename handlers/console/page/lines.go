package page

import (
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// Container is a container whose output a page shows.
type Container struct {
	TaskARN, Name string
	// Restarts tells a container that was started again from itself before.
	Restarts int
	// Label stands before its lines; empty: nothing does.
	Label string
}

// Line is a line that a container has written.
type Line struct {
	At    time.Time
	Label string
	Text  string
}

// Lines are lines of output in an area that scrolls by itself and stays at its end as it grows.
func Lines(id, label string, lines []Line) g.Node {
	if len(lines) == 0 {
		return Note("No output yet.")
	}
	seen := map[string]int{} // a browser keeps a line that it has
	return h.Div(h.ID(id), h.Class("lines"), h.TabIndex("0"), h.Role("log"), h.Aria("live", "off"), h.Aria("label", label), h.Data("follow", ""),
		g.Map(lines, func(l Line) g.Node {
			key := strconv.FormatInt(l.At.UnixNano(), 36) + l.Label
			seen[key]++
			return h.Div(h.ID(id+"-"+key+"-"+strconv.Itoa(seen[key])), h.Class("line"),
				h.Time(h.DateTime(l.At.UTC().Format(time.RFC3339Nano)), h.Text(l.At.UTC().Format("15:04:05.000"))),
				g.If(l.Label != "", h.Span(h.Class("label"), Text(l.Label))),
				h.Span(h.Class("text"), colored(l.Text)))
		}))
}

// style is how a terminal would write a text: classes of style.css.
type style struct{ bold, dim, italic, underline, reverse, color, ground string }

func (s style) class() string {
	var names []string
	for _, name := range []string{s.bold, s.dim, s.italic, s.underline, s.reverse, s.color, s.ground} {
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// colored is a line whose colours, as terminals have them, are classes. Other sequences and control characters are shown.
func colored(text string) g.Node {
	if !strings.Contains(text, "\x1b[") {
		return Text(text)
	}
	var parts g.Group
	var now style
	add := func(text string) {
		switch class := now.class(); {
		case text == "":
		case class == "":
			parts = append(parts, Text(text))
		default:
			parts = append(parts, h.Span(h.Class(class), Text(text)))
		}
	}
	for {
		at := strings.Index(text, "\x1b[")
		if at < 0 {
			break
		}
		end := strings.IndexFunc(text[at+2:], func(c rune) bool { return c != ';' && (c < '0' || c > '9') })
		if end < 0 || text[at+2+end] != 'm' {
			add(text[:at+2]) // which shows the sequence
			text = text[at+2:]
			continue
		}
		add(text[:at])
		now = now.after(strings.Split(text[at+2:at+2+end], ";"))
		text = text[at+2+end+1:]
	}
	add(text)
	return parts
}

var colors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// after is the style after a sequence of SGR. Colours beyond the sixteen are left as they are.
// Source: ECMA-48, Select Graphic Rendition.
func (s style) after(codes []string) style {
	for i := 0; i < len(codes); i++ {
		switch code := number(codes[i]); {
		case code == 0:
			s = style{}
		case code == 1:
			s.bold = "bold"
		case code == 2:
			s.dim = "dim"
		case code == 3:
			s.italic = "italic"
		case code == 4:
			s.underline = "underline"
		case code == 7:
			s.reverse = "reverse"
		case code == 22:
			s.bold, s.dim = "", ""
		case code == 23:
			s.italic = ""
		case code == 24:
			s.underline = ""
		case code == 27:
			s.reverse = ""
		case code >= 30 && code <= 37:
			s.color = "fg-" + colors[code-30]
		case code >= 90 && code <= 97:
			s.color = "fg-bright-" + colors[code-90]
		case code == 39:
			s.color = ""
		case code >= 40 && code <= 47:
			s.ground = "bg-" + colors[code-40]
		case code >= 100 && code <= 107:
			s.ground = "bg-bright-" + colors[code-100]
		case code == 49:
			s.ground = ""
		case code == 38 || code == 48: // ;5;N or ;2;R;G;B
			if i+1 < len(codes) && number(codes[i+1]) == 2 {
				i += 4
			} else {
				i += 2
			}
		}
	}
	return s
}

func number(text string) int {
	n := 0
	for _, c := range text {
		if n = n*10 + int(c-'0'); n > 1000 {
			return 1000
		}
	}
	return n
}
