package terminal_test

import (
	"testing"

	"github.com/creack/pty"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
)

func TestAPseudoTerminalTellsItsSize(t *testing.T) {
	for _, colour := range []bool{true, false} {
		t.Setenv("TERM", "xterm")
		t.Setenv("NO_COLOR", map[bool]string{true: "", false: "1"}[colour])
		user, program, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer user.Close()
		defer program.Close()
		if err := pty.Setsize(user, &pty.Winsize{Cols: 140, Rows: 50}); err != nil {
			t.Fatal(err)
		}
		got, ok := terminal.Of(program)
		if want := (terminal.Terminal{Width: 140, Height: 50, Colour: colour}); !ok || got != want {
			t.Errorf("Of = %+v, %t; want %+v", got, ok, want)
		}
	}
}
