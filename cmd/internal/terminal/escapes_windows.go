package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// understandsEscapes has the console interpret escape sequences, which Windows 10 and
// later can, and tells whether it does.
func understandsEscapes(file *os.File) bool {
	console := windows.Handle(file.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
