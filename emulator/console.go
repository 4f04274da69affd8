package emulator

import "fmt"

// ConsoleMode says whether the emulator has a console for people, at /_emulator/console.
type ConsoleMode string

// The modes of the console.
const (
	// ConsoleOn shows what runs, and has forms that call operations.
	ConsoleOn ConsoleMode = "on"
	// ConsoleRead shows what runs, without forms.
	ConsoleRead ConsoleMode = "read"
	// ConsoleOff is no console.
	ConsoleOff ConsoleMode = "off"
)

// checkConsole refuses a mode that there is not.
func (o Options) checkConsole() error {
	switch o.Console {
	case "", ConsoleOn, ConsoleRead, ConsoleOff:
		return nil
	}
	return fmt.Errorf("%q is not a mode of the console: use on, read or off", o.Console)
}

// ConsoleURL is where a browser finds the console; empty if it is off.
func (s *Server) ConsoleURL() string {
	if s.opts.Console == ConsoleOff {
		return ""
	}
	return s.URL() + "/_emulator/console"
}
