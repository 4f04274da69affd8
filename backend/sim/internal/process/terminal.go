package process

import (
	"fmt"
	"slices"
	"syscall"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// terminal is a Linux terminal as it is when it is opened: it echoes, hands over whole lines, and
// knows the keys of stty's defaults. Source: termios(3), "Canonical and noncanonical mode".
type terminal struct {
	size backend.TerminalSize
	line []byte // that is being typed
}

// Keys that are not typed.
const (
	keyInterrupt = 'C' & 0x1f
	keyEnd       = 'D' & 0x1f
	keyErase     = 0x7f
	keyBackspace = 'H' & 0x1f
	keyKillLine  = 'U' & 0x1f
	keyEraseWord = 'W' & 0x1f
	keyQuit      = '\\' & 0x1f
)

// longestLine bounds a terminal's line; the terminal does not take more.
const longestLine = 4095

// signals reports whether a key ends programs.
func (t *terminal) signals(key byte) bool { return key == keyInterrupt || key == keyQuit }

// typeKey does what the terminal does with a key. The lock is held.
func (s *Session) typeKey(key byte) {
	t := s.tty
	switch key {
	case keyInterrupt:
		s.interrupt(key, syscall.SIGINT)
	case keyQuit:
		s.interrupt(key, syscall.SIGQUIT)
	case keyEnd:
		s.enter()
	case keyErase, keyBackspace:
		s.erase(1)
	case keyKillLine:
		s.erase(len(t.line))
	case keyEraseWord:
		s.erase(lastWord(t.line))
	case '\r', '\n':
		t.line = append(t.line, '\n')
		s.echo("\r\n")
		s.enter()
	default:
		if len(t.line) < longestLine {
			t.line = append(t.line, key)
			s.echo(shown(key))
		}
	}
}

// enter hands over what was typed; of nothing, that is the end of the input.
func (s *Session) enter() {
	s.in, s.typed = append(s.in, s.tty.line), s.typed+len(s.tty.line)
	s.tty.line = nil
}

// interrupt drops what was typed, and ends what is in the foreground.
func (s *Session) interrupt(key byte, by syscall.Signal) {
	s.echo(shown(key))
	s.tty.line, s.in, s.typed = nil, nil, 0
	if !s.front.shielded {
		s.front.end(by)
	}
}

// erase takes characters back, and off the screen.
func (s *Session) erase(count int) {
	t := s.tty
	for ; count > 0 && len(t.line) > 0; count-- {
		_, size := utf8.DecodeLastRune(t.line)
		last := t.line[len(t.line)-size:]
		t.line = t.line[:len(t.line)-size]
		for range min(len(shown(last[0])), 2) {
			s.echo("\b \b")
		}
	}
}

// lastWord counts the characters of the last word and the spaces after it.
func lastWord(line []byte) (count int) {
	word := false
	for _, b := range slices.Backward(line) {
		if space := b == ' ' || b == '\t'; space && word {
			return count
		} else if !space {
			word = true
		}
		if utf8.RuneStart(b) {
			count++
		}
	}
	return count
}

// shown is how a key is echoed.
func shown(key byte) string {
	switch {
	case key < ' ' && key != '\t':
		return fmt.Sprintf("^%c", key^0x40)
	default:
		return string([]byte{key})
	}
}

// echo writes on the screen. Of one that is not looked at, what is too much is lost, as the
// kernel does.
func (s *Session) echo(text string) {
	if s.out.size < 2*mostWaiting {
		s.out.add(backend.Stdout, []byte(text))
	}
}
