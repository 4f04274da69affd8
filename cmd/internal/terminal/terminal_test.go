package terminal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
)

func TestFilesAndBuffersAreNoTerminals(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, ok := terminal.Of(file); ok {
		t.Error("a file is a terminal")
	}
	if _, ok := terminal.Of(&bytes.Buffer{}); ok {
		t.Error("a buffer is a terminal")
	}
}

func TestPaint(t *testing.T) {
	colour, plain := terminal.Terminal{Colour: true}, terminal.Terminal{}
	if got := colour.Paint(terminal.Red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("%q", got)
	}
	if got := plain.Paint(terminal.Red, "x"); got != "x" {
		t.Errorf("%q without colour", got)
	}
}
